"""Carrying what is due out of the outbox: by place, in the order it was put down, several of a kind as one message.

Programs get each by itself, under an id of its own. Before each message the quiet hours are looked at once more: they may
have been changed, or a try may have been put off into them.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from treaty.config import config
from treaty.crash import crash_here
from treaty.journal import outbox
from treaty.journal.models import Outgoing
from treaty.notify import connecting, mail, messages, saying, slack, teams, webhook
from treaty.notify.directory import Directory, Place
from treaty.notify.links import Linked, token_of
from treaty.notify.messages import Message, together
from treaty.notify.models import Channel, SlackUser, Transport
from treaty.notify.rules import AT_ONCE, Kind, quiet_until
from treaty.notify.saying import Gone, address
from treaty.notify.transports import Declined, NotNow, Parcel
from treaty.outward import NoAnswer, NotReachable, Outward
from treaty.sealed import CannotOpen, unseal
from treaty.team.models import Member

logger = logging.getLogger("treaty.notify")
AT_A_TIME, BY_THEMSELVES = 50, 4
"""Rows for one place taken together; of those that go one by one so few that all have had their answer before the lease runs out."""
SETTINGS = "/settings/notices/"
PER_SECOND = {Transport.SLACK: slack.PER_SECOND, Transport.TEAMS: teams.PER_SECOND, Transport.WEBHOOK: webhook.PER_SECOND}

SAME = timedelta(minutes=5)
"""Digests sent within so long say the same: their figures are worked out once, for whoever is told."""
SILENT = timedelta(seconds=30)
"""How long a channel that does not answer is left alone."""


@dataclass
class Carrier:
    """clock: the moment of each step · deliver: hands an e-mail to a server · pause: waits so many seconds"""

    clock: Callable[[], datetime]
    outward: Outward = field(default_factory=Outward)
    deliver: mail.Deliver | None = None
    pause: Callable[[float], None] = time.sleep
    tick: Callable[[], float] = time.monotonic
    _next: dict[str, float] = field(default_factory=dict)
    _silent: dict[str, float] = field(default_factory=dict)
    """Channels that do not answer, and until when they are left alone: the others need not wait for them."""
    _digests: dict[str, tuple[datetime, Message]] = field(default_factory=dict)
    """By how often they come, the last digest that was made, and when. It says what both teams may know, so it is nobody's own."""
    _asked: int = 0
    """The member whom Slack was asked about last."""

    def turn(self) -> int:
        """Carry what is due now, place by place; how many messages were tried."""
        at = self.clock()
        directory = Directory(at)
        return sum(self._place(directory, door, to) for door, to in waiting_places(at))

    def _place(self, directory: Directory, door: str, to: str) -> int:
        at = self.clock()
        channel, member, place = directory.place(to)
        if channel is not None and self._silent.get(channel.key, 0.0) > self.tick():
            return 0
        self._silent.pop(channel.key if channel else "", None)
        if place and (until := quiet_until(at, place.quiet, place.zone)):
            outbox.put_off(_that_may_wait(door, to, at), until=until)
        rows = outbox.take(door, to, at=at, most=BY_THEMSELVES if door == Transport.WEBHOOK else AT_A_TIME)
        if channel is None or place is None:
            return self._end(rows, partial(outbox.dropped, problem="there is nobody to tell there any more"))
        way = _Way(channel, member, place, directory)
        for _, some in groupby(sorted(rows, key=_in_groups(door)), key=_in_groups(door)):
            if channel.key in self._silent:
                self._end(list(some), partial(outbox.later, problem="its channel does not answer", in_doubt=False, after=SILENT))
            else:
                self._group(way, list(some))
        return len(rows)

    def _group(self, way: "_Way", rows: Sequence[Outgoing]) -> None:
        """Rows of one message share its fate."""
        said = [(row, message) for row in rows if (message := self._said(way, row)) is not None]
        if said:
            rows = [row for row, _ in said]
            self._end(rows, self._tried(way, rows, [message for _, message in said]))

    def _tried(self, way: "_Way", rows: Sequence[Outgoing], said: Sequence[Message]) -> Callable[..., bool]:
        """Send it; how its rows end."""
        try:
            receipt = self._send(way, rows, said)
        except NotNow as told:
            return partial(outbox.later, problem=str(told), in_doubt=told.in_doubt, after=told.after)
        except NoAnswer as told:
            self._silent[way.channel.key] = self.tick() + SILENT.total_seconds()
            return partial(outbox.later, problem=str(told), in_doubt=True)
        except NotReachable as told:  # a name that is not found now may be found later
            return partial(outbox.later, problem=str(told), in_doubt=False)
        except (Declined, CannotOpen) as told:
            return partial(outbox.dead, problem=str(told))
        except Exception as fault:  # whatever it is, the others must go on
            return _unforeseen(fault, in_doubt=True)
        crash_here("notice-sent-before-it-is-said")
        return partial(outbox.sent, receipt=receipt)

    def _end(self, rows: Sequence[Outgoing], how: Callable[..., bool]) -> int:
        for row in rows:
            how(row, at=self.clock())
        return len(rows)

    def _said(self, way: "_Way", row: Outgoing) -> Message | None:
        """What is to be said; what is not so any more, or cannot be said, ends here."""
        try:
            return self._digest(way, row) if row.body["kind"] == Kind.DIGEST else way.message(row, self.clock())
        except Gone as told:
            self._end([row], partial(outbox.dropped, problem=str(told)))
        except Exception as fault:  # one that cannot be said must not keep its neighbours
            self._end([row], _unforeseen(fault, in_doubt=False))
        return None

    def _digest(self, way: "_Way", row: Outgoing) -> Message:
        """Raises Gone."""
        at, every = self.clock(), row.body["every"]
        made_at, message = self._digests.get(every, (None, None))
        if message is None or made_at is None or at - made_at >= SAME:
            message = way.message(row, at)
            self._digests[every] = at, message
        return message

    def _send(self, way: "_Way", rows: Sequence[Outgoing], said: Sequence[Message]) -> Any:
        channel, ref = way.channel, rows[0].key
        self._wait(channel)
        if not _is_asked(rows[0]):
            way.check_may_be_told(self.clock())
        if rows[0].body["kind"] == Kind.REPLY:
            return self._reply(rows[0])
        parcel = Parcel(together(said), ref, way.to, unseal(channel.secrets), self.clock(), address(SETTINGS))
        if channel.transport == Transport.SLACK:
            return slack.send(self.outward, parcel)
        if channel.transport == Transport.TEAMS:
            return teams.send(self.outward, parcel)
        if channel.transport == Transport.WEBHOOK:
            return webhook.send(self.outward, parcel)
        return mail.send(self._deliver(), parcel, config().mail_from, way.answers(parcel))

    def _reply(self, row: Outgoing) -> Any:
        """To what somebody pressed; an hour later Slack would not take it."""
        if self.clock() - row.made_at > slack.REPLY_WITHIN:
            raise Declined("Slack takes a reply for half an hour")
        told = unseal(row.body["sealed"])
        link = messages.Link(**told["link"]) if "link" in told else None
        return slack.reply(self.outward, told["url"], told["words"], is_done=told["is_done"], link=link)

    def _deliver(self) -> mail.Deliver:
        try:
            return self.deliver or mail.server_of(config().smtp)
        except ValueError as told:
            raise Declined(str(told)) from None

    def _wait(self, channel: Channel) -> None:
        """Keep to what the other side takes a second."""
        rate, now = PER_SECOND.get(Transport(channel.transport)), self.tick()
        if rate is None:
            return
        if (rest := self._next.get(channel.key, now) - now) > 0:
            self.pause(rest)
        self._next[channel.key] = max(now, self._next.get(channel.key, now)) + 1 / rate

    def learn_slack_users(self, most: int = 5) -> bool:
        """Ask a Slack bot who the next few members are, by their e-mail; False when all whom it did not know were asked."""
        channel = Channel.objects.filter(is_active=True, is_bot=True).order_by("id").first()
        known = SlackUser.objects.filter(is_found=True).values("member")
        unknown = Member.objects.filter(is_active=True, pk__gt=self._asked).exclude(pk__in=known).order_by("pk")
        members = list(unknown[:most]) if channel else []
        try:
            for member in members:
                assert channel is not None  # noqa: S101 - without one there are no members here
                self._wait(channel)
                if user := slack.user_named(self.outward, unseal(channel.secrets)["token"], member.email):
                    connecting.find(member, user)
                self._asked = member.pk
        except (NotNow, NoAnswer, NotReachable, Declined, CannotOpen) as told:
            logger.warning("Slack does not say who our members are (%s); they can connect themselves by pressing a button there", told)
            members = []
        self._asked = self._asked if members else 0
        return bool(members)


@dataclass(frozen=True)
class _Way:
    """Where one message goes."""

    channel: Channel
    member: Member | None
    place: Place
    directory: Directory

    def check_may_be_told(self, at: datetime) -> None:
        """Raises NotNow in quiet hours, which may have begun since it was taken, or was left on the way by one who fell."""
        if until := quiet_until(at, self.place.quiet, self.place.zone):
            raise NotNow("quiet hours", in_doubt=False, after=until - at)

    @property
    def to(self) -> str:
        if self.member is None:
            return self.channel.to
        if self.channel.transport != Transport.SLACK:
            return self.member.email
        user = self.directory.slack_users.get(self.member.key)
        if user is None:
            raise Declined(f"{self.member.name} is not known in Slack: they can connect themselves by pressing a button of a message there")
        return user

    def message(self, row: Outgoing, at: datetime) -> Message:
        """Raises Gone."""
        if row.body["kind"] == Kind.REPLY:
            return Message(kind=Kind.REPLY, headline="")
        if row.body["kind"] == Kind.TEST:
            return messages.trial(self.channel.name, row.by.name if row.by else "Somebody")
        return saying.message_of(row.body, self.place.zone, at=at)

    def answers(self, parcel: Parcel) -> dict[str, str]:
        """Links of an e-mail that answer, for a member's own; a list of many has none."""
        if self.member is None:
            return {}
        return {
            offer.name: address(f"/answer/{token_of(Linked(offer.about, self.member.key, offer.name, parcel.ref), at=parcel.at)}/")
            for offer in parcel.message.offers
        }


def waiting_places(at: datetime) -> list[tuple[str, str]]:
    """Where something is due, whoever waits longest first."""
    rows = (outbox.due(door, at).values_list("door", "to") for door in Transport.values)
    return list(dict.fromkeys(pair for some in rows for pair in some[:500]))


def _that_may_wait(door: str, to: str, at: datetime) -> QuerySet[Outgoing]:
    rows = outbox.due(door, at, to)
    for kind in AT_ONCE:
        rows = rows.exclude(dedup_key__startswith=f"{kind}:")
    return rows


def _is_asked(row: Outgoing) -> bool:
    """Somebody asked for it just now: it waits for nothing."""
    return row.body["kind"] in AT_ONCE


def _unforeseen(fault: Exception, *, in_doubt: bool) -> Callable[..., bool]:
    logger.exception("a notice could not be sent")
    return partial(outbox.later, problem=f"{type(fault).__name__}: {fault}", in_doubt=in_doubt)


def _in_groups(door: str) -> Callable[[Outgoing], tuple[str, int]]:
    """Rows that make one message: of one kind; programs and replies get each by itself."""

    def group(row: Outgoing) -> tuple[str, int]:
        return row.body["kind"], row.pk if door == Transport.WEBHOOK or _is_asked(row) else 0

    return group
