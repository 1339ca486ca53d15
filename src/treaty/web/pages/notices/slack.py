"""Connecting who somebody is in Slack with the member they are here: a page that asks, and only pressing connects."""

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from treaty.notify import connecting, links
from treaty.notify.connecting import NotYours
from treaty.notify.links import BadLink
from treaty.web.forms import Form
from treaty.web.here import Here, extra, page
from treaty.web.pages.notices.channels import SETTINGS
from treaty.web.pieces import Link
from treaty.web.replies import go, sentence, tell, warn

MINE = Link("What I am told", "/settings/notices/")


@never_cache
@require_http_methods(["GET", "POST"])
@page
def connect(here: Here, token: str) -> HttpResponseBase:
    """GET only asks and names both: a link that somebody was sent by another must not make that other them."""
    try:
        account = links.read_account(token, at=here.at)
        if here.request.method == "POST":
            connecting.connect(here.member, token, at=here.at)
            tell(here, "From now on what you press in Slack is answered as you. Go back there and press again.")
            return go(here, MINE.href)
    except (BadLink, NotYours) as problem:
        warn(here, sentence(problem))
        return go(here, MINE.href)
    context = extra(
        here, title="Is this you in Slack?", eyebrow=f"{account.name or 'No name'}, {account.user}", form=Form(), button="Yes, this is me",
        lede=f"Whoever uses this account in Slack will answer as you, {here.member.name}. Say yes only if you pressed a button there "
        "yourself just now: a link that somebody sent you would make them you.",
        crumbs=[SETTINGS, MINE, Link("Slack", "")], cancel=Link("No", MINE.href),
    )  # fmt: skip
    return render(here.request, "treaty/form.html", context)
