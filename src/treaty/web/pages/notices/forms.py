"""What is asked about a channel, and of each member about themselves."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms

from treaty.notify.models import Choice, Digested, Rhythm, SlackUser, Transport
from treaty.notify.rules import NEVER, PERSONAL, SHARED, USUAL, Kind
from treaty.team.models import Member
from treaty.web.formats.moments import DAYS
from treaty.web.forms import Form

KINDS = {
    Kind.HANDOFF: "A lead is handed over",
    Kind.WARNING: "A promise is due soon",
    Kind.BREACH: "A promise was not kept in time",
    Kind.REASON: "A lead you gave back has no reason yet",
    Kind.WON: "A deal is won",
    Kind.DRIFT: "A figure moves from what was signed for",
    Kind.DIGEST: "The digest",
    Kind.TEST: "A test",
    Kind.REPLY: "A reply in Slack",
}
QUIET_HELP = "Such as 18:00-08:00; nothing is sent then, what waits comes when they end."
DIGEST = ("digest_every", "digest_weekday", "digest_hour")


class Digests(Form):
    """When the digest is due."""

    digest_every = forms.ChoiceField(label="How often a digest", choices=Rhythm.choices, required=False)
    digest_weekday = forms.ChoiceField(label="Weekly ones on", choices=[(str(n), day) for n, day in enumerate(DAYS)], required=False)
    digest_hour = forms.IntegerField(
        label="At the hour", min_value=0, max_value=23, required=False, help_text="Of the clock there, 0 to 23."
    )

    @property
    def digest(self) -> dict[str, Any]:
        told, hour = self.cleaned_data, self.cleaned_data["digest_hour"]
        return {
            "digest_every": told["digest_every"],
            "digest_weekday": int(told["digest_weekday"] or 0),
            "digest_hour": 9 if hour is None else hour,
        }


def digest_of(row: Digested | None) -> dict[str, Any]:
    return {name: getattr(row, name) for name in DIGEST} if row else {"digest_every": "", "digest_weekday": 0, "digest_hour": 9}


class Told(Digests):
    """What everybody in a channel is told, and when not."""

    quiet = forms.CharField(label="Quiet hours", max_length=30, required=False, help_text=QUIET_HELP)

    def __init__(self, data: Mapping[str, str] | None = None, *, kinds: Sequence[str] = USUAL, **more: Any) -> None:
        super().__init__(data, **more)
        for kind in SHARED:
            self.fields[f"kind_{kind}"] = forms.BooleanField(label=KINDS[kind], required=False, initial=kind in kinds)
        self.order_fields([*(f"kind_{kind}" for kind in SHARED), "quiet", *DIGEST])

    @property
    def wanted(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {**self.digest, "quiet": told["quiet"], "kinds": [kind.value for kind in SHARED if told[f"kind_{kind}"]]}


def _secret(label: str, help_text: str, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=required, strip=True, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )


class NewChannel(Told):
    """How a channel is called, and what its transport asks for."""

    name = forms.CharField(label="Name", max_length=80, help_text="As the agreement calls it, such as #revenue.")

    def __init__(self, transport: str, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        own = ASKS[Transport(transport)]()
        self.fields |= own
        self.order_fields(["name", *own, *(f"kind_{kind}" for kind in SHARED), "quiet", *DIGEST])

    @property
    def secrets(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in ("url", "token", "signing_secret")}


def _slack() -> dict[str, forms.Field]:
    return {
        "url": _secret("Address of an incoming webhook", "It begins with https://hooks.slack.com/. Leave it empty if you use a bot."),
        "token": _secret("Token of a bot", "It begins with xoxb-. A bot also tells members one by one, and knows them by their e-mail."),
        "to": forms.CharField(
            label="Channel ID for the bot", max_length=80, required=False, help_text="Such as C024BE91L. Empty: it tells members alone."
        ),
        "signing_secret": _secret(
            "Signing secret", "Of your Slack app, under “Basic Information”. Without it the buttons are not believed."
        ),
    }


def _address(help_text: str) -> dict[str, forms.Field]:
    return {"url": _secret("Address", help_text, required=True)}


def _email() -> dict[str, forms.Field]:
    to = forms.CharField(
        label="Address of a list",
        max_length=254,
        required=False,
        help_text="Such as revenue@company.example. Empty: it tells members alone.",
    )
    return {"to": to}


ASKS: dict[Transport, Callable[[], dict[str, forms.Field]]] = {
    Transport.SLACK: _slack,
    Transport.TEAMS: lambda: _address("Of a workflow “When a Teams webhook request is received”; treat it as a password."),
    Transport.EMAIL: _email,
    Transport.WEBHOOK: lambda: _address("Where your program takes messages, beginning with https://."),
}
"""What each transport asks for besides a name."""


class Mine(Digests):
    """What a member wants to be told."""

    quiet = forms.CharField(
        label="Quiet hours", max_length=30, required=False, help_text=f"{QUIET_HELP} Empty: as agreed; none: never quiet."
    )

    def __init__(self, data: Mapping[str, str] | None = None, *, slack: SlackUser | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        ways = [("", "As is usual: Slack, else e-mail"), (Transport.SLACK, "Slack"), (Transport.EMAIL, "E-mail"), (NEVER, "Not at all")]
        for kind in PERSONAL:  # the digest comes to who chose one
            self.fields[f"kind_{kind}"] = forms.ChoiceField(label=KINDS[kind], choices=ways, required=False)
        self.order_fields([*(f"kind_{kind}" for kind in PERSONAL), *DIGEST, "quiet"])
        if slack is not None and not slack.is_found:
            self.fields["give_up_slack"] = forms.BooleanField(
                label=f"I am not {slack.user} in Slack any more", required=False,
                help_text="What is pressed there is not answered as you then, and nothing is sent to you there.",
            )  # fmt: skip

    @property
    def wanted(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {**self.digest, "quiet": told["quiet"], "by_kind": {kind: told[f"kind_{kind}"] for kind in PERSONAL}}


def mine_of(member: Member) -> dict[str, Any]:
    """The form as it stands."""
    choice = Choice.objects.filter(member=member).first()
    by_kind = {f"kind_{kind}": value for kind, value in choice.by_kind.items()} if choice else {}
    return {**digest_of(choice), **by_kind, "quiet": choice.quiet if choice else ""}


def slack_user_of(member: Member) -> SlackUser | None:
    return SlackUser.objects.filter(member=member).first()
