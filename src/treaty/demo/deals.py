"""From an opened opportunity to won, lost or still running: the closer's part."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from treaty.demo import words
from treaty.demo.catalogue import COMPETITORS
from treaty.demo.fates import Fate
from treaty.demo.members import Worker
from treaty.demo.people import Account, Person
from treaty.demo.steps import Amount, Contact, Lost, Objection, Open, StageTo, Step, Won

RANKS = ("c_level", "vp", "director", "manager", "individual", "")
OTHER_ROLES = ("champion", "end_user", "influencer", "blocker")
AMOUNT_CHANGES = 0.35


def deal(rng: Random, fate: Fate, account: Account, person: Person, closer: Worker, learned: datetime) -> Iterable[Step]:
    """The steps of one opportunity, in the closer's working time."""
    by, diary = closer.email, closer.diary
    opened = diary.on_day(learned, rng.randrange(1, 6), rng.uniform(20, 400))
    close_on = (opened + timedelta(days=round(fate.cycle_days * rng.uniform(0.75, 1.1)))).date()
    yield Open(
        at=opened, by=by, name=f"{account.name}: {fate.product}", amount=fate.amount, close_on=close_on,
        product=fate.product, owner_email=by, roles=_roles(account, person, opened),
    )  # fmt: skip
    yield StageTo(at=diary.after(opened, 1), by=by, stage="discovery")
    proposal = diary.on_day(opened, max(3, fate.cycle_days // 3), rng.uniform(20, 400))
    negotiation = diary.on_day(opened, max(6, fate.cycle_days * 2 // 3), rng.uniform(20, 400))
    closed = diary.on_day(opened, fate.cycle_days, rng.uniform(20, 400))
    yield StageTo(at=proposal, by=by, stage="proposal")
    yield from _along_the_way(rng, fate, by, diary.after(proposal, 30))
    if fate.is_won or rng.random() < 0.6:
        yield StageTo(at=negotiation, by=by, stage="negotiation")
        yield from _repriced(rng, fate, by, diary.after(negotiation, 45))
    yield _end(rng, fate, by, closed)


def _roles(account: Account, person: Person, at: datetime) -> tuple[tuple[str, str], ...]:
    """People known by then. The one ranking highest buys; the lead, if another, is the champion."""
    known = [p for p in account.people if p is person or 0 < p.known_s < at.timestamp()]
    known.sort(key=lambda p: (RANKS.index(p.seniority), p.key))
    buyer = known[0]
    others = sorted(known[1:], key=lambda p: p is not person)
    roles = [(p.email, OTHER_ROLES[n % len(OTHER_ROLES)]) for n, p in enumerate(others)]
    return ((buyer.email, "economic_buyer"), *roles)


def _along_the_way(rng: Random, fate: Fate, by: str, at: datetime) -> Iterable[Step]:
    yield Contact(at=at, by=by, kind="call", outcome="connected", text="Went through the proposal page by page.")
    theme = "price_level" if fate.lost == "price" and not fate.is_won else fate.objection
    if rng.random() < 0.7:
        yield Objection(at=at, by=by, text=words.pick(rng, words.OBJECTIONS[theme]), theme=theme)


def _repriced(rng: Random, fate: Fate, by: str, at: datetime) -> Iterable[Step]:
    if rng.random() < AMOUNT_CHANGES:
        factor = Decimal(rng.choice(("0.85", "0.9", "0.95", "1.1", "1.25")))
        yield Amount(at=at, by=by, new=(fate.amount * factor / 100).quantize(Decimal(1)) * 100)


def _end(rng: Random, fate: Fate, by: str, at: datetime) -> Step:
    if fate.is_won:
        return Won(at=at, by=by, reason=words.pick(rng, words.WON_REASONS))
    return Lost(at=at, by=by, reason=fate.lost, competitor=rng.choice(COMPETITORS) if fate.lost == "competitor" else "")
