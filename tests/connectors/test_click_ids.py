"""The click that led to a page is kept with the touch, so that what came of it can be told to the platform."""

import pytest

from tests.conftest import NOON
from treaty.connectors.tracking.records import Told, records_of


def fields_of(url, **properties):
    body = {"type": "page", "anonymousId": "a", "messageId": "m", "properties": {"url": url, **properties}}
    [touch] = records_of(Told(call="page", body=body, message_id="m", occurred_at=NOON))
    return {name: value for name, value in touch.fields.items() if name.endswith("id")}


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("?gclid=Cj0K-1_a&utm_source=x", {"gclid": "Cj0K-1_a"}),
        ("?fbclid=IwAR2&li_fat_id=3f&msclkid=9e", {"fbclid": "IwAR2", "li_fat_id": "3f", "msclkid": "9e"}),
        ("?gclid=", {}),
        ("", {}),
    ],
)
def test_ids_of_clicks_are_read_from_the_address(query, kept):
    assert fields_of(f"https://halden.example/pricing{query}") == kept


def test_what_the_sender_says_itself_goes_before_the_address():
    assert fields_of("https://halden.example/?gclid=a1", gclid="b2") == {"gclid": "b2"}


def test_half_an_id_is_none():
    assert fields_of(f"https://halden.example/?fbclid=b2&gclid={'a' * 900}") == {"fbclid": "b2"}
