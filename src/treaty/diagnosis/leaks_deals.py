"""Leaks of deals: stuck, stages skipped, impossible orders, wins without value, and what is at stake."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import TypeVar

from treaty.diagnosis.figures import currencies, funnel, measure, total
from treaty.diagnosis.leaks_leads import sees_contact
from treaty.diagnosis.picture import Deal, Lead, Moment, Picture, days_between
from treaty.diagnosis.report import Finding
from treaty.diagnosis.say import count, days, listed, money, percent, quoted, verb
from treaty.diagnosis.words import STAGES

R = TypeVar("R", Lead, Deal)
ENOUGH = 20
"""Wins before a cycle is a yardstick."""
_USUAL = 0.8
"""A stage that so many of the won deals passed is one a deal is expected to pass."""


def stuck_deals(picture: Picture) -> tuple[list[Deal], float | None]:
    """Open deals older than nine in ten won deals were when they closed, and that age."""
    cycle = measure([days_between(d.opened, d.ended) for d in picture.deals if d.outcome == "won" and d.opened and d.ended])
    if cycle is None or cycle.n < ENOUGH or picture.as_of is None:
        return [], None
    aged = [(days_between(d.opened, picture.as_of), d) for d in picture.deals if d.outcome == "open" and d.opened]
    return [deal for age, deal in sorted(aged, key=lambda pair: -pair[0]) if age > cycle.p90], cycle.p90


def stuck(picture: Picture) -> Iterator[Finding]:
    deals, limit = stuck_deals(picture)
    still = [deal for deal in picture.deals if deal.outcome == "open"]
    if deals and limit is not None:
        undated = sum(deal.opened is None for deal in still)
        says = (
            f"{count(len(deals), 'opportunity')} of {len(still):,} open on {picture.as_of} {verb(len(deals), 'is')} older than "
            f"{days(limit)}, the age by which nine in ten won ones had closed ({percent(len(deals) / len(still))})"
            + (f"; {undated:,} more have no opening date and cannot be judged" if undated else "")
        )
        value = total(deals) if len(currencies(picture)) < 2 else None
        yield Finding("stuck", says, len(deals), len(deals) / len(still), value, tuple(d.key for d in deals[:5]), _files(deals))


def overdue(picture: Picture) -> Iterator[Finding]:
    """Open deals that should have closed by now, by their own date."""
    still = [deal for deal in picture.deals if deal.outcome == "open"]
    dated = [(deal, at) for deal in still if isinstance(at := deal.get("expected close") or deal.get("closed"), Moment)]
    late = [deal for deal, at in dated if picture.as_of and days_between(at, picture.as_of) > 0]
    if late:
        share = len(late) / len(still)
        of = f"{count(len(late), 'opportunity')} of {len(still):,} open on {picture.as_of}"
        says = f"{of} {verb(len(late), 'has')} a close date that has passed ({percent(share)})"
        value = total(late) if len(currencies(picture)) < 2 else None
        yield Finding("stuck", says, len(late), share, value, tuple(deal.key for deal in late[:5]), _files(late))


def stage_skipped(picture: Picture) -> Iterator[Finding]:
    yield from _skipped_by_dates(picture)
    yield from _skipped_by_history(picture)


def _skipped_by_dates(picture: Picture) -> Iterator[Finding]:
    """A lead is past a stage whose date the others there have, and has none."""
    dated = [stage for stage in STAGES[1:-1] if any(stage in lead.entered for lead in picture.leads)]
    for stage in dated:
        later = set(STAGES[STAGES.index(stage) + 1 :])
        past = [lead for lead in picture.leads if later & set(lead.entered) or lead.stage in later]
        without = [lead for lead in past if stage not in lead.entered]
        if len(past) >= 5 and 0 < len(without) < len(past) / 2:
            share = len(without) / len(past)
            says = f"{count(len(without), 'lead')} of {len(past):,} past {stage} {verb(len(without), 'was')} never in it ({percent(share)})"
            yield Finding("stage_skipped", says, len(without), share, None, tuple(x.key for x in without[:5]), picture.files("leads"))


def _skipped_by_history(picture: Picture) -> Iterator[Finding]:
    won = [deal for deal in picture.deals if deal.outcome == "won" and deal.key in picture.history]
    passed = Counter(stage for deal in won for stage in {name for _, name in picture.history[deal.key]})
    for stage, times in sorted(passed.items()):
        without = [deal for deal in won if stage not in {name for _, name in picture.history[deal.key]}]
        if len(won) >= 5 and without and times >= _USUAL * len(won):
            share = len(without) / len(won)
            says = f"{count(len(without), 'won opportunity')} of {len(won):,} {verb(len(without), 'was')} never in stage {quoted(stage)}"
            keys, files = tuple(deal.key for deal in without[:5]), picture.files("stage history")
            yield Finding("stage_skipped", f"{says}, which the others passed", len(without), share, total(without), keys, files)


def impossible_order(picture: Picture) -> Iterator[Finding]:
    won = [deal for deal in picture.deals if deal.outcome == "won" and deal.ended]
    for meaning, says in (("first contact", "before {its} first contact"), ("created", "before {its} lead was created")):
        pairs = [(deal, start) for deal in won if isinstance(start := (deal.lead or deal).get(meaning), Moment)]
        yield from _backward(pairs, lambda deal: deal.ended, "deal", f"won {says}")
    opened = [(deal, deal.opened) for deal in picture.deals if deal.opened and deal.ended and deal.is_decided]
    yield from _backward(opened, lambda deal: deal.ended, "opportunity", "closed before {it} {was} opened")
    answered = [(lead, start) for lead in picture.leads if isinstance(start := lead.get("created"), Moment) and lead.first_activity]
    yield from _backward(answered, lambda lead: lead.first_activity, "lead", "answered before {it} {was} created")
    for earlier, later in pairwise(STAGES[1:]):
        dated = [(lead, lead.entered[earlier]) for lead in picture.leads if earlier in lead.entered and later in lead.entered]
        yield from _backward(dated, partial(_entered, stage=later), "lead", f"{later} before {{it}} {{was}} {earlier}")


def _entered(lead: Lead, stage: str) -> Moment:
    return lead.entered[stage]


def _backward(pairs: list[tuple[R, Moment]], end: Callable[[R], Moment | None], noun: str, says: str) -> Iterator[Finding]:
    wrong = [record for record, start in pairs if (at := end(record)) is not None and days_between(start, at) < 0]
    if wrong:
        one = len(wrong) == 1
        told = says.format(its="its" if one else "their", it="it" if one else "they", was=verb(len(wrong), "was"))
        files = tuple(dict.fromkeys(f for r in wrong for f in _files_of(r)))
        sentence = f"{count(len(wrong), noun)} {verb(len(wrong), 'was')} {told}"
        yield Finding("impossible_order", sentence, len(wrong), len(wrong) / len(pairs), None, tuple(r.key for r in wrong[:5]), files)


def _files_of(record: Lead | Deal) -> tuple[str, ...]:
    lead = record.lead if isinstance(record, Deal) else None
    return (*record.table.files, *lead.table.files) if lead else record.table.files


def without_value(picture: Picture) -> Iterator[Finding]:
    """Deals that should carry an amount and do not; nothing is said if no column is a deal amount."""
    if not picture.has("opportunities", "amount"):
        return
    for outcome, empty in (("won", (None, Decimal(0))), ("lost", (None, Decimal(0))), ("open", (None,))):
        deals = [deal for deal in picture.deals if deal.outcome == outcome]
        silent = [deal for deal in deals if deal.amount in empty]
        if silent:
            none = "an amount of 0" if all(deal.amount is not None for deal in silent) else "no amount"
            of = f"{count(len(silent), f'{outcome} opportunity')} of {len(deals):,}"
            says = f"{of} {verb(len(silent), 'has')} {none}{_in_stages(silent)}"
            if outcome == "lost" and len(silent) == len(deals):
                says += ": what was lost cannot be told"
            yield Finding(
                "missing_values", says, len(silent), len(silent) / len(deals), None, tuple(d.key for d in silent[:5]), _files(silent)
            )


def _in_stages(deals: list[Deal]) -> str:
    """`, 841 in Engaging and 500 in Prospecting`, where that adds something."""
    stages = Counter(str(deal.get("stage")) for deal in deals if deal.get("stage") is not None)
    return f", {listed([f'{n:,} in {quoted(name)[1:-1]}' for name, n in stages.most_common(4)])}" if len(stages) > 1 else ""


def money_at_stake(picture: Picture) -> Iterator[Finding]:
    """What the leaks may be worth, from this company's own wins; nothing without deal amounts in one currency."""
    won = [deal for deal in picture.deals if deal.outcome == "won" and deal.amount]
    decided = [deal for deal in picture.deals if deal.is_decided]
    if len(won) < ENOUGH or len(currencies(picture)) > 1 or (total(won) or 0) <= 0:
        return
    mean = (total(won) or Decimal(0)) / len(won)
    deals, _ = stuck_deals(picture)
    if deals and any(deal.outcome == "lost" for deal in decided):
        rate = Decimal(sum(deal.outcome == "won" for deal in decided)) / len(decided)
        still = sum(deal.outcome == "open" for deal in picture.deals)
        yield _stake(picture, deals, still, f"open too long × win rate {percent(float(rate))} × mean won value", mean * rate, mean)
    leads = [lead for lead in picture.leads if not lead.is_contacted] if sees_contact(picture) else []
    if leads and picture.linked:
        steps = funnel(picture)
        rate = Decimal(steps[-1].count) / steps[0].count
        formula = f"never contacted × {percent(float(rate))} of leads won × mean won value"
        yield _stake(picture, leads, len(picture.leads), formula, mean * rate, mean)


def _stake(picture: Picture, records: Sequence[Deal | Lead], of: int, formula: str, each: Decimal, mean: Decimal) -> Finding:
    currency = (*currencies(picture), "")[0]
    value, noun = (len(records) * each).quantize(Decimal(1)), "lead" if isinstance(records[0], Lead) else "opportunity"
    says = f"About {money(value, currency)} is at stake: {count(len(records), noun)} {formula} {money(mean.quantize(Decimal(1)), currency)}"
    files = tuple(dict.fromkeys(record.table.file for record in records))
    return Finding("money_at_stake", says, len(records), len(records) / of, value, tuple(r.key for r in records[:5]), files)


def _files(deals: list[Deal]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(deal.table.file for deal in deals))
