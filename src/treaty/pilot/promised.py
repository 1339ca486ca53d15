"""Would sales have kept other promises? The clocks of a document on the leads sales really had, by what it really did then."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import ibis

from treaty.agreement.canonical import Bindings, Signed
from treaty.agreement.terms import Terms
from treaty.agreement.terms_promises import Promise
from treaty.engine.measuring import Fetching, kept, rows_of
from treaty.feedback.contact import ANSWERED
from treaty.moments import from_us
from treaty.pilot.outcomes import tries
from treaty.pilot.shares import Share, share
from treaty.sla import rules, worktime
from treaty.sla.rules import Evidence, Standing
from treaty.sla.whose import history_of
from treaty.team.models import Member

MOST = 5_000
"""Of so many handoffs, the latest, the clocks are run again."""


@dataclass(frozen=True, slots=True)
class Case:
    """One handoff: whose it was, since when, until when, and what was done. ends_at: of those that went on to somebody else."""

    owner: Member
    made_at: datetime
    ends_at: datetime | None
    evidence: Evidence
    pauses: worktime.Pauses


@dataclass(frozen=True, slots=True)
class Kept:
    """A duty of sales as one document promises it. needed: how often · within: `4 working hours` · promised: in how many of all
    cases · met: of the leads it had, those whose time was over or whose duty was done."""

    duty: str
    needed: int
    within: str
    promised: float
    met: Share


def kept_promises(lake: Fetching, terms: Terms) -> tuple[Kept, ...]:
    """Every duty of sales with a time, on the latest handoffs there were, in the calendar of each owner.

    Nothing is known of what people would have done had they had another time: what they did is held against it. Holidays are the
    library's. A handoff that went on to somebody else counts where its time was over by then.
    Source: agreement, promises.sales (R4, R25).
    """
    found = kept(lake, ("handoffs of sales", MOST), lambda: list(cases(lake)))
    duties = [promise for promise in terms.promises.sales if promise.do and promise.within is not None]
    return tuple(kept(lake, (lake.as_of, *_key(promise, terms)), partial(_kept, promise, terms, found, lake.as_of)) for promise in duties)


def _key(promise: Promise, terms: Terms) -> tuple[Hashable, ...]:
    """The same for promises that are kept alike: two documents that differ elsewhere are counted once."""
    hours = terms.calendars[promise.calendar].model_dump_json() if promise.needs_calendar else ""
    told = (promise.do, str(promise.at_least), str(promise.within), promise.share)
    return "promise replayed", *told, hours, terms.time_zone, bool(terms.promises.pauses)


def _kept(promise: Promise, terms: Terms, found: Sequence[Case], at: datetime) -> Kept:
    needed = int(promise.at_least.number) if promise.do == "contact_attempts" and promise.at_least else 1
    judged = [_standing(promise, needed, terms, case, at) for case in found]
    met = judged.count(Standing.MET)
    return Kept(str(promise.do), needed, str(promise.within), float(promise.share), share(met, met + judged.count(Standing.BREACHED)))


def _standing(promise: Promise, needed: int, terms: Terms, case: Case, at: datetime) -> Standing:
    assert promise.do is not None and promise.within is not None  # noqa: S101, PT018 - for the type checker: only those are asked
    history = history_of(case.owner, Signed(terms, Bindings(), ""), promise.calendar) if promise.needs_calendar else ()
    due_at = worktime.deadline(case.made_at, promise.within, history, case.pauses if terms.promises.pauses else ())
    return rules.standing(due_at, rules.stopped_at(promise.do, needed, case.evidence), at=case.ends_at or at)


# What happened: of the lake, so that it is as old as all other figures


def cases(lake: Fetching) -> Iterator[Case]:
    """The latest handoffs with what was done for each; those of who is no member any more are left out."""
    rows = rows_of(lake, _handoffs(lake))
    owners, pauses = Member.objects.in_bulk({row["owner_id"] for row in rows}), _pauses(lake)
    done: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for row in rows_of(lake, _contacts(lake)):
        done[row["person_id"]].append((from_us(row["occurred_us"]), row["outcome"]))
    for row in rows:
        if owner := owners.get(row["owner_id"]):
            ends_at = from_us(row["ended_us"]) if row["ended_how"] == "moved" and row["ended_us"] is not None else None
            yield Case(
                owner, from_us(row["made_us"]), ends_at, _evidence(row, done[row["person_id"]], ends_at), pauses.get(row["handoff_id"], ())
            )


def _handoffs(lake: Fetching) -> Any:
    """(handoff_id, owner_id, made_us, ended_us, ended_how, person_id, outcome, answered_us) of the latest."""
    made, leads, given = lake.table("handoffs"), lake.table("leads").select("lead_id", "person_id"), lake.table("dispositions")
    made = made.order_by([ibis.desc("made_us"), ibis.desc("handoff_id")]).limit(MOST)
    given = given.filter(given.withdrawn_us.isnull()).select("handoff_id", "outcome", answered_us="at_us")
    rows = made.join(leads, "lead_id").left_join(given, "handoff_id")
    return rows.select("handoff_id", "owner_id", "made_us", "ended_us", "ended_how", "person_id", "outcome", "answered_us")


def _contacts(lake: Fetching) -> Any:
    """What went out to everybody who was ever handed over, in order of time: (person_id, occurred_us, outcome)."""
    people = lake.table("leads").semi_join(lake.table("handoffs"), "lead_id")
    rows = tries(lake).semi_join(people, "person_id")
    return rows.select("person_id", "occurred_us", "outcome").order_by(["person_id", "occurred_us"])


def _pauses(lake: Fetching) -> Mapping[int, worktime.Pauses]:
    clocks = lake.table("clocks").filter(ibis._.handoff_id.notnull()).select("clock_id", "handoff_id")
    rows = lake.table("clock_pauses").join(clocks, "clock_id").select("handoff_id", "starts_us", "ends_us").distinct()
    found: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for row in rows_of(lake, rows):
        found[row["handoff_id"]].append((from_us(row["starts_us"]), None if row["ends_us"] is None else from_us(row["ends_us"])))
    return {handoff: tuple(each) for handoff, each in found.items()}


def _evidence(row: Mapping[str, Any], done: Sequence[tuple[datetime, str]], ends_at: datetime | None) -> Evidence:
    """What was done while it was theirs."""
    made_at = from_us(row["made_us"])
    since = [(at, outcome) for at, outcome in done if at >= made_at and (ends_at is None or at < ends_at)]
    return Evidence(
        contacts=[at for at, _ in since],
        reached_at=next((at for at, outcome in since if outcome in ANSWERED), None),
        decided_at=None if row["answered_us"] is None else from_us(row["answered_us"]),
        outcome=row["outcome"] or "",
    )
