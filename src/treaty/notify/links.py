"""Links under our signature, each good once and until a moment. One of an e-mail answers without signing in: one answer, of one
member, about one handoff. One of a reply in Slack says to who signs in which user of Slack it was shown to.

A link alone changes nothing: programs that look into e-mails open links too. It leads to a page that asks.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.signing import BadSignature, Signer

from treaty.moments import from_us, to_us
from treaty.notify.models import UsedLink

VALID, CONNECTS = timedelta(days=7), timedelta(minutes=30)
"""How long a link of an e-mail is good, and one of a reply in Slack."""
USED = "This link was used already: sign in to see what became of it."
_SALT, _ACCOUNT = "treaty.notify.links", "treaty.notify.links.slack"


class BadLink(Exception):
    """Why a link does not answer; the message says the way out."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What a link answers: handoff and member by key, answer and ref as in the message."""

    handoff: str
    member: str
    answer: str
    ref: str


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody in Slack. user: their member ID there; name: as Slack shows them"""

    user: str
    name: str


def token_of(linked: Linked, *, at: datetime) -> str:
    return _signed(_SALT, asdict(linked), at + VALID)


def read(token: str, *, at: datetime) -> Linked:
    """Raises BadLink for one that was changed, has run out or was used."""
    late = "was good for seven days: sign in to answer"
    return Linked(**_read(_SALT, token, at, whole="open it again from the e-mail, or sign in", late=late))


def account_token_of(account: Account, *, at: datetime) -> str:
    return _signed(_ACCOUNT, asdict(account), at + CONNECTS)


def read_account(token: str, *, at: datetime) -> Account:
    """Raises BadLink for one that was changed, has run out or was used."""
    again = "press the button in Slack again for a new one"
    return Account(**_read(_ACCOUNT, token, at, whole=again, late=f"was good for half an hour: {again}"))


def _signed(salt: str, told: dict[str, Any], until: datetime) -> str:
    return Signer(salt=salt).sign_object({**told, "until": to_us(until)}).replace(":", "~")


def _read(salt: str, token: str, at: datetime, *, whole: str, late: str) -> dict[str, Any]:
    """What was signed. whole, late: what to say of a link that was changed, and of one that has run out"""
    try:
        told: dict[str, Any] = Signer(salt=salt).unsign_object(token.replace("~", ":"))
    except (BadSignature, ValueError):
        raise BadLink(f"This link is not whole: {whole}.") from None
    if from_us(told.pop("until")) < at:
        raise BadLink(f"This link {late}.")
    if UsedLink.objects.filter(digest=_digest(token)).exists():
        raise BadLink(USED)
    return told


def use(token: str, *, at: datetime) -> None:
    """In the transaction of what it is for. Raises BadLink when another request was first."""
    _, is_first = UsedLink.objects.get_or_create(digest=_digest(token), defaults={"at": at})
    if not is_first:
        raise BadLink(USED)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
