"""The bytes of a closing and of a restatement: made once, hashed, never derived again. Formats in docs/books.md. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from treaty.agreement.terms_parties import Side
from treaty.books.lines import ZERO, Key, Line, in_order, read, text
from treaty.engine.manifest import Exported, File, Follow, Manifest
from treaty.engine.periods import Period
from treaty.engine.pinned import NAME
from treaty.journal.canonical import canonical
from treaty.moments import from_us, to_us

CLOSING, RESTATEMENT, SIGNATURE = "treaty-closing/1", "treaty-restatement/1", "treaty-closing-signature/1"


class NotReadable(ValueError):
    """Bytes that are not of the format, or not canonical."""


@dataclass(frozen=True, slots=True)
class Held:
    """A version of the agreement the figures are counted under, and since when."""

    number: int
    hash: str
    starts_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Everything a closing says."""

    name: str
    period: Period
    as_of: datetime
    grace_days: int
    grace_ends_at: datetime
    held: Sequence[Held]
    currency: str
    measures: Mapping[str, int]
    lines: Sequence[Line]
    adjustments: Sequence[Mapping[str, str]]
    inputs: Manifest


def closing_bytes(closed: Closed) -> bytes:
    """What both sides sign the hash of."""
    return canonical({
        "format": CLOSING,
        "period": _period(closed.name, closed.period),
        "as_of_us": to_us(closed.as_of),
        "grace": {"days": closed.grace_days, "ends_us": to_us(closed.grace_ends_at)},
        "agreement": [{"version": one.number, "hash": one.hash, "starts_us": one.starts_us} for one in closed.held],
        "currency": closed.currency,
        "measures": dict(closed.measures),
        "figures": [line.as_data() for line in in_order(closed.lines)],
        "adjustments": [dict(one) for one in closed.adjustments],
        "inputs": {"lake": closed.inputs.version, "tables": {name: _table(table) for name, table in closed.inputs.tables.items()}},
    })  # fmt: skip


def with_adjustments(closed: Closed, adjustments: Sequence[Mapping[str, str]]) -> Closed:
    """The same with what earlier periods brought in."""
    return replace(closed, adjustments=adjustments)


def _period(name: str, period: Period) -> dict[str, str]:
    days = {"first_on": period.first_on.isoformat(), "end_on": period.end_on.isoformat()}
    return {"name": name, "per": period.per, **days, "zone": period.zone}


def _table(table: Exported) -> dict[str, Any]:
    follow = table.follow
    led = {"column": follow.column, "name": follow.name, "through": follow.through, "where": list(follow.where or ())} if follow else None
    return {
        "columns": [[name, kind] for name, kind in table.columns.items()],
        "follow": led,
        "files": [
            {"sha256": file.sha256, "rows": file.rows, "bytes": file.bytes, "first": file.min_id, "last": file.max_id}
            for file in sorted(table.files, key=lambda file: (file.min_id, file.sha256))
        ],
    }


def read_closing(raw: bytes) -> Closed:
    """A closing from its bytes. Raises NotReadable."""
    data = _data(raw, CLOSING)
    try:
        return Closed(
            name=data["period"]["name"], period=_read_period(data["period"]), as_of=from_us(data["as_of_us"]),
            grace_days=data["grace"]["days"], grace_ends_at=from_us(data["grace"]["ends_us"]),
            held=[Held(one["version"], one["hash"], one["starts_us"]) for one in data["agreement"]],
            currency=data["currency"], measures=data["measures"], lines=read(data["figures"]), adjustments=data["adjustments"],
            inputs=_read_inputs(data),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as fault:
        raise NotReadable(f"these bytes miss a part of {CLOSING}: {fault}") from None


def _data(raw: bytes, form: str) -> dict[str, Any]:
    try:
        data = json.loads(raw)
    except ValueError:
        data = None
    if not isinstance(data, dict) or data.get("format") != form:
        raise NotReadable(f"these bytes are not {form}: they were made by another release, or somebody changed them")
    return data


def _read_period(data: Mapping[str, str]) -> Period:
    per: Any = data["per"]
    return Period(per, date.fromisoformat(data["first_on"]), date.fromisoformat(data["end_on"]), data["zone"])


def _read_inputs(data: Mapping[str, Any]) -> Manifest:
    tables = {name: _read_table(table) for name, table in data["inputs"]["tables"].items()}
    return Manifest(data["inputs"]["lake"], data["as_of_us"], tables)


def _read_table(data: Mapping[str, Any]) -> Exported:
    led = data["follow"]
    where = (led["where"][0], led["where"][1]) if led and led["where"] else None
    files = [File(f"{NAME}/{f['sha256']}.parquet", f["rows"], f["bytes"], f["sha256"], f["first"], f["last"]) for f in data["files"]]
    follow = Follow(led["column"], led["name"], led["through"], where) if led else None
    return Exported("", dict(data["columns"]), tuple(files), follow=follow)


def hash_of(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a head says by signing: these are the figures of this period. agreement: the version that lets them sign."""

    period: str
    hash: str
    agreement: str
    person: str
    side: Side
    at: datetime

    def as_data(self) -> dict[str, Any]:
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        said = {"period": self.period, "hash": self.hash, "agreement": self.agreement, "person": self.person, "side": self.side}
        return {"format": SIGNATURE, **said, "at": at}


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause did to one line, and the records by which it did; more: how many further ones, and what they add."""

    cause: str
    amount: Decimal
    records: Sequence[tuple[str, int, Decimal]] = ()
    more: tuple[int, Decimal] = (0, ZERO)


@dataclass(frozen=True, slots=True)
class Changed:
    """One line that says something else than at the close. before: what the restatement before this one said."""

    key: Key
    old: Decimal
    before: Decimal
    new: Decimal
    parts: Sequence[Part]

    @property
    def difference(self) -> Decimal:
        return self.new - self.old


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """Everything a restatement says."""

    name: str
    closing: str
    number: int
    previous: str
    as_of: datetime
    changes: Sequence[Changed]


def restatement_bytes(restated: Restated) -> bytes:
    return canonical({
        "format": RESTATEMENT,
        "period": restated.name,
        "closing": restated.closing,
        "number": restated.number,
        "previous": restated.previous,
        "as_of_us": to_us(restated.as_of),
        "lines": [_changed(one) for one in restated.changes],
    })  # fmt: skip


def _changed(one: Changed) -> dict[str, Any]:
    figures = {"old": one.old, "before": one.before, "new": one.new, "difference": one.difference}
    return {**one.key._asdict(), **{name: text(figure) for name, figure in figures.items()}, "causes": [_part(part) for part in one.parts]}


def _part(part: Part) -> dict[str, Any]:
    records = [{"kind": kind, "record": record, "amount": text(amount)} for kind, record, amount in part.records]
    return {"cause": part.cause, "amount": text(part.amount), "records": records, "more": {"n": part.more[0], "amount": text(part.more[1])}}


def read_restatement(raw: bytes) -> Restated:
    """A restatement from its bytes. Raises NotReadable."""
    data = _data(raw, RESTATEMENT)
    try:
        return Restated(
            name=data["period"], closing=data["closing"], number=data["number"], previous=data["previous"],
            as_of=from_us(data["as_of_us"]), changes=list(_read_changes(data["lines"])),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as fault:
        raise NotReadable(f"these bytes miss a part of {RESTATEMENT}: {fault}") from None


def _read_changes(lines: Iterable[Mapping[str, Any]]) -> Iterable[Changed]:
    for one in lines:
        key = Key(*(one[name] for name in Key._fields))
        parts = [
            Part(
                part["cause"], Decimal(part["amount"]),
                [(record["kind"], record["record"], Decimal(record["amount"])) for record in part["records"]],
                (part["more"]["n"], Decimal(part["more"]["amount"])),
            )
            for part in one["causes"]
        ]  # fmt: skip
        yield Changed(key, Decimal(one["old"]), Decimal(one["before"]), Decimal(one["new"]), parts)
