"""What I am told: by kind and way, the digest, quiet hours, who I am in Slack."""

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from treaty.notify import channels, connecting
from treaty.notify.channels import BadChannel
from treaty.notify.directory import Directory
from treaty.web.here import Here, extra, page
from treaty.web.pages.notices.channels import SETTINGS
from treaty.web.pages.notices.forms import Mine, mine_of, slack_user_of
from treaty.web.pieces import Link
from treaty.web.replies import go, sentence, tell


@require_http_methods(["GET", "POST"])
@page
def mine(here: Here) -> HttpResponseBase:
    if here.request.method != "POST":
        return _page(here, Mine(slack=slack_user_of(here.member), initial=mine_of(here.member)))
    form = Mine(here.request.POST, slack=slack_user_of(here.member))
    if form.is_valid():
        try:
            channels.choose(here.member, form.wanted, at=here.at)
        except BadChannel as problem:
            form.add_error("quiet", sentence(problem))
        else:
            is_given_up = form.cleaned_data.get("give_up_slack") and connecting.give_up(here.member, at=here.at)
            tell(here, "Your choices are saved." + (" You are nobody in Slack now." if is_given_up else ""))
            return go(here, "/settings/notices/")
    return _page(here, form, status=422)


def _page(here: Here, form: Mine, status: int = 200) -> HttpResponseBase:
    context = extra(
        here, title="What I am told", crumbs=[SETTINGS, Link("What I am told", "")], form=form, lede=_reached(here),
        cancel=Link("Cancel", "/settings/"), form_href="/settings/notices/",
    )  # fmt: skip
    return render(here.request, "treaty/form.html", context, status=status)


def _reached(here: Here) -> str:
    """By what this member is reached now, and the next step where by nothing."""
    ways = Directory(here.at).ways_of(here.member.key)
    if ways.slack:
        return "You are reached in Slack" + (" and by e-mail." if ways.email else ".")
    if ways.email:
        return f"You are reached by e-mail, at {here.member.email}."
    return "Nothing reaches you yet but these pages: RevOps sets up Slack or e-mail under Settings → Channels."
