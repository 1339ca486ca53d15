"""An account: by what it is recognised, what is said of it, and the accounts a system found to be it, to be parted again."""

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from treaty.qualification import merging
from treaty.team.models import Role
from treaty.truth import accounts as queries
from treaty.truth.actions.following import merges_of
from treaty.truth.models import Account, AccountMerge
from treaty.web import formats
from treaty.web.context import who
from treaty.web.here import Here, extra, page
from treaty.web.pages.people.page import RULES, Made, recognised_by, said_of
from treaty.web.pieces import Column, Faint, Link, Piece
from treaty.web.replies import carried_out
from treaty.web.rights import is_steward, only


@require_GET
@page
def account(here: Here, key: str) -> HttpResponseBase:
    found = queries.account_of(here.member, key)
    if found is None:
        raise Http404
    context = {
        "title": str(found),
        "lede": found.domain if found.name else "",
        "crumbs": [Link("Leads", f"/leads/?account={found.key}"), Link(str(found), "")],
        "records": recognised_by(queries.identities_of(found), _seen, Column("Of"), "What it is recognised by"),
        "values": said_of(here, queries.values_of(found), "What is said of it"),
        "merges": [_made(here, merge) for merge in merges_of(AccountMerge, found.pk)],
        "may_part": is_steward(here.member),
    }
    return render(here.request, "treaty/account.html", extra(here, **context))


def _seen(record: Account | None) -> Piece:
    return str(record) if record else Faint("itself")


def _made(here: Here, merge: AccountMerge) -> Made:
    rule = str(merge.evidence.get("rule", ""))
    by: Piece = who(merge.by) if merge.by else "without being asked"
    when = formats.short(merge.at, here.viewer, here.at)
    reason = RULES.get(rule, rule)
    return Made((f"{merge.gone} ", Faint(f"since {when}, "), by, Faint(f", because {reason}")), merge.key)


@require_POST
@page
@only(Role.REVOPS)
def part(here: Here, key: str) -> HttpResponse:
    """They are two accounts: a system that says again that they are one is not heard."""
    merge = AccountMerge.objects.select_related("kept", "gone").filter(key=key).first()
    if merge is None:
        raise Http404

    def do() -> str:
        merging.part_accounts(merge, by=here.member, at=here.at)
        merge.refresh_from_db()
        return f"{merge.gone} and {merge.kept} are two accounts: each has what was its own, and what came for it since."

    return carried_out(here, do, f"/accounts/{merge.kept.key}/")
