"""Channels are added, tried, switched off; members say what they want to be told."""

import base64
import secrets as random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from treaty.agreement.quantities import minutes_of
from treaty.config import config
from treaty.journal import outbox
from treaty.journal.actions import record
from treaty.journal.models import Outgoing
from treaty.journal.outbox import Out
from treaty.notify.models import Channel, Choice, Transport
from treaty.notify.rules import NEVER, PERSONAL, SHARED, Kind
from treaty.outward import Lookup, look_up, permitted
from treaty.sealed import seal, unseal
from treaty.team.models import Member

SECRETS = ("url", "token", "signing_secret")
"""What may be asked for; each is sealed."""


class BadChannel(ValueError):
    """Why a channel cannot be as it was described, and what would be good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A channel as a form describes it. secrets: by the names of `SECRETS`, and not in clear anywhere else."""

    name: str
    transport: str
    to: str = ""
    secrets: Mapping[str, str]
    kinds: Sequence[str] = SHARED
    quiet: str = ""
    digest_every: str = ""
    digest_weekday: int = 0
    digest_hour: int = 9


def add(wanted: Wanted, *, by: Member, at: datetime, look_up: Lookup = look_up) -> Channel:
    """Raises BadChannel, and NotReachable for an address within the house."""
    name, given = wanted.name.strip(), {key: value.strip() for key, value in wanted.secrets.items() if value.strip()}
    if not name or len(name) > 80:
        raise BadChannel(f"{name[:40]!r} cannot be a name: write 1 to 80 characters, as the agreement calls it")
    _check(wanted, given, look_up)
    if wanted.transport == Transport.WEBHOOK:
        given["secrets"] = [new_secret()]  # type: ignore[assignment]  # sealed as JSON
    try:
        with transaction.atomic():
            channel = Channel.objects.create(
                name=name,
                transport=Transport(wanted.transport),
                to=wanted.to.strip(),
                secrets=seal(given),
                is_bot="token" in given,
                kinds=_kinds(wanted.kinds),
                quiet=read_quiet(wanted.quiet),
                digest_every=wanted.digest_every,
                digest_weekday=wanted.digest_weekday,
                digest_hour=wanted.digest_hour,
                made_by=by,
                made_at=at,
            )
            record("channel.added", channel, by=by, at=at, codes={"transport": channel.transport})
    except IntegrityError:
        raise BadChannel(f"a channel named {name!r} exists for this transport: choose another name, or switch that one off") from None
    return channel


def _check(wanted: Wanted, given: Mapping[str, str], look_up: Lookup) -> None:
    if wanted.transport == Transport.SLACK and given.get("token"):
        return
    if wanted.transport == Transport.EMAIL:
        return _check_mail(wanted.to.strip())
    if not given.get("url"):
        token = ", or the token of a bot" if wanted.transport == Transport.SLACK else ""
        raise BadChannel(f"there is no address to send to: write the one you were given, beginning with https://{token}")
    check_url(given["url"], look_up)


def check_url(url: str, look_up: Lookup = look_up) -> None:
    """Raises BadChannel for what is no address, NotReachable for one within the house. It is looked at again at every call."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise BadChannel("the address cannot be read: copy it as it was given, beginning with https://") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.password:
        raise BadChannel("this is no address to send to: copy it as it was given, beginning with https://")
    permitted(parts.hostname, port, scheme=parts.scheme, look_up=look_up)


def _check_mail(to: str) -> None:
    if not (config().smtp and config().mail_from):
        raise BadChannel("no server of e-mail is set up: whoever runs Treaty names one in TREATY_SMTP, and the sender in TREATY_MAIL_FROM")
    if to:
        try:
            validate_email(to)
        except ValidationError:
            raise BadChannel(f"{to[:80]!r} is not an e-mail address: write it as revenue@company.example, or leave it empty") from None


def _kinds(kinds: Sequence[str]) -> list[str]:
    return [kind.value for kind in SHARED if kind in kinds]


def read_quiet(text: str) -> str:
    """`18:00-08:00`, `none` or nothing. Raises BadChannel."""
    text = text.strip().replace("–", "-").replace(" ", "")
    if text in ("", NEVER):
        return text
    start, dash, end = text.partition("-")
    try:
        is_good = bool(dash) and minutes_of(start) != minutes_of(end)
    except ValueError:
        is_good = False
    if not is_good:
        raise BadChannel(f"{text[:40]!r} are no quiet hours: write two times, such as 18:00-08:00, or none")
    return text


def new_secret() -> str:
    """Of Standard Webhooks: 32 random bytes."""
    return f"whsec_{base64.b64encode(random.token_bytes(32)).decode()}"


@transaction.atomic
def replace_secret(channel: Channel, *, by: Member, at: datetime) -> str:
    """A new secret for a webhook; until the next one messages carry a signature of the one before too, so nothing is lost meanwhile."""
    opened = unseal(channel.secrets)
    opened["secrets"] = [new_secret(), *opened.get("secrets", [])[:1]]
    channel.secrets = seal(opened)
    channel.save(update_fields=["secrets"])
    record("channel.secret_replaced", channel, by=by, at=at)
    return str(opened["secrets"][0])


@transaction.atomic
def change(channel: Channel, wanted: Mapping[str, Any], *, by: Member, at: datetime) -> list[str]:
    """What it is told and when it is quiet; the names of what changed. Raises BadChannel."""
    new = {**wanted, "kinds": _kinds(wanted["kinds"]), "quiet": read_quiet(wanted["quiet"])}
    changed = sorted(name for name, value in new.items() if getattr(channel, name) != value)
    for name in changed:
        setattr(channel, name, new[name])
    if changed:
        channel.save(update_fields=changed)
        record("channel.changed", channel, by=by, at=at, codes={"fields": changed})
    return changed


@transaction.atomic
def switch_off(channel: Channel, *, by: Member, at: datetime) -> int:
    """Nothing is sent there any more; its secrets are forgotten. How many that waited are cancelled."""
    channel.is_active, channel.secrets = False, ""
    channel.save(update_fields=["is_active", "secrets"])
    record("channel.switched_off", channel, by=by, at=at)
    return outbox.cancel(sent_by(channel), "the channel was switched off", at=at)


def sent_by(channel: Channel) -> Any:
    """Everything that went or is to go by a channel, to the channel itself or to one member."""
    return Outgoing.objects.filter(door=channel.transport, to__startswith=channel.key)


def try_out(channel: Channel, *, by: Member, at: datetime, ref: str) -> None:
    """Send a word now, to see whether it arrives: to the channel, or to oneself where it has no address of its own."""
    to = channel.key if channel.has_place else f"{channel.key}:{by.key}"
    outbox.put([Out(channel.transport, to, f"{Kind.TEST}:{ref}", body={"kind": Kind.TEST}, by=by)], at=at)


@transaction.atomic
def choose(member: Member, wanted: Mapping[str, Any], *, at: datetime) -> Choice:
    """What a member wants to be told. wanted: by the fields of `Choice`. Raises BadChannel."""
    by_kind = {kind.value: wanted["by_kind"][kind] for kind in PERSONAL if wanted["by_kind"].get(kind)}
    fields = {**wanted, "by_kind": by_kind, "quiet": read_quiet(wanted["quiet"])}
    choice, _ = Choice.objects.update_or_create(member=member, defaults=fields)
    record("member.notices", member, by=member, at=at, codes={"kinds": by_kind})
    return choice
