"""Which of a system's fields and stages mean what here, and who is believed: chosen by a person, and put back if they say so.

Choices stand where they are read: fields and the currency in `Connection.mapping`, stages and masters in the settings of the source.
Every choice is kept (`Mapped`), so that the one before it can be put back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from treaty.agreement.queries import all_in_force, signed_of
from treaty.connectors.connections import vendor_named
from treaty.connectors.models import Connection, Mapped, StreamPlace
from treaty.connectors.rechosen import AGAIN, SINCE
from treaty.journal.actions import record
from treaty.moments import to_us
from treaty.team.models import Member
from treaty.truth.masters import GROUPS
from treaty.truth.models import Source
from treaty.truth.models.sources import SYSTEMS

OURS: Mapping[str, tuple[str, ...]] = {
    "person": (
        "title", "seniority", "department", "phone", "country", "language", "lead_source", "lifecycle_stage", "lead_status", "score",
    ),
    "account": ("industry", "country", "employees", "account_type"),
    "opportunity": ("name", "currency", "product", "lost_reason", "won_reason"),
}  # fmt: skip
"""Fields of ours that may be chosen, by kind of record."""
STAGED = ("person", "opportunity")
"""Kinds of records that stand in a stage."""
MOST = 1000
"""Choices of one kind; an answer or a file with more is none of ours."""
Pairs = Mapping[str, Mapping[str, str]]


class BadMapping(ValueError):
    """What cannot be chosen, and what can."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person chose; what is not named is as the vendor usually has it.

    fields: the system's name of a field of ours, by kind, empty for none · stages: our stage for each of its own, by kind, empty for
    one that is none of ours · currency: of amounts that it tells without one · masters: who is believed beside each other source in
    which group of fields (`truth.masters`), by their keys
    """

    fields: Pairs = field(default_factory=dict)
    stages: Pairs = field(default_factory=dict)
    currency: str = ""
    masters: Pairs = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One choice that differs. part: fields, stages, currency or masters · within: a kind of record, or a source's key."""

    part: str
    within: str
    name: str
    before: str | None
    after: str | None


def chosen_of(connection: Connection) -> Chosen:
    """What stands."""
    mapping, settings, others = connection.mapping, connection.source.settings, {one.key for one in others_of(connection)}
    masters = {key: dict(pair) for key, pair in (settings.get("masters") or {}).items() if key in others}
    for other in others_of(connection):
        said = (other.settings.get("masters") or {}).get(connection.key)
        if said and other.key not in masters:
            masters[other.key] = dict(said)
    return _normal(Chosen(mapping.get("fields", {}), settings.get("stages") or {}, mapping.get("currency", ""), masters))


def others_of(connection: Connection) -> list[Source]:
    """Other systems that may speak of the same records."""
    return list(Source.objects.filter(kind__in=SYSTEMS, is_active=True).exclude(pk=connection.source_id).order_by("name"))


def _normal(chosen: Chosen) -> Chosen:
    def filled(pairs: Pairs) -> Pairs:
        return {name: dict(sorted(pair.items())) for name, pair in sorted(pairs.items()) if pair}

    return Chosen(filled(chosen.fields), filled(chosen.stages), chosen.currency, filled(chosen.masters))


def agreed_stages(at: datetime) -> list[str]:
    """The stages of the agreements in force, as they name them, each once."""
    return list(dict.fromkeys(stage for one in all_in_force(at) for stage in signed_of(one.version).terms.stages))


def usual(connection: Connection) -> Pairs:
    """What the vendor's fields usually are, by kind and field of ours; those that one has no usual name for are empty."""
    fields = vendor_named(connection.vendor).fields
    return {kind: {**dict.fromkeys(OURS["person" if kind == "lead" else kind], ""), **named} for kind, named in fields.items()}


def check(connection: Connection, chosen: Chosen, at: datetime) -> Chosen:
    """The same, in order; what is as usual left out. Raises BadMapping, naming the value and what there is instead."""
    known, stages = usual(connection), agreed_stages(at)
    for kind, pairs in chosen.fields.items():
        if kind not in known:
            raise BadMapping(f"{connection.vendor} has no records of the kind {kind[:40]!r}: there are {', '.join(known)}")
        _check_fields(connection, kind, pairs, known[kind])
    for kind, pairs in chosen.stages.items():
        _check_stages(kind, pairs, stages)
    if chosen.currency and not (len(chosen.currency) == 3 and chosen.currency.isascii() and chosen.currency.isalpha()):
        raise BadMapping(f"{chosen.currency[:20]!r} is no currency: write three letters, such as EUR")
    _check_masters(connection, chosen.masters)
    unusual = {kind: {ours: name for ours, name in pairs.items() if name != known[kind][ours]} for kind, pairs in chosen.fields.items()}
    return _normal(Chosen(unusual, chosen.stages, chosen.currency.upper(), chosen.masters))


def _check_fields(connection: Connection, kind: str, pairs: Mapping[str, str], known: Mapping[str, str]) -> None:
    there = {one["name"] for one in connection.known.get("properties", {}).get(kind, ())}
    for ours, theirs in pairs.items():
        if ours not in known:
            raise BadMapping(f"{ours[:40]!r} is no field of ours for a record of the kind {kind}: there are {', '.join(known)}")
        if theirs and theirs not in there and theirs != known[ours]:
            raise BadMapping(f"{theirs[:80]!r} is no field of its {kind} records: choose one that it lists, or none")


def _check_stages(kind: str, pairs: Mapping[str, str], stages: list[str]) -> None:
    if kind not in STAGED:
        raise BadMapping(f"records of the kind {kind[:40]!r} stand in no stage: there are {', '.join(STAGED)}")
    if len(pairs) > MOST:
        raise BadMapping(f"{len(pairs)} stages are more than the {MOST} that can be kept")
    for theirs, ours in pairs.items():
        if ours and ours not in stages:
            there = ", ".join(stages) or "none, for no agreement is in force"
            raise BadMapping(f"{ours[:40]!r}, chosen for {theirs[:40]!r}, is no stage of the agreement: there are {there}")


def _check_masters(connection: Connection, masters: Pairs) -> None:
    others = {one.key for one in others_of(connection)}
    for other, pair in masters.items():
        if other not in others:
            raise BadMapping(f"no other system has the key {other[:20]!r}: a file of choices holds those of its own house, leave them out")
        for group, master in pair.items():
            if group not in GROUPS or master not in (other, connection.key):
                raise BadMapping(f"{master[:20]!r} cannot be believed in {group[:20]!r}: choose one of the two, in {', '.join(GROUPS)}")


def changes(before: Chosen, after: Chosen) -> list[Change]:
    """Where the second differs from the first."""
    found = []
    for part in ("fields", "stages", "masters"):
        old, new = getattr(before, part), getattr(after, part)
        for within in sorted({*old, *new}):
            was, becomes = old.get(within, {}), new.get(within, {})
            found += [
                Change(part, within, name, was.get(name), becomes.get(name))
                for name in sorted({*was, *becomes})
                if was.get(name) != becomes.get(name)
            ]
    if before.currency != after.currency:
        found.append(Change("currency", "", "", before.currency, after.currency))
    return found


def streams_of(connection: Connection, changed: list[Change]) -> list[str]:
    """What is to be read again from its beginning: stages are said of what is here already, and need nothing."""
    kinds = {one.within for one in changed if one.part == "fields"}
    kinds |= {"currency"} if any(one.part == "currency" for one in changed) else set()
    kinds |= {"opportunity"} if any(one.part == "masters" for one in changed) else set()
    return [stream.name for stream in vendor_named(connection.vendor).streams if kinds & {*stream.mapped}]


@transaction.atomic
def keep(connection: Connection, wanted: Chosen, *, at: datetime, by: Member | None = None) -> list[Change]:
    """Let a choice stand, and have read again what it decides; what changed. Raises BadMapping.

    A pull under way goes on by what stood when it began; at its end it reads again what was chosen meanwhile.
    """
    row = Connection.objects.select_for_update().select_related("source").get(pk=connection.pk)
    before, after = chosen_of(row), check(row, wanted, at)
    changed = changes(before, after)
    if not changed:
        return []
    if not row.mapped.exists():
        Mapped.objects.create(connection=row, chosen=msgspec.to_builtins(before), at=row.made_at)
    Mapped.objects.create(connection=row, chosen=msgspec.to_builtins(after), by=by, at=at)
    row.mapping = {**row.mapping, "fields": after.fields, "currency": after.currency, SINCE: _since(row, changed, at)}
    row.save(update_fields=["mapping"])
    _put_settings(row, after)
    _read_again(row, changed, at)
    record("source.mapping_changed", row.source, by=by, at=at, codes={"changes": len(changed)})
    return changed


def _since(connection: Connection, changed: list[Change], at: datetime) -> dict[str, dict[str, int]]:
    """When each field was chosen anew."""
    since = {kind: dict(fields) for kind, fields in connection.mapping.get(SINCE, {}).items()}
    for one in changed:
        if one.part == "fields":
            since.setdefault(one.within, {})[one.name] = to_us(at)
    return since


def _put_settings(connection: Connection, after: Chosen) -> None:
    """Masters of a pair stand at this source alone, so that none at the other speaks against them."""
    source = Source.objects.select_for_update().get(pk=connection.source_id)
    others = {one.key: one for one in others_of(connection)}
    kept = {key: pair for key, pair in (source.settings.get("masters") or {}).items() if key not in others}
    settings: dict[str, Any] = {**source.settings, "stages": after.stages, "masters": {**kept, **after.masters}}
    source.settings = {name: value for name, value in settings.items() if value or name not in ("stages", "masters")}
    source.save(update_fields=["settings"])
    for other in others.values():
        if connection.key in (other.settings.get("masters") or {}):
            other.settings["masters"].pop(connection.key)
            other.save(update_fields=["settings"])


def _read_again(connection: Connection, changed: list[Change], at: datetime) -> None:
    """Also of the other systems that were or are believed in something else now."""
    about = {one.within for one in changed if one.part == "masters"}
    _begin_again(connection, streams_of(connection, changed), at)
    for other in Connection.objects.select_for_update().filter(source__key__in=about):
        _begin_again(other, streams_of(other, [one for one in changed if one.part == "masters"]), at)


def _begin_again(connection: Connection, streams: list[str], at: datetime) -> None:
    """A pull that is in the middle of one of them notices it at its end."""
    connection.mapping = {**connection.mapping, AGAIN: {**connection.mapping.get(AGAIN, {}), **dict.fromkeys(streams, to_us(at))}}
    connection.save(update_fields=["mapping"])
    StreamPlace.objects.filter(connection=connection, stream__in=streams).update(next="", since=None, round_at=None, ended_at=None)


def before_of(connection: Connection) -> Chosen | None:
    """What stood before what stands; None where nothing was ever changed."""
    rows = list(connection.mapped.order_by("-id")[:2])
    return msgspec.convert(rows[1].chosen, Chosen) if len(rows) == 2 else None


def put_back(connection: Connection, *, at: datetime, by: Member | None = None) -> list[Change]:
    """What stood before, again; twice is as it was. Raises BadMapping when there is nothing before, or it can stand no more."""
    before = before_of(connection)
    if before is None:
        raise BadMapping("nothing was chosen before: there is nothing to put back")
    return keep(connection, before, at=at, by=by)


def as_file(connection: Connection) -> bytes:
    """The choice as a file, that another connection of the vendor takes; masters stay in the house they are of."""
    chosen = chosen_of(connection)
    told = {"vendor": connection.vendor, "fields": chosen.fields, "stages": chosen.stages, "currency": chosen.currency}
    return msgspec.json.format(msgspec.json.encode(told), indent=2)


class _File(msgspec.Struct, forbid_unknown_fields=True):
    vendor: str
    fields: dict[str, dict[str, str]] = {}
    stages: dict[str, dict[str, str]] = {}
    currency: str = ""


def of_file(connection: Connection, data: bytes, at: datetime) -> Chosen:
    """The choice of a file, with the masters that stand. Raises BadMapping for a file of something else."""
    try:
        told = msgspec.json.decode(data, type=_File)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as fault:
        raise BadMapping(f"this is no file of choices ({fault}): choose one that was downloaded from such a page") from None
    if told.vendor != connection.vendor:
        raise BadMapping(f"the file is of {told.vendor[:40]!r}, and this is {connection.vendor}: choose one of the same vendor")
    return check(connection, Chosen(told.fields, told.stages, told.currency, chosen_of(connection).masters), at)
