"""Rows about deals, work and money as records. A maker raises ValueError with the way out for a row that cannot be one."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import PurePosixPath

from treaty.connectors.files.row import Line
from treaty.diagnosis.words import outcome_of
from treaty.truth.records import (
    ActivityRecord,
    CampaignRecord,
    OpportunityRecord,
    PersonRecord,
    PersonRef,
    RateRecord,
    Record,
    SpendRecord,
    StageEntry,
)


def opportunities(line: Line) -> Iterator[Record]:
    """One row is the deal as it stands; its dates of entered stages become history."""
    key = line.text("opportunity id") or line.text("lead id")
    if not key:
        raise ValueError("an opportunity without an id could not be recognised again: add one")
    label, said = line.directory.stages.get(line.text("stage"), (line.text("stage"), None))
    told = {m.replace(" ", "_"): line.values.get(m) for m in ("status", "is won", "is closed", "won at", "lost at")}
    outcome = said or outcome_of(stage=line.values.get("stage"), **told)
    ended = line.moment("won at" if outcome == "won" else "lost at") or line.moment("closed")
    yield OpportunityRecord(
        external_id=key, name=line.text("name"), account=line.account(), people=_people(line), owner_email=line.owner(), stage=label,
        outcome=outcome or "", amount=line.amount(), currency=line.money(), product=line.text("product"),
        lost_reason=line.text("lost reason"), won_reason=line.text("won reason"), opened_at=line.moment("opened"),
        close_on=line.on("expected close") or line.on("closed"), closed_at=ended if outcome in ("won", "lost") else None,
        history=_entered(line),
    )  # fmt: skip


def _people(line: Line) -> tuple[tuple[PersonRef, str], ...]:
    ref = line.person("lead id", "person id")
    return () if ref.is_empty else ((ref, ""),)


def _entered(line: Line) -> tuple[StageEntry, ...]:
    """`Date entered Proposal` and its like, in the order of their dates."""
    dated = [(at, m.removeprefix("entered ")) for m in line.values if m.startswith("entered ") and (at := line.moment(m))]
    return tuple(StageEntry(at=at, stage=stage) for at, stage in sorted(dated))


def history(line: Line) -> Iterator[Record]:
    """A change of stage, amount or close date of a deal, or of a lead's stage, known when it was made."""
    at, name = line.moment("at"), line.text("field").lower()
    if at is None:
        raise ValueError("a change without its moment has no place in a history: add the date")
    value = line.text("stage")
    if line.text("opportunity id"):
        yield OpportunityRecord(external_id=line.text("opportunity id"), history=(_change(line, name, value),), known_at=at)
    elif not name or "stage" in name or "status" in name:
        ref = line.person("lead id")
        if ref.is_empty:
            raise ValueError("no id of a lead or an opportunity: nothing says whose stage this is")
        yield PersonRecord(ref=ref, fields={"lifecycle_stage": value}, occurred_at=at, known_at=at)


def _change(line: Line, name: str, value: str) -> StageEntry:
    at = line.moment("at")
    assert at is not None  # noqa: S101  # `history` has refused rows without it
    if "amount" in name:
        return StageEntry(at=at, amount=Decimal(re.sub(r"[^\d.-]", "", value) or "0"))
    label, _ = line.directory.stages.get(value, (value, None))
    return StageEntry(at=at, stage=label if not name or "stage" in name else "", amount=line.amount(), close_on=line.on("expected close"))


def links(line: Line) -> Iterator[Record]:
    """Who or which company belongs to a deal, from a table of pairs."""
    if line.text("opportunity id"):
        people = ((line.person("lead id"), line.text("role")),) if line.text("lead id") else ()
        yield OpportunityRecord(external_id=line.text("opportunity id"), account=line.account(), people=people)


def activities(line: Line) -> Iterator[Record]:
    at = line.moment("at")
    if at is None:
        raise ValueError("an activity without its moment proves nothing: add the date")
    ref = line.person("lead id", "person id")
    kind = line.text("kind").lower() or _kind_by_name(line.file)
    key = line.key("activity id", ref, line.text("opportunity id"), kind, at.isoformat())
    inward = line.text("direction").lower().startswith(("in", "from"))
    yield ActivityRecord(
        external_id=key, kind=kind[:30], occurred_at=at, ref=ref, member_email=line.text("member email").lower() or line.owner(),
        opportunity_id=line.text("opportunity id"), outcome=line.text("outcome").lower(), direction="in" if inward else "out",
        text=line.text("text"),
    )  # fmt: skip


def _kind_by_name(file: str) -> str:
    found = re.search(r"call|email|mail|meeting|note|task", file.lower())
    return {"mail": "email"}.get(found[0], found[0]) if found else "activity"


def spend(line: Line) -> Iterator[Record]:
    on, amount = line.on("on"), line.amount()
    if on is None or amount is None:
        raise ValueError("spend needs a day and an amount")
    channel = line.text("channel") or PurePosixPath(line.file).stem
    key = line.key("none", channel, line.text("campaign"), on)
    yield SpendRecord(
        channel=channel, on=on, amount=amount, currency=line.money(), campaign=line.text("campaign"),
        impressions=line.whole("impressions"), clicks=line.whole("clicks"), external_id=key,
    )  # fmt: skip


def rates(line: Line) -> Iterator[Record]:
    """What one unit of a currency was worth in the agreement's, or in the one that the row names, on a day."""
    on, rate = line.on("on"), line.amount("rate")
    if on is None or rate is None or not line.text("currency"):
        raise ValueError("a rate needs a currency, a day and what one unit was worth")
    yield RateRecord(currency=line.text("currency"), on=on, rate=rate, to=line.text("to"))


def campaigns(line: Line) -> Iterator[Record]:
    key = line.text("campaign id") or line.text("campaign")
    if not key:
        raise ValueError("a campaign without id and name could not be recognised again")
    yield CampaignRecord(
        key=key, name=line.text("campaign"), channel=line.text("channel"), starts_on=line.on("starts"), ends_on=line.on("ends"),
        budget=line.amount("budget"), currency=line.text("currency").upper() or line.currency,
    )  # fmt: skip
