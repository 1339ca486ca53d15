"""Connecting an outside system: try its credentials, seal them, learn what it says of itself; and disconnect it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from treaty.connectors.calling import OF_A_ROUND, Caller, Patience, TooSlow
from treaty.connectors.models import Connection
from treaty.connectors.sources import NameTaken, check_name
from treaty.connectors.vendors.known import VENDORS
from treaty.connectors.vendors.talk import Forbidden, SignedOut, Terms, Trouble, Vendor
from treaty.journal.actions import record
from treaty.moments import from_us, to_us
from treaty.outward import NoAnswer, NotReachable, Outward
from treaty.sealed import seal, unseal
from treaty.team.models import Member
from treaty.truth.models import Source

Clock = Callable[[], datetime]
LEARN_EVERY = timedelta(hours=1)
LEARNED = "learned_us"
"""Where `Connection.known` says when it was learned, in microseconds."""


class CannotConnect(ValueError):
    """Why a system cannot be connected as it was described."""


def vendor_named(name: str) -> Vendor:
    """Raises CannotConnect, naming the vendors there are."""
    vendor = VENDORS.get(name.strip().lower())
    if vendor is None:
        raise CannotConnect(f"{name[:40]!r} is no system we connect: there are {', '.join(VENDORS)}")
    return vendor


def connect(
    name: str,
    vendor_name: str,
    secrets: Mapping[str, str],
    *,
    clock: Clock,
    address: str = "",
    backfill_from: datetime | None = None,
    by: Member | None = None,
    patience: Patience = OF_A_ROUND,
    outward: Outward | None = None,
) -> Connection:
    """Connect a system under a name: its credentials are tried first, and nothing is kept unless they are good.

    secrets: as `Vendor.secrets` asks for · backfill_from: what changed before is not asked for
    Raises CannotConnect, BadName, NameTaken.
    """
    vendor = vendor_named(vendor_name)
    check_name(name)
    given = _given(vendor, secrets)
    _check_address(vendor, address)
    known = _learned(Caller(vendor, given, address, clock, patience, outward or Outward()))
    at = clock()
    try:
        with transaction.atomic():
            source = Source.objects.create(
                name=name.strip(), kind=Source.Kind.CONNECTOR, settings=_settings(vendor), made_by=by, made_at=at
            )
            connection = Connection.objects.create(
                source=source,
                vendor=vendor.name,
                address=address.strip(),
                secrets=seal(given),
                known=known | {LEARNED: to_us(at)},
                made_at=at,
                backfill_from=backfill_from,
            )
            record("source.connected", source, by=by, at=at, codes={"vendor": vendor.name})
    except IntegrityError:
        raise NameTaken(f"a source named {name.strip()!r} exists: choose another name") from None
    return connection


def _given(vendor: Vendor, secrets: Mapping[str, str]) -> dict[str, str]:
    given = {name: secrets.get(name, "").strip() for name in vendor.secrets}
    missing = [f"{name} ({says})" for name, says in vendor.secrets.items() if not given[name] and name not in vendor.optional]
    if missing:
        raise CannotConnect(f"{vendor.label} needs {'; '.join(missing)}")
    return given


def _check_address(vendor: Vendor, address: str) -> None:
    parts = urlsplit(address.strip() or vendor.address)
    more = parts.path.strip("/") or parts.username or parts.query or parts.fragment
    if parts.scheme not in ("https", "http") or not parts.hostname or more:
        raise CannotConnect(
            f"{address[:200]!r} is not the address of {vendor.label}: write it such as {vendor.example}, with nothing behind it"
        )


def _settings(vendor: Vendor) -> dict[str, str]:
    """Ids of a vendor are those its exports show. A second account of it has ids of its own: 17 is somebody else there."""
    others = Source.objects.filter(kind=Source.Kind.CONNECTOR, is_active=True, settings__id_space=vendor.name)
    return {} if others.exists() else {"id_space": vendor.name}


def learn_again(connection: Connection, caller: Caller, at: datetime) -> None:
    """Ask what the system says of itself, if that is older than an hour. Raises a Trouble, NoAnswer or NotReachable."""
    if at - from_us(connection.known.get(LEARNED, 0)) >= LEARN_EVERY:
        connection.known = caller.run(caller.vendor.learn()) | {LEARNED: to_us(at)}
        connection.save(update_fields=["known"])


def _learned(caller: Caller) -> dict[str, object]:
    try:
        return caller.run(caller.vendor.learn())
    except (SignedOut, Forbidden) as told:
        raise CannotConnect(f"{caller.vendor.label} does not admit these credentials ({told}): check them and their rights") from None
    except TooSlow as told:
        raise CannotConnect(f"{told}: try again in a moment, or with `treaty connect`, which waits longer") from None
    except (Trouble, NoAnswer, NotReachable) as told:
        raise CannotConnect(f"{caller.vendor.label} cannot be read ({told})") from None


def caller_of(connection: Connection, clock: Clock, outward: Outward | None = None, patience: Patience = OF_A_ROUND) -> Caller:
    """Raises CannotOpen when the key that sealed its secrets is missing."""
    secrets = unseal(connection.secrets)
    return Caller(vendor_named(connection.vendor), secrets, connection.address, clock, patience, outward or Outward())


def terms_of(connection: Connection, chosen: Mapping[str, Any] | None = None) -> Terms:
    """What is asked for: the vendor's usual fields, and what was chosen instead of them. chosen: instead of what stands."""
    vendor, chosen = vendor_named(connection.vendor), connection.mapping if chosen is None else chosen
    fields = {
        kind: {field: theirs for field, theirs in {**usual, **chosen.get("fields", {}).get(kind, {})}.items() if theirs}
        for kind, usual in vendor.fields.items()
    }
    return Terms(connection.known, fields, connection.backfill_from, chosen.get("currency", ""))
