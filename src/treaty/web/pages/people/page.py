"""The records a person is known by: under whom each was seen, what was stated, who made them one, and who else they may be."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.truth import doubles as queries
from treaty.truth import employers
from treaty.truth.models import Identity, Merge, Person, Source
from treaty.truth.pairs import of_person
from treaty.truth.queries import accounts
from treaty.web import formats
from treaty.web.context import who
from treaty.web.figures import words
from treaty.web.here import Here, extra, page
from treaty.web.pages.doubles.page import deals_piece, leads_piece
from treaty.web.pages.doubles.words import both, called, probable, speaks
from treaty.web.pieces import Column, Faint, Link, Piece, Row, Table
from treaty.web.rights import is_steward

KINDS = {
    "email": "E-mail", "phone": "Telephone", "id": "Id", "user": "User of the site", "anon": "Browser", "domain": "Domain", "name": "Name",
}  # fmt: skip
"""Of a person's identities and an account's."""
RULES = {"email": "one address", "phone": "one telephone number", "match": "matching", "system": "their system merged them"}
RULES |= {"visitor identified": "they named themselves", "told": "a member said so"}
MOST = 200


@dataclass(frozen=True, slots=True)
class Made:
    """One merge as the page says it. key: empty where nobody takes it back: a visitor who named themselves was that person."""

    says: Piece
    key: str


def person_of(here: Here, key: str) -> Person:
    """Somebody this member may see, under whichever of their records; for everybody else there is none."""
    found = queries.person_of(here.member, key)
    if found is None:
        raise Http404
    return found


@require_GET
@page
def person(here: Here, key: str) -> HttpResponseBase:
    found = person_of(here, key)
    known = queries.known_of(here.member, found)
    context = {
        "title": str(found),
        "lede": found.title,
        "account": account_words(here, found),
        "crumbs": [Link("Leads", "/leads/"), Link(str(found), "")],
        "records": _records(found),
        "values": said_of(here, queries.values_of(found), "What is said of them"),
        "merges": [_made(here, merge) for merge in queries.merges(found)],
        "doubles": _doubles(here, found),
        "leads": leads_piece(known.leads, here),
        "deals": deals_piece(known.deals),
        "may_part": is_steward(here.member),
        "own": f"/people/{found.key}/",
    }
    return render(here.request, "treaty/person.html", extra(here, **context))


def account_words(here: Here, found: Person) -> Piece:
    """At which account and why, and of which it is a part; only what this member may see is linked, which the list of leads decides."""
    if found.account is None:
        seen = set(accounts(here.member).values_list("pk", flat=True))
        alike = [one for one in employers.called_alike(found) if one.pk in seen]
        if len(alike) > 1:
            return ("none: ", formats.listing([str(one) for one in alike]), Faint(" are called alike; say in the system which it is"))
        return Faint("none: their address is of a mail provider or names none, and no account is called like a company named for them")
    above = employers.above(found.account)
    seen = set(accounts(here.member).filter(pk__in=[one.pk for one in above]).values_list("pk", flat=True))
    parents = [one for one in above if one.pk in seen]
    part = f", part of {', of '.join(map(str, parents))}" if parents else ""
    return (Link(str(found.account), f"/leads/?account={found.account.key}"), part, Faint(f": {employers.why_at(found)}"))


def _records(found: Person) -> Table:
    """Everything they are recognised by, and under whom it was seen where that was found to be them."""
    rows = list(Identity.objects.filter(person=found).select_related("seen_as").order_by("pk")[:MOST])
    return recognised_by(rows, _seen, Column("Seen as"), "What they are recognised by")


def recognised_by(rows: Sequence[Any], seen: Callable[[Any], Piece], last: Column, caption: str) -> Table:
    """Identities of people or of accounts, each with the record it was seen as."""
    names = dict(Source.objects.filter(key__in={row.space for row in rows}).values_list("key", "name"))
    told = [
        Row((KINDS.get(row.kind, row.kind), row.value, names.get(row.space, row.space) or Faint("every system"), seen(row.seen_as)))
        for row in rows
    ]
    return Table(columns=[Column("Kind"), Column("Value"), Column("In"), last], rows=told, caption=caption)


def _seen(record: Person | None) -> Piece:
    return called(record) if record else Faint("themselves")


def said_of(here: Here, values: Iterable[tuple[str, queries.Said]], caption: str) -> Table:
    """The latest value of each field, who told it and since when."""
    rows = []
    for field, said in values:
        when = formats.short(said.at, here.viewer, here.at) if said.at else ""
        rows.append(Row((formats.capital(words(field)), said.value, said.source, when)))
    columns = [Column("What"), Column("Value"), Column("Told by"), Column("Since", is_short=True)]
    return Table(columns=columns, rows=rows, caption=caption)


def _made(here: Here, merge: Merge) -> Made:
    rule = str(merge.evidence.get("rule", ""))
    by: Piece = who(merge.by) if merge.by else "without being asked"
    when = formats.short(merge.at, here.viewer, here.at)
    says = (f"{called(merge.gone)} is {called(merge.kept)}", Faint(f" {when}, "), by, Faint(f", because of {RULES.get(rule, rule)}"))
    return Made(says, "" if merge.gone.is_visitor else merge.key)


def _doubles(here: Here, found: Person) -> Table | None:
    rows = [
        Row((both(pair), speaks(pair), probable(pair, here) or Faint("not compared")), href=f"/doubles/{pair.key}/")
        for pair in of_person(here.member, found)
    ]
    columns = [Column("Pair"), Column("What speaks for it"), Column("Probability", is_number=True)]
    return Table(columns=columns, rows=rows, caption="Who they may be as well") if rows else None
