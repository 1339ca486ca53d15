"""How sales answers a handoff: from the first call to the last word, in working time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from treaty.demo import words
from treaty.demo.catalogue import COMPETITORS
from treaty.demo.deals import deal
from treaty.demo.fates import Fate
from treaty.demo.members import Worker
from treaty.demo.people import Account, Person
from treaty.demo.steps import Accept, Contact, HandoffSeen, Meeting, Note, Objection, Qualify, Recycle, Reject, Step

ATTEMPTS = 5
"""As many as the agreement asks for before somebody counts as out of reach."""
MONDAY_MORNING = 2.2
"""On Mondays before ten the queue of the week-end waits too."""
_HOUR = 60


@dataclass(frozen=True, slots=True)
class Case:
    """One handoff in the hands of one rep."""

    handoff: HandoffSeen
    account: Account
    person: Person
    rep: Worker
    closer: Worker
    fate: Fate
    rng: Random
    first_at: datetime

    @property
    def by(self) -> str:
        return self.rep.email

    def after(self, at: datetime, least: float, most: float) -> datetime:
        """The rep's working time, so many minutes later."""
        return self.rep.diary.after(at, self.rng.uniform(least, most))

    def contact(self, at: datetime, kind: str, outcome: str, text: str) -> Contact:
        return Contact(at=at, by=self.by, kind=kind, outcome=outcome, text=text)  # type: ignore[arg-type]  # literals


def hours_to_contact(rng: Random, rep: Worker, made_at: datetime) -> float:
    """Working hours this rep takes: around the own pace, slower for what waits on Monday morning."""
    opens = rep.diary.after(made_at, 0)
    local = rep.diary.local(opens)
    is_monday = local.weekday() == 0 and local.hour < 10
    return min(rep.pace * rng.lognormvariate(0, 0.75) * (MONDAY_MORNING if is_monday else 1.0), 30.0)


def steps_of(case: Case) -> list[Step]:
    """Everything that will be done with this handoff, in order of time; empty if nobody answers."""
    if case.fate.is_silent:
        return []
    if not case.fate.is_reached:
        steps = list(_never_reached(case))
    elif not case.fate.is_accepted:
        steps = list(_rejected(case))
    else:
        steps = list(_worked(case))
    return sorted(steps, key=lambda step: step.at)


def _reaching(case: Case, tries: int) -> tuple[list[Step], datetime]:
    """Calls and mails until one gets through; returns them and the moment somebody answered."""
    at, steps = case.first_at, list[Step]()
    for n in range(tries - 1):
        steps.append(_try(case, at, n))
        at = case.after(at, 1 * _HOUR, 5 * _HOUR)
    steps.append(case.contact(at, "call", "connected", words.pick(case.rng, words.CONNECTED)))
    return steps, at


def _try(case: Case, at: datetime, nth: int) -> Contact:
    if nth % 3 == 1:
        return case.contact(at, "email", "sent", words.pick(case.rng, words.SENT))
    return case.contact(at, "call", "no_answer", words.pick(case.rng, words.NO_ANSWER))


def _never_reached(case: Case) -> Iterable[Step]:
    """Most are accepted first and go back later; some reps try five times at once and then say so."""
    is_kept = case.rng.random() < 0.65
    gives_up_early = case.rng.random() < 0.1
    at = case.first_at
    for n in range(ATTEMPTS - 2 if gives_up_early else ATTEMPTS):
        yield _try(case, at, n)
        if n == 0 and is_kept:
            yield Accept(at=case.after(at, 5, 60), by=case.by)
        at = case.after(at, 5 * _HOUR, 11 * _HOUR) if is_kept else case.after(at, 1 * _HOUR, 3.5 * _HOUR)
    note = words.pick(case.rng, words.REJECTED_NOTES["unable_to_reach"])
    if gives_up_early:
        yield Note(at=at, by=case.by, text="Will try again when the plant is back from its stop.")
    elif is_kept:
        yield Recycle(at=at, by=case.by, reason="unable_to_reach", note=note)
    else:
        yield Reject(at=at, by=case.by, reason="unable_to_reach", note=note)


def _rejected(case: Case) -> Iterable[Step]:
    reason = case.fate.reason
    steps: list[Step]
    if reason in ("duplicate", "wrong_contact"):
        steps, at = [_try(case, case.first_at, 0)], case.first_at
    else:
        steps, at = _reaching(case, _tries(case.rng))
    yield from steps
    said = words.pick(case.rng, words.REJECTED_NOTES[reason])
    yield Reject(at=case.after(at, 5, 7 * _HOUR), by=case.by, reason=reason, detail=_detail(case, at), note=said)


def _detail(case: Case, at: datetime) -> str:
    """What the agreement asks for beside this reason."""
    month = at.month + case.rng.choice((4, 6, 8))
    later = f"{at.year + (month - 1) // 12}-{(month - 1) % 12 + 1:02}-01"
    return {
        "not_in_market": later,
        "wrong_contact": "phone" if case.person.phone else "email",
        "other_product": words.pick(case.rng, words.OTHER_PRODUCTS),
        "no_fit": "industry" if case.account.is_company else "person",
        "competitor": case.account.name or words.pick(case.rng, COMPETITORS),
        "duplicate": case.person.email,
    }.get(case.fate.reason, "")


def _worked(case: Case) -> Iterable[Step]:
    steps, reached_at = _reaching(case, _tries(case.rng))
    accepted_at = case.after(case.first_at, 3, 5 * _HOUR)
    talked_at = max(reached_at, accepted_at)
    yield from steps
    yield Accept(at=accepted_at, by=case.by)
    if case.rng.random() < 0.5 or case.person.ending:
        text = words.pick(case.rng, words.OBJECTIONS[case.fate.objection])
        yield Objection(at=case.after(talked_at, 1, 6), by=case.by, text=text, theme=case.fate.objection)
    if case.fate.is_qualified or case.person.ending == "meeting":
        yield from _discovery(case, talked_at)
    elif not case.person.ending and case.rng.random() < 0.75:
        yield from _let_go(case, talked_at)


def _let_go(case: Case, at: datetime) -> Iterable[Step]:
    """Talks that lead nowhere for now; the reason travels back with the lead."""
    again = case.after(at, 15 * _HOUR, 60 * _HOUR)
    yield _try(case, again, case.rng.randrange(2))
    reason = case.fate.reason if case.fate.reason in ("not_in_market", "no_budget", "other_product") else "not_in_market"
    at = case.after(again, 5 * _HOUR, 40 * _HOUR)
    note = words.pick(case.rng, words.REJECTED_NOTES[reason])
    yield Recycle(at=at, by=case.by, reason=reason, detail=_detail(case, at) if reason == case.fate.reason else "", note=note)


def _discovery(case: Case, reached_at: datetime) -> Iterable[Step]:
    """A meeting some days ahead, what was learned there, then a deal or not."""
    booked = case.after(reached_at, 2, 30)
    held = case.rep.diary.on_day(booked, case.rng.randrange(3, 10), case.rng.choice((60, 120, 270, 330)))
    yield Meeting(at=booked, by=case.by, at_meeting=held)
    yield case.contact(held, "meeting", "held", words.pick(case.rng, words.HELD))
    if not case.fate.is_qualified:
        return
    learned = case.after(held, 50, 6 * _HOUR)
    yield Qualify(at=learned, by=case.by, answers=_answers(case.rng))
    if case.fate.is_opened:
        yield from deal(case.rng, case.fate, case.account, case.person, case.closer, learned)
    elif case.rng.random() < 0.6:
        at = case.after(learned, 40 * _HOUR, 130 * _HOUR)
        yield Recycle(at=at, by=case.by, reason="not_in_market", detail="", note="Need is clear, the project was moved.")


def _answers(rng: Random) -> dict[str, str]:
    return {
        "budget": words.pick(rng, words.BUDGETS),
        "timeline": words.pick(rng, words.TIMELINES),
        "need": words.pick(rng, words.NEEDS),
    }


def _tries(rng: Random) -> int:
    return rng.choices((1, 2, 3, 4), (52, 27, 14, 7))[0]
