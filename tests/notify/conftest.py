"""What tests of notices share: a clock one sets, channels, a carrier without a network."""

import base64
from datetime import datetime, timedelta

import pytest

from tests.conftest import NOON
from tests.fakes.server import Fake, Transport
from treaty.config import config
from treaty.journal.models import Outgoing
from treaty.notify.models import Channel
from treaty.notify.rules import SHARED
from treaty.notify.sending import Carrier
from treaty.outward import Outward
from treaty.sealed import seal

SECRET = f"whsec_{base64.b64encode(b'k' * 32).decode()}"


class Clock:
    """Stands until it is set; a pause moves it on."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def go(self, **length: float) -> datetime:
        self.at += timedelta(**length)
        return self.at

    def pause(self, seconds: float) -> None:
        self.go(seconds=seconds)

    def seconds(self) -> float:
        return self.at.timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def house(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config(), "address", "https://treaty.example")
    monkeypatch.setattr(config(), "smtp", "smtp://mail.example:587")
    monkeypatch.setattr(config(), "mail_from", "Treaty <treaty@halden.example>")


def carrier(clock: Clock, fake: Fake | None = None, deliver=None) -> Carrier:
    outward = Outward(Transport(fake)) if fake is not None else Outward()
    return Carrier(clock, outward, deliver, pause=clock.pause, tick=clock.seconds)


def slack(name: str = "#deals", **more) -> Channel:
    """An incoming webhook of one channel; other than the one the agreement names, so it has no quiet hours unasked."""
    secrets = {"url": "https://hooks.slack.com/services/T/B/x", "signing_secret": "s3cret"}
    return _channel(name, "slack", {**secrets, **more.pop("secrets", {})}, **more)


def bot(**more) -> Channel:
    return _channel("Treaty's bot", "slack", {"token": "xoxb-good", "signing_secret": "s3cret"}, is_bot=True, **{"kinds": [], **more})


def teams(**more) -> Channel:
    return _channel("Deals", "teams", {"url": "https://prod.flow.example/workflows/1?sig=x"}, **more)


def mail(**more) -> Channel:
    return _channel("E-mail", "email", {}, **{"kinds": [], **more})


def webhook(**more) -> Channel:
    return _channel("Our program", "webhook", {"url": "https://program.example/in", "secrets": [SECRET]}, **more)


def _channel(name: str, transport: str, secrets: dict, **more) -> Channel:
    return Channel.objects.create(
        name=name, transport=transport, secrets=seal(secrets), made_at=NOON, **{"kinds": [kind.value for kind in SHARED], **more}
    )


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Outgoing.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found
