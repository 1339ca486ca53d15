"""Who can be reached where, and when not: read once for everything that is told together."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from treaty.agreement.queries import in_force, signed_of
from treaty.agreement.terms import Terms
from treaty.notify.models import Channel, Choice, SlackUser, Transport
from treaty.notify.rules import Ways
from treaty.team.models import Member
from treaty.team.queries import zone_of

SEPARATOR = ":"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one message goes. door, to: as in the outbox; quiet, zone: when not."""

    door: str
    to: str
    quiet: str
    zone: ZoneInfo


@dataclass
class Directory:
    """As it stands at a moment."""

    at: datetime
    channels: list[Channel] = field(init=False)

    def __post_init__(self) -> None:
        self.channels = list(Channel.objects.filter(is_active=True).order_by("id"))

    @cached_property
    def terms(self) -> Terms | None:
        current = in_force(self.at)
        return signed_of(current.version).terms if current else None

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.terms.time_zone if self.terms else "UTC")

    @cached_property
    def choices(self) -> dict[str, Choice]:
        return {row.member.key: row for row in Choice.objects.select_related("member")}

    @cached_property
    def slack_users(self) -> dict[str, str]:
        return {row.member.key: row.user for row in SlackUser.objects.select_related("member")}

    @cached_property
    def members(self) -> dict[str, Member]:
        return {row.key: row for row in Member.objects.filter(is_active=True)}

    @cached_property
    def _bot(self) -> str:
        return next((one.key for one in self.channels if one.is_bot), "")

    @cached_property
    def _mail(self) -> str:
        return next((one.key for one in self.channels if one.transport == Transport.EMAIL), "")

    def is_agreed(self, channel: Channel) -> bool:
        """Whether this is the channel that the agreement names."""
        agreed = self.terms.notices if self.terms else None
        return agreed is not None and (agreed.transport, agreed.to) == (channel.transport, channel.name)

    @property
    def agreed_quiet(self) -> str:
        return (self.terms.notices.quiet or "") if self.terms and self.terms.notices else ""

    def quiet_of(self, channel: Channel) -> str:
        """What both sides signed for the channel they named; else what the house set for it."""
        return self.agreed_quiet if self.is_agreed(channel) else channel.quiet

    def of_channel(self, channel: Channel) -> Place:
        return Place(channel.transport, channel.key, self.quiet_of(channel), self.zone)

    def shared(self, kind: str) -> list[Place]:
        """The channels whose everybody is told of this."""
        return [self.of_channel(one) for one in self.channels if kind in one.kinds and one.has_place]

    def ways_of(self, member: str) -> Ways:
        return Ways(slack=self._bot if member in self.slack_users else "", email=self._mail)

    def personal(self, member: str, kind: str) -> list[Place]:
        """Where a member is told of this: nowhere, or at one place."""
        found, choice = self.members.get(member), self.choices.get(member)
        key = self.ways_of(member).chosen(choice.by_kind.get(kind, "") if choice else "") if found else ""
        if found is None or not key:
            return []
        return [self.of_member(found, next(one for one in self.channels if one.key == key))]

    def of_member(self, member: Member, channel: Channel) -> Place:
        choice = self.choices.get(member.key)
        quiet = (choice.quiet if choice else "") or self.agreed_quiet
        return Place(channel.transport, f"{channel.key}{SEPARATOR}{member.key}", quiet, zone_of(member, self.zone.key))

    def place(self, to: str) -> tuple[Channel | None, Member | None, Place | None]:
        """The channel, the member if it is for one, and when not, of what stands in the outbox; None for what is not there any more."""
        key, separator, whom = to.partition(SEPARATOR)
        channel, member = next((one for one in self.channels if one.key == key), None), self.members.get(whom)
        if channel is None or (separator and member is None):
            return channel, member, None
        return channel, member, self.of_member(member, channel) if member else self.of_channel(channel)
