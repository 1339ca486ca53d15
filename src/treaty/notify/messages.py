"""What is said: one plain value, made from data alone. How it looks is each transport's own matter.

Everything here is text. What came from outside is freed of what would steer a reader's screen and cut to a length
(`diagnosis.say.safe`); escaping is left to whoever draws it, for each format has its own signs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from treaty.diagnosis.say import safe
from treaty.notify.rules import Kind

MOST_LISTED = 20
"""Of several things in one message so many are named, the others counted."""
MOST_LETTERS = 300
"""Of one sentence or value."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Link:
    """href: of this installation, absolute."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the agreement's reasons. asks: the detail without which it is not taken."""

    id: str
    words: str
    asks: str = ""

    @property
    def says(self) -> str:
        return f"{self.words} (asks {self.asks})" if self.asks else self.words


@dataclass(frozen=True, slots=True)
class Offer:
    """An answer that can be given from the message: accept, reject (for one of the reasons) or snooze the handoff `about`; or say the
    reason that is missing."""

    name: str
    words: str
    about: str
    reasons: tuple[Reason, ...] = ()


Records = tuple[tuple[str, str], ...]
"""What a program goes by: keys of records, names as the agreement has them, moments as `2026-03-10T12:00:00Z`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """headline: one line · data: the records it is about, for programs · more: how many things were left out of the links"""

    kind: Kind
    headline: str
    sentences: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    links: tuple[Link, ...] = ()
    offers: tuple[Offer, ...] = ()
    data: Records = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Brief:
    """What a rep is told of a lead: who, where, what they did last and what to do next, each from the brief as it was handed over."""

    person: str
    account: str = ""
    title: str = ""
    problem: str = ""
    last_touch: str = ""
    next_action: str = ""

    @property
    def who(self) -> str:
        return f"{safe(self.person)} at {safe(self.account)}" if self.account else safe(self.person)


def handed_over(brief: Brief, owner: str, due: str, href: str, handoff: str, reasons: Sequence[Reason]) -> Message:
    """due: until when the first contact is promised, in words; empty where nothing is promised."""
    told = (("First contact", due), ("Title", brief.title), ("Wants", brief.problem), ("Last seen", brief.last_touch))
    return Message(
        kind=Kind.HANDOFF,
        headline=f"{brief.who} is handed to {safe(owner)}",
        sentences=_said([brief.next_action]),
        fields=_fields(told),
        links=(Link("Open the brief", href),),
        offers=(
            Offer("accept", "Accept", handoff),
            Offer("reject", "Reject", handoff, tuple(reasons)),
            Offer("snooze", "In an hour", handoff),
        ),
        data=(("handoff", handoff),),
    )


def _said(sentences: Iterable[str]) -> tuple[str, ...]:
    """Those that say something."""
    return tuple(said for one in sentences if (said := safe(one, MOST_LETTERS)))


def _fields(told: Iterable[tuple[str, str]]) -> tuple[Field, ...]:
    return tuple(Field(name, said) for name, value in told if (said := safe(value, MOST_LETTERS)))


def reason_asked(brief: Brief, href: str, handoff: str, reasons: Sequence[Reason]) -> Message:
    """A lead came back without a reason: one tap gives it."""
    return Message(
        kind=Kind.REASON,
        headline=f"Why did {brief.who} come back?",
        sentences=("It was rejected without a reason. Choose one, so that the next campaign is better.",),
        links=(Link("Open the lead", href),),
        offers=(Offer("reason", "Choose the reason", handoff, tuple(reasons)),),
        data=(("handoff", handoff),),
    )


def warned(who: str, promise: str, owner: str, due: str, href: str, data: Records = ()) -> Message:
    return Message(
        kind=Kind.WARNING,
        headline=f"{safe(who)}: {safe(promise)} is due {due}",
        fields=(Field("With", safe(owner)),),
        links=(Link("Open the lead", href),),
        data=data,
    )


def breached(who: str, promise: str, owner: str, due: str, then: Sequence[str], href: str, data: Records = ()) -> Message:
    """then: what the agreement says happens now. It blames nobody: it says what was due and what comes next."""
    return Message(
        kind=Kind.BREACH,
        headline=f"{safe(who)}: {safe(promise)} was due {due}",
        sentences=_said(then),
        fields=(Field("With", safe(owner)),),
        links=(Link("Open the lead", href),),
        data=data,
    )


@dataclass(frozen=True, slots=True)
class Won:
    """A deal by its real way. story: a sentence each · people: what each of both teams did, and their name"""

    key: str
    account: str
    amount: str
    story: tuple[str, ...]
    people: tuple[tuple[str, str], ...]
    is_of_both: bool


def won(deal: Won, href: str) -> Message:
    """Both teams are credited where both had a part; else it says whose it was."""
    return Message(
        kind=Kind.WON,
        headline=f"Won{' together' if deal.is_of_both else ''}: {safe(deal.account)}" + (f", {deal.amount}" if deal.amount else ""),
        sentences=_said(deal.story),
        fields=_fields(deal.people),
        links=(Link("See its whole way", href),),
        data=(("opportunity", deal.key),),
    )


def drifted(measure: str, now: str, signed: str, href: str) -> Message:
    """A share is another than the one both sides signed for; it blames nobody and says where it is talked about."""
    return Message(
        kind=Kind.DRIFT,
        headline=f"It has moved: {safe(measure)}",
        sentences=("The agreement was signed for another figure. Look together whether the definition still fits.",),
        fields=_fields((("Since", now), ("Signed for", signed))),
        links=(Link("Open the week", href),),
    )


def digest(title: str, fields: Sequence[Field], sentences: Sequence[str], links: Sequence[Link]) -> Message:
    return Message(kind=Kind.DIGEST, headline=title, sentences=tuple(sentences), fields=tuple(fields), links=tuple(links))


def trial(channel: str, by: str) -> Message:
    return Message(
        kind=Kind.TEST,
        headline=f"{safe(channel)} is connected to Treaty",
        sentences=(f"{safe(by)} sent this to see whether it arrives. There is nothing to do.",),
    )


PLURALS = {
    Kind.HANDOFF: "{n} leads were handed over",
    Kind.REASON: "{n} leads came back without a reason",
    Kind.WARNING: "{n} promises are due soon",
    Kind.BREACH: "{n} promises were not kept in time",
    Kind.WON: "{n} deals were won",
    Kind.DRIFT: "{n} figures have moved from what was signed for",
}


def together(messages: Sequence[Message]) -> Message:
    """Several of one kind as one, each a line that leads to its record; one stays as it is. Answers are given there."""
    if len(messages) == 1:
        return messages[0]
    lines = tuple(Link(one.headline, one.links[0].href) for one in messages if one.links)
    return Message(
        kind=messages[0].kind,
        headline=PLURALS.get(messages[0].kind, "{n} notices").format(n=len(messages)),
        links=lines[:MOST_LISTED],
        more=len(messages) - len(lines[:MOST_LISTED]),
        data=tuple(pair for one in messages for pair in one.data),
    )


def shorter(message: Message) -> Message | None:
    """The same with one link, else one field, else one sentence less, for a transport that takes no more; None when nothing is left."""
    if message.links:
        return replace(message, links=message.links[:-1], more=message.more + 1)
    if message.fields:
        return replace(message, fields=message.fields[:-1])
    return replace(message, sentences=message.sentences[:-1]) if message.sentences else None


def more_words(message: Message) -> str:
    return f"and {message.more} more" if message.more else ""
