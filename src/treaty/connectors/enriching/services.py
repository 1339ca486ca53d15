"""Services that are asked about people: set one up, change it. A secret is sealed and never shown again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from treaty.connectors.enriching.rules import BadEnricher, check_address, check_header, read_fields
from treaty.connectors.models import Enricher
from treaty.connectors.sources import NameTaken, check_name
from treaty.journal.actions import record
from treaty.sealed import CannotOpen, seal, unseal
from treaty.team.models import Member
from treaty.truth.models import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A service as a form describes it. header, secret: sent with each call, such as `Authorization` and `Bearer …`; neither if it
    wants none · fields: as `read_fields` reads them · daily: calls a day of UTC at most · keep_days: nobody is asked about again before
    """

    name: str
    address: str
    header: str = ""
    secret: str = ""
    fields: str
    daily: int
    keep_days: int


def add(wanted: Wanted, *, at: datetime, by: Member | None = None) -> Enricher:
    """Set a service up. Raises BadEnricher, BadName, NameTaken."""
    check_name(wanted.name)
    said = _said(wanted) | {"secrets": _sealed(wanted.header, wanted.secret)}
    try:
        with transaction.atomic():
            source = Source.objects.create(name=wanted.name.strip(), kind=Source.Kind.ENRICHMENT, made_by=by, made_at=at)
            made = Enricher.objects.create(source=source, **said)
            record("source.added", source, by=by, at=at, codes={"kind": source.kind})
    except IntegrityError:
        raise _taken(wanted) from None
    return made


def change(enricher: Enricher, wanted: Wanted, *, at: datetime, by: Member | None = None) -> list[str]:
    """Describe it anew; the names of what changed. The secret stays unless a new one is given, or no header is named any more.

    Whatever stopped it is forgotten, so it is asked again at the worker's next turn. Raises BadEnricher, BadName, NameTaken.
    """
    check_name(wanted.name)
    said = _said(wanted)
    if not wanted.secret.strip() and header_of(enricher) and urlsplit(said["address"]).netloc != urlsplit(enricher.address).netloc:
        raise BadEnricher("the address leads to another host: type the secret again, for what is kept was given for the one before")
    changed = [name for name, value in said.items() if getattr(enricher, name) != value]
    if wanted.secret.strip() or wanted.header.strip() != header_of(enricher):
        said["secrets"] = _sealed(wanted.header, wanted.secret or _kept(enricher, wanted.header))
        changed.append("secret")
    source, name = enricher.source, wanted.name.strip()
    changed += ["name"] if source.name != name else []
    if not changed:
        return []
    try:
        with transaction.atomic():
            Source.objects.filter(pk=source.pk).update(name=name)
            Enricher.objects.filter(pk=enricher.pk).update(**said, problem="", problem_at=None, idle_at=None)
            record("source.changed", source, by=by, at=at, codes={"fields": sorted(changed)})
    except IntegrityError:
        raise _taken(wanted) from None
    return sorted(changed)


def header_of(enricher: Enricher) -> str:
    """The header its secret is sent in; empty without one, and when the secret cannot be opened any more."""
    try:
        return next(iter(unseal(enricher.secrets)), "")
    except CannotOpen:
        return ""


def _said(wanted: Wanted) -> dict[str, Any]:
    fields: Mapping[str, str] = read_fields(wanted.fields)
    return {"address": check_address(wanted.address), "fields": fields, "daily": wanted.daily, "keep_days": wanted.keep_days}


def _sealed(header: str, secret: str) -> str:
    header, secret = header.strip(), secret.strip()
    check_header(header, secret)
    return seal({header: secret} if header else {})


def _kept(enricher: Enricher, header: str) -> str:
    """The secret there is, for a header that is called otherwise now."""
    if not header.strip():
        return ""
    try:
        return str(next(iter(unseal(enricher.secrets).values()), ""))
    except CannotOpen:
        raise BadEnricher("the secret was sealed with a key that is missing: enter it again") from None


def _taken(wanted: Wanted) -> NameTaken:
    return NameTaken(f"a source named {wanted.name.strip()!r} exists: choose another name")
