"""What was known of each lead when sales first acted: touches in windows, values in force, and since when. Tables in, table out.

leads, everywhere: (person_id, at_us), one row per person; a touch or a value counts if it had occurred and was known by `at_us`.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

import ibis

from treaty.engine.measuring import Fetching, Lake, by_period
from treaty.pilot import outcomes
from treaty.pilot.entries import known
from treaty.pilot.suggesting.signals import WINDOWS, Counted
from treaty.qualification import evidence
from treaty.qualification.schemas import FOREVER, MEMBERSHIP
from treaty.truth.stated import doubt_of, heard

DAY_US = 86_400_000_000
MOST = 40
"""Of each sort so many are counted, those most people have."""


def first_acts(lake: Lake) -> Any:
    """The moment sales first had each known person: the handoff, an answer, an attempt or a deal, whichever came first."""
    handoffs, owners = lake.table("handoffs"), lake.table("leads").select("lead_id", "person_id")
    tries, deals = lake.table("activities"), lake.table("opportunities")
    given = handoffs.join(owners, "lead_id").select("person_id", at_us="made_us")
    tries = tries.filter((tries.direction == "out") & (tries.kind != "note") & tries.withdrawn_us.isnull() & tries.person_id.notnull())
    opened = ibis.coalesce(deals.opened_us, deals.closed_us, deals.received_us)
    own = outcomes.own_deals(lake).join(deals.select("opportunity_id", at_us=opened), "opportunity_id")
    answered = outcomes.answers(lake).select("person_id", at_us="answered_us")
    parts = (given, answered, tries.select("person_id", at_us="occurred_us"), own.select("person_id", "at_us"))
    every = ibis.union(*parts, distinct=False)
    first = every.filter(every.at_us.notnull()).group_by("person_id").agg(at_us=every.at_us.min())
    return first.semi_join(known(lake), "person_id")


WON, ACCEPTED = "won", "accepted"
"""What counts as a good end: a deal that was won, or that sales took the lead."""


def ended(lake: Lake, leads: Any, returns: Sequence[outcomes.Step], end: str = WON) -> Any:
    """The leads of whom something had been seen before and whose end is known: (person_id, at_us, won).

    WON: closed, that is a deal was won or lost, or the lead was given back without one that is open. ACCEPTED: sales answered; `won` is
    then whether it accepted. Who was found by sales alone is left out: no definition could have found them.
    """
    rows = outcomes.judged(lake, leads, returns=returns)
    rows = rows.filter(~rows.is_before)
    is_closed = rows.deal.isin(["won", "lost"]) | (rows.is_returned & (rows.deal == ""))
    if end == ACCEPTED:
        rows = rows.filter(rows.answer != "").select("person_id", "at_us", won=rows.answer == "accepted")
    else:
        rows = rows.filter(is_closed).select("person_id", "at_us", won=rows.deal == "won")
    return rows.semi_join(_seen(lake, rows), "person_id")


def _seen(lake: Lake, leads: Any) -> Any:
    """Whom something was known of by then."""
    first = lake.table("touches").select("person_id", start_us=evidence.starts(lake.table("touches")))
    rows = leads.join(first.group_by("person_id").agg(start_us=first.start_us.min()), "person_id")
    return rows.filter(rows.start_us <= rows.at_us)


def before(lake: Lake, leads: Any) -> Any:
    """Each lead's own touches that were known when sales first acted, with `at_us`; of their paths the first part, as `/pricing`."""
    touches = lake.table("touches").select("person_id", "occurred_us", "known_us", *DIMENSIONS)
    rows = touches.join(leads.select("person_id", "at_us"), "person_id")
    rows = rows.filter(evidence.starts(rows) <= rows.at_us)
    return rows.mutate(path=rows.path.re_replace(r"^(/[^/?#]*).*$", r"\1"))


DIMENSIONS = ("kind", "path", "content", "form", "channel", "campaign")
"""What tells touches apart."""


SORTS: Mapping[str, tuple[str, ...]] = {
    "kind": ("kind",),
    "path": ("kind", "path"),
    "content": ("kind", "content"),
    "form": ("kind", "form"),
    "channel": ("channel",),
    "campaign": ("campaign",),
}
"""By what touches are told apart, beside their kind."""


def sorts(rows: Any) -> Iterator[tuple[str, Any]]:
    """How many leads have touches of each sort: (sort, table of (kind, value, n)), those most have first. rows: `before`."""
    for sort, columns in SORTS.items():
        value = rows[columns[-1]]
        some = rows.filter(value.notnull() & ~value.isin(["", "/"]))
        counted = some.group_by(list(columns)).agg(n=some.person_id.nunique())
        yield sort, counted.order_by([ibis.desc("n"), *columns]).limit(MOST)


def library(lake: Lake) -> Any:
    """What each content is for: (slug, journey_stage, persona, objection)."""
    return lake.table("content").select("slug", "journey_stage", "persona", "objection")


def own_touches(rows: Any) -> Any:
    """How many touches of the person there were by what tells them apart: (person_id, key, n_, n_90, n_30, n_14, n_7). rows: `before`."""
    rows = _keyed(rows)
    return rows.group_by(["person_id", "key"]).agg(**_ages(rows))


def told_apart(rows: Any, asked: Mapping[str, Counted]) -> Any:
    """Which keys each asked thing counts: (key, one column each, 1 or 0). A path is as good as its first part: nothing asks for more."""
    rows = _keyed(rows).select("key", *DIMENSIONS).distinct()
    return rows.select("key", **{name: evidence.matches(rows, one.clause(), {}).cast("int8") for name, one in asked.items()})


def _keyed(rows: Any) -> Any:
    parts = [rows[name].coalesce("") for name in DIMENSIONS]
    return rows.mutate(key=reduce(lambda one, other: one + "\n" + other, parts))


def account_touches(lake: Fetching, leads: Any) -> Any:
    """How many touches of everybody at the lead's account there were by kind, and of how many people: (person_id, kind, n_ and the others,
    p_ and the others), the empty kind for all of them."""
    members = memberships(lake, leads)
    touches = lake.table("touches").semi_join(members, "person_id").select("person_id", "kind", "occurred_us", "known_us")
    touches = touches.mutate(from_us=evidence.starts(touches), to_us=ibis.literal(FOREVER, "int64"))
    there = evidence.overlaps(touches, members, "person_id").rename(toucher="person_id")
    rows = there.join(at_accounts(leads, members), "account_id")
    rows = rows.filter((rows.from_us <= rows.at_us) & (rows.at_us < rows.to_us))
    each = rows.group_by(["person_id", "toucher", "kind"]).agg(**_ages(rows))
    every = each.group_by(["person_id", "toucher"]).agg(**{name: each[name].sum() for name in AGES})
    every = every.mutate(kind=ibis.literal("")).select(*each.columns)
    both = ibis.union(each, every, distinct=False)
    people = {f"p_{days or ''}": both.count(where=both[f"n_{days or ''}"] > 0) for days in WINDOWS}
    return both.group_by(["person_id", "kind"]).agg(**{name: both[name].sum() for name in AGES}, **people)


AGES = tuple(f"n_{days or ''}" for days in WINDOWS)


def _ages(rows: Any) -> dict[str, Any]:
    """How many are young enough for each window; half-open: exactly that old is out."""
    return {
        f"n_{days or ''}": rows.count(where=rows.at_us < rows.occurred_us + days * DAY_US) if days else rows.count() for days in WINDOWS
    }


def memberships(lake: Fetching, leads: Any) -> Any:
    """Who belonged to which account from and to when, of the accounts the leads ever belonged to."""
    every = evidence.as_memberships(evidence.field_in_force(heard(lake, [MEMBERSHIP], doubt_of(lake)), "person", MEMBERSHIP))
    return every.semi_join(every.semi_join(leads, "person_id"), "account_id")


def at_accounts(leads: Any, members: Any) -> Any:
    """At which account each lead was: (person_id, at_us, account_id)."""
    rows = leads.select("person_id", "at_us").join(members, "person_id")
    return rows.filter((rows.from_us <= rows.at_us) & (rows.at_us < rows.to_us)).select("person_id", "at_us", "account_id")


def values(lake: Fetching, leads: Any) -> Any:
    """Every field ever told of the lead or its account: (person_id, subject, field, text, number, first_us).

    text, number: the value in force when sales first acted, null where none was · first_us: since when any was known, also after that
    """
    every = heard(lake, None, doubt_of(lake))
    facts = every.filter(every.field != MEMBERSHIP)
    accounts = at_accounts(leads, memberships(lake, leads))
    parts = [
        _of_subject(facts, leads.select("person_id", "at_us", subject_id="person_id"), "person"),
        _of_subject(facts, accounts.select("person_id", "at_us", subject_id="account_id"), "account"),
    ]
    return ibis.union(*parts, distinct=False)


def _of_subject(facts: Any, leads: Any, subject: str) -> Any:
    mine = facts.filter(facts.subject == subject).semi_join(leads, "subject_id")
    joined = evidence.in_force(mine).join(leads, "subject_id")
    is_then = (joined.from_us <= joined.at_us) & (joined.at_us < joined.to_us)
    keys = ["person_id", "subject", "field"]
    return joined.group_by(keys).agg(
        text=ibis.ifelse(is_then, joined.text, ibis.null("string")).max(),
        number=ibis.ifelse(is_then, joined.number, ibis.null("float64")).max(),
        first_us=joined.from_us.min(where=joined.text.notnull() | joined.number.notnull()),
    )


def worked_weekly(leads: Any, edges: Sequence[int]) -> Any:
    """How many people sales first acted on in each period: (period, n). leads: `first_acts`."""
    rows = by_period(leads, leads.at_us, edges)
    return rows.group_by("period").agg(n=rows.count())
