"""Join the recognised tables into one picture: which deal came of which lead, who answered it when."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from treaty.diagnosis.picture import ENTRIES, Deal, Lead, Moment, Picture, cell, day_of, days_between, is_label
from treaty.diagnosis.tables import Cell, Table
from treaty.diagnosis.words import Outcome, contact_said, outcome_of, stage_of


def draw(tables: tuple[Table, ...]) -> Picture:
    """Join the tables by the keys they share. Order of tables does not matter."""
    leads = [lead for table in tables if table.kind == "leads" for lead in _leads(table)]
    labels = dict(stage_labels(tables))
    deals = [deal for table in tables if table.kind == "opportunities" for deal in _deals(table, labels)]
    leads, deals = _same_across_files(leads), _once(deals)
    picture = Picture(tables, leads, deals)
    by_name = _named(leads)
    picture.linked = _link(picture, by_name)
    _add_activities(picture, by_name)
    for lead in leads:
        lead.is_won = _is_won(lead)
        lead.is_contacted = _is_contacted(lead)
    picture.history = _history(picture, labels)
    picture.as_of = _as_of(picture)
    return picture


def _is_won(lead: Lead) -> bool:
    if any(deal.outcome == "won" for deal in lead.deals) or "customer" in lead.entered or lead.stage == "customer":
        return True
    return lead.get("converted") is True and is_label(lead.table)


def _is_contacted(lead: Lead) -> bool:
    """By an activity, a date, a number of attempts, a status that says so, or by what came of it."""
    if lead.activities or lead.first_activity or lead.deals or lead.is_won or lead.get("last sales activity") is not None:
        return True
    return bool(lead.get("attempts")) or bool(contact_said(lead.get("status"))) or lead.get("converted") is True


def _leads(table: Table) -> Iterator[Lead]:
    keys = [table.values(m) for m in ("lead id", "email", "name", "last name") if table.column(m)]
    dates = [(stage, table.values(meaning)) for meaning, stage in ENTRIES.items() if table.column(meaning)]
    stages = table.values("lifecycle stage")
    for row in range(table.used):
        key = next((str(values[row]) for values in keys if values[row] is not None), table.place(row))
        entered = {stage: at for stage, values in dates if isinstance(at := values[row], date)}
        yield Lead(table, row, key, entered, stage_of(stages[row]))


def _deals(table: Table, labels: dict[str, tuple[str, Outcome | None]]) -> Iterator[Deal]:
    told = {m: table.values(m) for m in ("stage", "status", "is won", "is closed", "won at", "lost at")}
    keys = [table.values(m) for m in ("opportunity id", "lead id", "name") if table.column(m)]
    amounts, opened, closed = (table.values(m) for m in ("amount", "opened", "closed"))
    for row in range(table.used):
        key = next((str(values[row]) for values in keys if values[row] is not None), table.place(row))
        values = {m.replace(" ", "_"): column[row] for m, column in told.items()}
        label = labels.get(str(values["stage"]))
        outcome = (label[1] if label else None) or outcome_of(**values)
        amount, start = amounts[row], opened[row]
        yield Deal(
            table, row, key, outcome,
            amount if isinstance(amount, Decimal) else None,
            start if isinstance(start, date) else None,
            _ended(outcome, values, closed[row]),
        )  # fmt: skip


def _ended(outcome: Outcome | None, values: dict[str, Cell], closed: Cell) -> Moment | None:
    """When it was won or lost; a close date on an open deal is a hope, not an end."""
    at = {"won": values["won_at"], "lost": values["lost_at"]}.get(outcome or "")
    at = at if at is not None else closed if outcome in ("won", "lost") else None
    return at if isinstance(at, date) else None


def stage_labels(tables: tuple[Table, ...]) -> Iterator[tuple[str, tuple[str, Outcome | None]]]:
    """Stage id to its label and outcome, from a table of stages."""
    for table in (t for t in tables if t.kind == "stages"):
        for row in range(table.used):
            key, label = cell(table, "stage id", row), cell(table, "stage", row)
            won, closed = cell(table, "is won", row), cell(table, "is closed", row)
            outcome: Outcome | None = "won" if won is True else "lost" if closed is True else None
            if key is not None:
                yield str(key), (str(label or key), outcome)


def _same_across_files(leads: list[Lead]) -> list[Lead]:
    """One lead from several files: joined by id or address between files, never within one (there it is a duplicate)."""
    first: dict[str, Lead] = {}
    kept = []
    for lead in leads:
        names = [n for n in (lead.get("lead id"), lead.get("email")) if n is not None]
        other = next((first[str(n)] for n in names if str(n) in first and first[str(n)].table is not lead.table), None)
        if other is None:
            kept.append(lead)
            for name in names:
                first.setdefault(str(name), lead)
        else:
            other.entered = {**lead.entered, **other.entered}
            other.stage = other.stage or lead.stage
    return kept


def _once(deals: list[Deal]) -> list[Deal]:
    """The same opportunity in two tables counts once; what stands twice in one of them by now stays: a duplicate."""
    first: dict[str, Deal] = {}
    return [deal for deal in deals if deal.get("opportunity id") is None or first.setdefault(deal.key, deal).table is deal.table]


def _named(leads: list[Lead]) -> dict[str, Lead]:
    """Leads by every name they have; the first to claim one keeps it."""
    found: dict[str, Lead] = {}
    for lead in leads:
        for name in (lead.get("lead id"), lead.get("email")):
            if name is not None:
                found.setdefault(str(name), lead)
    return found


def _link(picture: Picture, by_name: dict[str, Lead]) -> int:
    """Give each deal its lead, by any id both name; returns how many found one."""
    by_deal = {str(n): lead for lead in picture.leads if (n := lead.get("opportunity id")) is not None}
    by_link = _pairs(picture, "opportunity id", "lead id")
    for deal in picture.deals:
        names = (deal.get("lead id"), deal.get("person id"), deal.get("email"), by_link.get(deal.get("opportunity id")))
        deal.lead = next((by_name[str(n)] for n in names if n is not None and str(n) in by_name), None) or by_deal.get(deal.key)
        if deal.lead is not None:
            deal.lead.deals.append(deal)
    return sum(deal.lead is not None for deal in picture.deals)


def _pairs(picture: Picture, key: str, value: str) -> dict[Cell, Cell]:
    """One column of the tables of pairs by another."""
    tables = (table for table in picture.of("links") if table.column(key) and table.column(value))
    return {k: v for table in tables for k, v in zip(table.values(key), table.values(value), strict=True) if k is not None}


def _add_activities(picture: Picture, by_name: dict[str, Lead]) -> None:
    for lead in picture.leads:
        first = lead.get("first sales activity")
        lead.first_activity = first if isinstance(first, date) else None
    by_deal = {deal.key: deal.lead for deal in picture.deals if deal.lead}
    by_link = _pairs(picture, "activity id", "lead id")
    for table in picture.of("activities"):
        names = [table.values(m) for m in ("lead id", "person id", "email") if table.column(m)]
        deals, ids, times = table.values("opportunity id"), table.values("activity id"), table.values("at")
        for row in range(table.used):
            found = next((by_name[str(v[row])] for v in names if v[row] is not None and str(v[row]) in by_name), None)
            lead_or_none = found or by_deal.get(str(deals[row])) or by_name.get(str(by_link.get(ids[row])))
            if lead_or_none is not None:
                _count_activity(lead_or_none, times[row])
                picture.sees_activities = True


def _count_activity(lead: Lead, at: Cell) -> None:
    lead.activities += 1
    if isinstance(at, date) and (lead.first_activity is None or days_between(at, lead.first_activity) > 0):
        lead.first_activity = at


def _history(picture: Picture, labels: dict[str, tuple[str, Outcome | None]]) -> dict[str, list[tuple[Moment, str]]]:
    """Stages of each deal in their order, from a history file; changes of other fields are left out."""
    found: dict[str, list[tuple[Moment, str]]] = {}
    for table in picture.of("stage history"):
        keys, stages, times, fields = (table.values(m) for m in ("opportunity id", "stage", "at", "field"))
        for key, stage, at, name in zip(keys, stages, times, fields, strict=True):
            is_stage = not isinstance(name, str) or "stage" in name.lower()
            if key is not None and stage is not None and isinstance(at, date) and is_stage:
                label = labels.get(str(stage))
                found.setdefault(str(key), []).append((at, label[0] if label else str(stage)))
    for entries in found.values():
        entries.sort(key=lambda entry: _comparable(entry[0]))
    return found


def _as_of(picture: Picture) -> date | None:
    """The last day on which anything happened: what is open is judged as of then, not as of today."""
    days = {day_of(deal.ended) for deal in picture.deals if deal.ended}
    for table in picture.tables:
        for meaning in ("created", "first contact", "opened", "won at", "lost at", "at", "first sales activity", "last sales activity"):
            days.update({day_of(value) for value in table.values(meaning) if isinstance(value, date)})
    return max(days) if days else None


def _comparable(moment: Moment) -> datetime:
    """A moment that sorts beside any other: dates at midnight, zones taken off in UTC."""
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
