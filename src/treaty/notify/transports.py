"""What every transport needs: what is sent, and how the other side says that it has it, not now, or never."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from treaty.notify.messages import Message
from treaty.outward import Answer

MOST_SAID = 200


class Declined(Exception):
    """The other side will not take it however often it is tried: a person must see to it."""


class NotNow(Exception):
    """Another time. in_doubt: it may have come through nevertheless; after: when the other side said how long to wait."""

    def __init__(self, says: str, *, in_doubt: bool, after: timedelta | None = None) -> None:
        super().__init__(says)
        self.in_doubt, self.after = in_doubt, after


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message on its way.

    ref: the key of what was put down for it, the same at each try · to: a channel's own address, a member's e-mail or Slack
    user · secrets: of the channel, open · settings: where a reader changes what they are told
    """

    message: Message
    ref: str
    to: str
    secrets: Mapping[str, Any]
    at: datetime
    settings: str = ""


def check(answer: Answer, label: str) -> None:
    """Raises NotNow for too much haste and for faults of theirs, Declined for everything else that is no success."""
    if 200 <= answer.status < 300:
        return
    says = f"{label} answered {answer.status}: {_said(answer)}"
    if answer.status == 429:
        raise NotNow(says, in_doubt=False, after=wait_of(answer))
    if answer.status >= 500 or answer.status == 408:
        raise NotNow(says, in_doubt=True, after=wait_of(answer))
    raise Declined(says)


def wait_of(answer: Answer) -> timedelta | None:
    """What `Retry-After` says, in seconds; a day at most."""
    told = answer.headers.get("retry-after", "")
    return timedelta(seconds=min(int(told), 86_400)) if told.isascii() and told.isdigit() and len(told) < 10 else None


def _said(answer: Answer) -> str:
    """The beginning of their words; they are shown to whoever mends it."""
    return answer.body[:MOST_SAID].decode("utf-8", "replace").strip() or "nothing"
