"""Requests that are not from whom they say (T1): every part that is signed, changed by one byte, is not believed."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treaty.signatures import (
    NotGenuine,
    check_basic,
    check_hubspot,
    check_shared,
    check_slack,
    check_standard,
    standard_signature,
)  # fmt: skip

AT = datetime(2026, 11, 30, 12, 0, 0, tzinfo=UTC)
SECRET, OLD = "s3cr3t", "the one before"
BODY = b'[{"eventId":1,"subscriptionType":"contact.creation","objectId":123}]'
URI = "https://treaty.example/hooks/abc?portal=1"
STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
Check = Callable[..., None]


def ms(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))


def hubspot(method: str = "POST", uri: str = URI, body: bytes = BODY, at: datetime = AT, secret: str = SECRET) -> dict[str, str]:
    """Signed as the vendor's reference says, by other means than the code under test."""
    text = method.encode() + uri.encode() + body + ms(at).encode()
    mac = hmac.new(secret.encode(), text, hashlib.sha256)
    return {"x-hubspot-request-timestamp": ms(at), "x-hubspot-signature-v3": base64.b64encode(mac.digest()).decode()}


def slack(body: bytes = BODY, at: datetime = AT, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    mac = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={mac.hexdigest()}"}


def test_slack_as_its_own_reference_shows_it() -> None:
    """The worked example of the vendor's page on verifying requests."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA"
        b"&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F3977"
        b"00885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = {
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    check_slack(["8f742231b10e8888abcd99yyyzzz85a5"], body, headers, datetime.fromtimestamp(1531420618, UTC))


def test_standard_webhooks_as_its_own_reference_shows_it() -> None:
    body, number, stamp = b'{"test": 2432232314}', "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330"
    headers = {
        "webhook-id": number, "webhook-timestamp": stamp,
        "webhook-signature": "v1,xxx= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }  # fmt: skip
    check_standard([STANDARD], body, headers, datetime.fromtimestamp(1614265330, UTC))
    assert standard_signature(STANDARD, number, stamp, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_genuine_request_is_believed_by_the_newest_secret_and_by_the_one_before() -> None:
    check_hubspot([SECRET], "POST", URI, BODY, hubspot(), AT)
    check_hubspot(["new", SECRET], "POST", URI, BODY, hubspot(), AT)
    check_slack(["new", SECRET], BODY, slack(), AT)


def test_hubspot_signs_some_characters_of_the_address_decoded() -> None:
    called = "https://treaty.example/hooks/a%3Ab?x=%40y%2F&keep=%20%25"
    check_hubspot([SECRET], "POST", called, BODY, hubspot(uri="https://treaty.example/hooks/a:b?x=@y/&keep=%20%25"), AT)


@pytest.mark.parametrize("off", [timedelta(minutes=5, seconds=1), -timedelta(minutes=5, seconds=1), timedelta(days=400)])
def test_a_recorded_request_and_one_of_tomorrow_are_not(off: timedelta) -> None:
    for check in (
        lambda: check_hubspot([SECRET], "POST", URI, BODY, hubspot(at=AT + off), AT),
        lambda: check_slack([SECRET], BODY, slack(at=AT + off), AT),
    ):
        with pytest.raises(NotGenuine, match="five minutes"):
            check()
    check_slack([SECRET], BODY, slack(at=AT + timedelta(minutes=5)), AT)


@given(st.integers(min_value=0, max_value=len(BODY) - 1), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_is_seen(place: int, by: int) -> None:
    changed = bytes(byte ^ by if number == place else byte for number, byte in enumerate(BODY))
    for check in (
        lambda: check_hubspot([SECRET], "POST", URI, changed, hubspot(), AT),
        lambda: check_slack([SECRET], changed, slack(), AT),
    ):
        with pytest.raises(NotGenuine, match="another"):
            check()


@pytest.mark.parametrize(
    "check",
    [
        lambda: check_hubspot([SECRET], "GET", URI, BODY, hubspot(), AT),
        lambda: check_hubspot([SECRET], "POST", URI + "&a=b", BODY, hubspot(), AT),
        lambda: check_hubspot([SECRET], "POST", URI, BODY, hubspot(secret=OLD), AT),
        lambda: check_hubspot([SECRET], "POST", URI, BODY, {**hubspot(), "x-hubspot-signature-v3": ""}, AT),
        lambda: check_hubspot([SECRET], "POST", URI, BODY, {**hubspot(), "x-hubspot-request-timestamp": "now"}, AT),
        lambda: check_hubspot([SECRET], "POST", URI, BODY, {**hubspot(), "x-hubspot-request-timestamp": "9" * 400}, AT),
        lambda: check_hubspot([SECRET], "POST", URI, BODY, {**hubspot(), "x-hubspot-request-timestamp": "१७६४५०४०००"}, AT),
        lambda: check_hubspot([SECRET], "POST", URI, BODY, {}, AT),
        lambda: check_hubspot([], "POST", URI, BODY, hubspot(), AT),
        lambda: check_slack([SECRET], BODY, slack(secret=OLD), AT),
        lambda: check_slack([SECRET], BODY, {**slack(), "x-slack-signature": slack()["x-slack-signature"].upper()}, AT),
        lambda: check_basic([SECRET], "treaty", {"authorization": "Basic " + base64.b64encode(b"treaty:wrong").decode()}),
        lambda: check_basic([SECRET], "treaty", {}),
        lambda: check_shared([SECRET], "wrong"),
        lambda: check_shared([""], ""),
        lambda: check_shared([SECRET], "é"),
    ],
)  # fmt: skip
def test_whatever_else_is_not_as_it_was_signed_is_not_believed(check: Check) -> None:
    with pytest.raises(NotGenuine):
        check()


def test_user_and_password_and_a_shared_secret() -> None:
    check_basic([OLD, SECRET], "treaty", {"authorization": "Basic " + base64.b64encode(f"treaty:{SECRET}".encode()).decode()})
    check_shared([SECRET, OLD], OLD)
