"""Links of e-mails that answer without signing in: one answer, of one member, about one handoff, until a day, once.

A link alone changes nothing: programs that look into e-mails open links too. It leads to a page that asks.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer

from treaty.moments import from_us, to_us
from treaty.notify.models import UsedLink

VALID = timedelta(days=7)
_SALT = "treaty.notify.links"


class BadLink(Exception):
    """Why a link does not answer; the message says the way out."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What a link answers: handoff and member by key, answer and ref as in the message."""

    handoff: str
    member: str
    answer: str
    ref: str


def token_of(linked: Linked, *, at: datetime) -> str:
    return Signer(salt=_SALT).sign_object({**asdict(linked), "until": to_us(at + VALID)}).replace(":", "~")


def read(token: str, *, at: datetime) -> Linked:
    """Raises BadLink for one that was changed, has run out or was used."""
    try:
        told = Signer(salt=_SALT).unsign_object(token.replace("~", ":"))
    except (BadSignature, ValueError):
        raise BadLink("This link is not whole: open it again from the e-mail, or sign in.") from None
    if from_us(told.pop("until")) < at:
        raise BadLink("This link was good for seven days: sign in to answer.")
    if UsedLink.objects.filter(digest=_digest(token)).exists():
        raise BadLink("This link has answered already: sign in to see what became of it.")
    return Linked(**told)


def use(token: str, *, at: datetime) -> None:
    """In the transaction of the answer. Raises BadLink when another request was first."""
    _, is_first = UsedLink.objects.get_or_create(digest=_digest(token), defaults={"at": at})
    if not is_first:
        raise BadLink("This link has answered already: sign in to see what became of it.")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
