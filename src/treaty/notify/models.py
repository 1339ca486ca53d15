"""Where word is sent, what each member chose, who is who in Slack, which links were used."""

from django.db import models

from treaty.keys import KeyField
from treaty.moments import MomentField
from treaty.team.models import Member


class Transport(models.TextChoices):
    SLACK = "slack", "Slack"
    TEAMS = "teams", "Microsoft Teams"
    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Webhook"


class Rhythm(models.TextChoices):
    """How often a digest is sent."""

    NEVER = "", "Never"
    DAILY = "day", "Every day"
    WEEKLY = "week", "Every week"


class Digested(models.Model):
    """When a digest is due: at `digest_hour` of the clock there, of weekly ones on `digest_weekday` (Monday is 0)."""

    digest_every = models.CharField(max_length=4, choices=Rhythm, blank=True)
    digest_weekday = models.PositiveSmallIntegerField(default=0)
    digest_hour = models.PositiveSmallIntegerField(default=9)

    class Meta:
        abstract = True


class Channel(Digested):
    """A place where both teams, or one member, can be told.

    name: as the agreement calls it · to: a Slack channel's id for a bot, an e-mail list's address; empty where the address is
    itself a secret · secrets: sealed, see `channels.SECRETS` · is_bot: of Slack, it reaches members one by one too · kinds: what
    everybody there is told · quiet: as `18:00-08:00`
    """

    key = KeyField()
    name = models.CharField(max_length=80)
    transport = models.CharField(max_length=7, choices=Transport)
    to = models.CharField(max_length=254, blank=True)
    secrets = models.TextField(blank=True)
    is_bot = models.BooleanField(default=False)
    kinds = models.JSONField(default=list)
    quiet = models.CharField(max_length=11, blank=True)
    is_active = models.BooleanField(default=True)
    made_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    made_at = MomentField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["transport", "name"], condition=models.Q(is_active=True), name="channel_named_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def has_place(self) -> bool:
        """Whether everybody there can be told at once: a bot without a channel and a sender of e-mail reach members one by one."""
        return bool(self.to) or not (self.is_bot or self.transport == Transport.EMAIL)


class Choice(Digested):
    """What a member chose to be told, and how. by_kind: a transport or `none` by kind; what is not in it comes as is usual.

    quiet: as `18:00-08:00` in their zone, `none` for never, empty for what is agreed
    """

    member = models.OneToOneField(Member, models.CASCADE, related_name="notice_choice")
    by_kind = models.JSONField(default=dict)
    quiet = models.CharField(max_length=11, blank=True)


class SlackUser(models.Model):
    """Who a member is in Slack. is_found: Slack said so by their e-mail, and it is nobody's to change; else they said so
    themselves, signed in, by a link that Slack showed to that user alone. See `connecting`.
    """

    member = models.OneToOneField(Member, models.CASCADE, related_name="slack_user")
    user = models.CharField(max_length=20, unique=True)
    is_found = models.BooleanField(default=False)


class UsedLink(models.Model):
    """A link that was used: it is good once. digest: SHA-256 of its token."""

    digest = models.CharField(max_length=64, unique=True)
    at = MomentField()
