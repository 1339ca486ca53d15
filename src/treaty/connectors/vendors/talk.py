"""How a vendor's file speaks: it yields calls and is sent the answers, so it needs neither network nor clock nor database.

    def page(place, terms):
        answer = yield Call("GET", "/crm/objects/2026-09/contacts", query={"after": place.next})
        return Page([...], place.at(answer.json()["paging"]["next"]["after"]))

Who runs a talk signs each call in, keeps to the vendor's quota, tries again what may be tried again, and sends the answer
back (`connectors/calling`), or throws the Trouble in when there is none: a talk that knows another way catches it. Urls
begin with a slash: the address of the system is put before them.
"""

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from treaty.outward import Answer, Call
from treaty.truth.records import Record

T = TypeVar("T")
Talk = Generator[Call, Answer, T]
"""Calls out, answers in, in the end what was learned."""


class Trouble(Exception):
    """What a vendor answered instead of what was asked for."""


class Busy(Trouble):
    """Too many calls, or out of order for a while: the same call again after `after` seconds, when it says so."""

    def __init__(self, says: str, after: float | None = None) -> None:
        super().__init__(says)
        self.after = after


class SignedOut(Trouble):
    """The token ran out or was withdrawn: sign in again, once."""


class Forbidden(Trouble):
    """The credentials are not enough: a person must see to it."""


class Declined(Trouble):
    """The vendor's own rules are against it: a person must see to the record or the field."""


class Lost(Trouble):
    """The place in a stream is not known any more: it is read again from its beginning."""


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `calls` within any `seconds`; of: only calls whose address ends so count."""

    calls: int
    seconds: float
    of: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One record as the vendor has it, and what it says. shown: a few words by which a person recognises it.

    problem: why it says nothing that can be kept; then it has no records
    """

    id: str
    records: Sequence[Record] = ()
    shown: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a stream was read.

    next: the vendor's own word for where to go on, empty at the beginning of a round · since: changes from then on are
    wanted in this round, None for everything · began_at: when the round began; the next one asks for changes since then
    """

    began_at: datetime
    since: datetime | None = None
    next: str = ""

    def at(self, following: str) -> "Place":
        """The same round, further on."""
        return replace(self, next=following)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a stream and where to go on; `place` None: the round has come to its end."""

    rows: Sequence[Row]
    place: Place | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked for, and in which words. known: what the system said of itself, see `Vendor.learn`.

    fields: the system's own name of each of our fields, by kind of record, such as {"person": {"title": "jobtitle"}}
    backfill_from: what changed before it is not asked for · currency: of the amounts of a system that names none
    """

    known: Mapping[str, Any]
    fields: Mapping[str, Mapping[str, str]]
    backfill_from: datetime | None = None
    currency: str = ""


Reader = Callable[[Place, Terms], Talk[Page]]
Some = Callable[[Sequence[str], Terms], Talk[Sequence[Row]]]


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of record, read page by page. every: seconds between two rounds, when nothing else asks for one.

    some: reads at most fifty records by their ids, those that are there; None where a system cannot be asked so
    mapped: the kinds of `Terms.fields` it goes by, and `currency` where that decides what it says
    """

    name: str
    read: Reader
    every: float = 300
    some: Some | None = None
    mapped: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Hook:
    """A request that a system sends us, as it came: the raw bytes are what is signed. uri: as it was called, with host and query."""

    method: str
    uri: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Hooks:
    """How a system tells us of changes. says: what the person who sets it up must know.

    check: raises NotGenuine unless one of the secrets signed the request · read: (stream, id) of each record that changed, in any
    order; raises ValueError for what is no message of this system
    """

    says: str
    check: Callable[[Sequence[str], Hook, datetime], None]
    read: Callable[[Hook], list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Token:
    """What calls are signed with, until when, and where the system is, if signing in said so."""

    value: str
    until: datetime | None = None
    address: str = ""


def bearer(call: Call, token: Token) -> Call:
    """The call, signed as OAuth 2.0 has it (RFC 6750)."""
    return replace(call, headers={**call.headers, "authorization": f"Bearer {token.value}"})


class Vendor(Protocol):
    """What the core needs to know of one vendor. All of it is pure."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def address(self) -> str:
        """Where it is called, unless signing in or the person who connects it says otherwise."""

    @property
    def example(self) -> str:
        """How an address of it is written."""

    @property
    def domains(self) -> Sequence[str]:
        """Where signing in may lead to, besides the address it is done at, such as ".salesforce.com"."""

    @property
    def secrets(self) -> Mapping[str, str]:
        """What a person enters to connect it, each with a sentence."""

    @property
    def optional(self) -> Collection[str]:
        """Those of the secrets that may be left out, for there are several ways to sign in."""

    @property
    def quotas(self) -> Sequence[Quota]: ...

    @property
    def streams(self) -> Sequence[Stream]: ...

    @property
    def fields(self) -> Mapping[str, Mapping[str, str]]:
        """The usual names of our fields, see `Terms`."""

    @property
    def hooks(self) -> Hooks | None:
        """None for a system that tells nothing by itself."""

    def sign_in(self, secrets: Mapping[str, str], address: str, at: datetime) -> Talk[Token]:
        """How a token is had."""

    def signed(self, call: Call, token: Token) -> Call:
        """The call with its token."""

    def check(self, answer: Answer, at: datetime) -> None:
        """Raises a Trouble when the answer is not what was asked for; a server's failure, too, is Busy."""

    def rest(self, answer: Answer) -> float:
        """Seconds for which nothing more is to be sent, by what an answer says of the quota; 0 for none."""

    def learn(self) -> Talk[dict[str, Any]]:
        """What the system says of itself: owners, stages with their labels, properties with their options."""
