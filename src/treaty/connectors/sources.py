"""Sources and their write keys: add, rotate, admit a site, switch off. A server key is shown once; only its hash is kept."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from treaty.connectors.tracking.form_spec import read_spec
from treaty.connectors.tracking.keys import PREFIX, digest, new_write_key
from treaty.journal.actions import record
from treaty.moments import to_us
from treaty.team.models import Member
from treaty.truth.models import Source

OVERLAP = timedelta(days=7)
"""How long the old key still works after a rotation: time to deploy the new one everywhere."""

OLD_KEY = "old_key"
"""Under this name `Source.settings` keeps the old key's hash and how long it is valid."""

_ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?")
_DEFAULT_PORT = re.compile(r"^(http(?=:.*:80$)|https(?=:.*:443$))(.*):\d+$")


class NameTaken(ValueError):
    """A source of this name exists."""


class BadName(ValueError):
    """Nothing people could call a source by."""


class BadSettings(ValueError):
    """What was written about the source cannot be used."""


class NoSuchSource(LookupError):
    """No source has this name or key."""


class NotKeyed(ValueError):
    """This kind of source has no write key."""


class NotAnOrigin(ValueError):
    """Not the scheme and host of a site."""


def add_source(
    name: str,
    *,
    kind: str,
    at: datetime,
    origins: Iterable[str] = (),
    settings: Mapping[str, Any] | None = None,
    by: Member | None = None,
) -> tuple[Source, str]:
    """Make a source with a write key: (the source, its key). A server key cannot be shown again.

    kind: browser, form or server. origins: sites whose pages may send with it. settings: see docs/tracking.md.
    Raises BadName, NotKeyed, NotAnOrigin, BadSettings, NameTaken.
    """
    check_name(name)
    _check_keyed(kind)
    check_settings(kind, name, settings or {})
    key = new_write_key(kind)
    source = Source(name=name.strip(), kind=kind, origins=sorted({normal_origin(origin) for origin in origins}))
    source.settings, source.made_by, source.made_at = dict(settings or {}), by, at
    _put_key(source, key)
    try:
        with transaction.atomic():
            source.save(force_insert=True)
            record("source.added", source, by=by, at=at, codes={"kind": kind})
    except IntegrityError:
        raise NameTaken(f"a source named {source.name!r} exists: choose another name, or rotate its key") from None
    return source, key


@transaction.atomic
def rotate_key(source: Source, *, at: datetime, overlap: timedelta = OVERLAP, by: Member | None = None) -> str:
    """A new key. The present one works for `overlap` more; the one before it ends now. Raises NotKeyed."""
    _check_keyed(source.kind)
    row = Source.objects.select_for_update().get(pk=source.pk)
    row.settings = {**row.settings, OLD_KEY: {"hash": row.write_key_hash, "until_us": to_us(at + overlap)}}
    key = new_write_key(row.kind)
    _put_key(row, key)
    row.save(update_fields=["settings", "write_key", "write_key_hash"])
    record("source.key_rotated", row, by=by, at=at)
    return key


@transaction.atomic
def change_origins(
    source: Source, *, add: Iterable[str] = (), remove: Iterable[str] = (), at: datetime, by: Member | None = None
) -> Source:
    """Admit sites to a key, or stop admitting them. Raises NotAnOrigin."""
    row = Source.objects.select_for_update().get(pk=source.pk)
    row.origins = sorted(({*row.origins} | {normal_origin(o) for o in add}) - {normal_origin(o) for o in remove})
    row.save(update_fields=["origins"])
    record("source.origins_changed", row, by=by, at=at, codes={"origins": len(row.origins)})
    return row


@transaction.atomic
def deactivate(source: Source, *, at: datetime, by: Member | None = None) -> None:
    """Its keys are refused from now on (within two seconds in every process); what it sent stays."""
    Source.objects.filter(pk=source.pk).update(is_active=False)
    record("source.switched_off", source, by=by, at=at)


def source_named(text: str) -> Source:
    """The source of that name or public key. Raises NoSuchSource, which lists the names there are."""
    found = Source.objects.filter(name=text).first() or Source.objects.filter(key=text).first()
    if found is None:
        names = ", ".join(Source.objects.order_by("name").values_list("name", flat=True)[:20]) or "none yet"
        raise NoSuchSource(f"no source is named {text!r}: there are {names}")
    return found


def normal_origin(text: str) -> str:
    """`https://www.Acme.example/` is `https://www.acme.example`. Raises NotAnOrigin for anything but scheme, host and port."""
    bare = _DEFAULT_PORT.sub(r"\1\2", text.strip().lower().rstrip("/"))
    if not _ORIGIN.fullmatch(bare):
        raise NotAnOrigin(f"{text[:80]!r} is not an origin: write the scheme and host only, such as https://www.example.com")
    return bare


def check_settings(kind: str, name: str, settings: Mapping[str, Any]) -> None:
    """What a person wrote about a source is tried before it is kept. Raises BadSettings (BadForm for a form)."""
    if kind == Source.Kind.FORM:
        read_spec(settings, name)
    words = settings.get("events", {})
    if not isinstance(words, dict) or not all(isinstance(kind, str) and kind for kind in words.values()):
        raise BadSettings('"events" must name a kind for each event, such as {"Prospekt bestellt": "content_download"}')
    limit = settings.get("limit", {})
    if not isinstance(limit, dict) or not all(isinstance(number, int | float) and number > 0 for number in limit.values()):
        raise BadSettings('"limit" must hold numbers above 0, such as {"per_second": 500, "at_once": 5000}')


def check_name(name: str) -> None:
    if not name.strip() or len(name) > 80 or not name.isprintable():
        raise BadName(f"{name[:40]!r} cannot be the name of a source: write 1 to 80 characters on one line")


def _check_keyed(kind: str) -> None:
    if kind not in PREFIX:
        raise NotKeyed(f"a source of kind {kind!r} has no write key: use {', '.join(PREFIX)}")


def _put_key(source: Source, key: str) -> None:
    """A public key stays readable, for it stands in pages anyway; of a secret only the hash is kept."""
    source.write_key = "" if source.kind == Source.Kind.SERVER else key
    source.write_key_hash = digest(key)
