from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treaty.connectors.tracking.records import Told, Unusable, records_of
from treaty.connectors.tracking.traits import headcount
from treaty.truth.records import AccountRecord, AccountRef, PersonRecord, PersonRef, TouchRecord

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
PAGE = {"url": "https://www.halden.example/pricing?utm_source=linkedin&utm_medium=cpc&utm_campaign=q1", "title": "Pricing"}


def read(call, body, **told):
    return records_of(Told(call=call, body=body, message_id="m1", occurred_at=NOON, **told))


def test_a_page_view_is_a_touch_with_path_host_channel_and_campaign():
    (touch,) = read("page", {"anonymousId": "a1", "userId": None, "name": "Pricing page", "properties": {**PAGE, "path": "/pricing"}})
    assert touch == TouchRecord(
        ref=PersonRef(anonymous_id="a1"),
        kind="page_view",
        occurred_at=NOON,
        message_id="m1",
        path="/pricing",
        host="halden.example",
        title="Pricing",
        channel="paid_social",
        campaign="q1",
        fields={
            "name": "Pricing page", "url": PAGE["url"], "title": "Pricing", "path": "/pricing", "source": "linkedin", "medium": "cpc",
        },
    )  # fmt: skip


def test_the_page_may_stand_in_the_context_and_the_campaign_be_read_by_the_client():
    context = {"page": {"url": "https://halden.example/a/b?x=1"}, "campaign": {"name": "spring", "source": "news", "medium": "email"}}
    (touch,) = read("track", {"userId": 7, "event": "Video Watched", "context": context, "properties": {"video": "Tour"}})
    assert (touch.ref.user_id, touch.kind, touch.path, touch.content) == ("7", "video_watched", "/a/b", "Tour")
    assert (touch.channel, touch.campaign) == ("email", "spring")


def test_what_a_server_reports_has_no_channel_unless_it_says_so():
    channels = [
        read("track", {"userId": "u", "event": event, "properties": properties})[0].channel
        for event, properties in [("Webinar Attended", {}), ("Email Opened", {}), ("Booth Visited", {"channel": "Trade Show"})]
    ]
    assert channels == ["", "email", "trade_show"]


def test_a_download_keeps_the_name_of_the_content():
    (touch,) = read(
        "track", {"userId": "u", "event": "Content Downloaded", "properties": {"title": "Downtime guide", "email": "a@b.example"}}
    )
    assert (touch.kind, touch.content, touch.ref.email) == ("content_download", "Downtime guide", "a@b.example")


def test_a_request_also_states_who_wrote_it():
    wrote = {"email": "Ada@Acme.example", "name": "Ada", "title": "VP Operations", "company": "Acme", "employees": "51-200", "form": "demo"}
    account, person, touch = read("track", {"anonymousId": "a1", "event": "Demo Requested", "properties": wrote})
    ref = PersonRef(email="ada@acme.example", anonymous_id="a1")
    assert account == AccountRecord(ref=AccountRef(name="Acme"), fields={"employees": 51}, occurred_at=NOON)
    fields = {"name": "Ada", "title": "VP Operations"}
    assert person == PersonRecord(ref=ref, fields=fields, account=AccountRef(name="Acme"), occurred_at=NOON)
    assert (touch.kind, touch.form, touch.ref) == ("demo_request", "demo", ref)


@pytest.mark.parametrize("place", ["traits", "context"])
def test_traits_are_read_where_either_vendor_puts_them(place):
    traits = {
        "email": "ada@acme.example", "firstName": "Ada", "lastName": "Lang", "jobTitle": "Head of Maintenance",
        "address": {"country": "DE"}, "company": {"id": "c9", "name": "Acme", "employees": 240, "industry": "manufacturing"},
        "plan": "pro", "isCustomer": False, "nested": {"a": 1},
    }  # fmt: skip
    body = {"userId": "u1", "anonymousId": None, **({"traits": traits} if place == "traits" else {"context": {"traits": traits}})}
    account, person = read("identify", body)
    assert account.fields == {"employees": 240, "industry": "manufacturing"}
    assert person.ref == PersonRef(email="ada@acme.example", user_id="u1")
    assert person.account == AccountRef(external_id="c9", name="Acme")
    assert person.fields == {
        "name": "Ada Lang", "title": "Head of Maintenance", "country": "DE", "plan": "pro", "is_customer": False,
    }  # fmt: skip


def test_what_treaty_writes_itself_cannot_be_set_from_outside():
    traits = {"email": "ada@acme.example", "account": 5, "account_id": 5, "Email Domain": "x.example", "answer.budget": "1", "owner": "sam"}
    (person,) = read("identify", {"userId": "u1", "traits": traits, "receivedAt": "2020-01-01", "known_at": "2020-01-01"})
    assert person.fields == {}
    assert person.known_at is None


def test_a_group_call_states_the_account_and_the_membership():
    account, person = read("group", {"userId": "u1", "groupId": 42, "traits": {"name": "Acme", "employees": "1,200", "plan": "gold"}})
    assert account == AccountRecord(
        ref=AccountRef(external_id="42", name="Acme"), fields={"employees": 1200, "plan": "gold"}, occurred_at=NOON
    )
    assert (person.ref, person.account) == (PersonRef(user_id="u1"), account.ref)


def test_the_group_traits_e_mail_is_not_the_persons():
    _, person = read("group", {"userId": "u1", "groupId": "42", "traits": {"email": "office@acme.example"}})
    assert person.ref == PersonRef(user_id="u1")


def test_an_alias_names_both_ids():
    (person,) = read("alias", {"userId": "u1", "previousId": "a1"})
    assert person.ref == PersonRef(user_id="u1", anonymous_id="a1")


def test_a_form_is_a_person_their_answers_and_a_touch():
    body = {
        "values": {"email": "ada@acme.example", "company": "Acme"}, "answers": {"timeline": "this year"}, "consent": True,
        "kind": "demo_request", "properties": {"form": "Demo", "campaign": "fair", "url": "https://halden.example/demo"},
    }  # fmt: skip
    person, touch = read("form", body)
    assert person.fields == {"answer.timeline": "this year", "consent": True}
    assert (touch.kind, touch.form, touch.campaign, touch.path, touch.channel) == ("demo_request", "Demo", "fair", "/demo", "direct")


@pytest.mark.parametrize(
    ("call", "body", "says"),
    [
        ("track", {"event": "X"}, "nothing says who"),
        ("track", {"event": "X", "userId": "", "anonymousId": None}, "nothing says who"),
        ("track", {"userId": "u1"}, '"event"'),
        ("identify", {"traits": {"name": "Ada"}}, "nothing says who"),
        ("identify", {"traits": {"email": "not an address"}}, "nothing says who"),
        ("group", {"userId": "u1"}, '"groupId"'),
        ("alias", {"userId": "u1"}, '"previousId"'),
        ("?form", {"type": "form", "values": {"email": "a@b.example"}}, "'form' is unknown"),
        ("?", 7, "not an object"),
    ],
)
def test_what_cannot_be_used_says_why(call, body, says):
    with pytest.raises(Unusable, match=says):
        read(call, body)


def test_an_impossible_address_does_not_cost_the_touch():
    (touch,) = read("track", {"userId": "u1", "event": "X", "properties": {"email": "nope"}})
    assert touch.ref == PersonRef(user_id="u1")


def test_control_characters_no_database_takes_are_gone():
    (touch,) = read("page", {"userId": "u\u00001", "properties": {"title": "a\u0000b\nc"}})
    assert (touch.ref.user_id, touch.title, touch.fields["title"]) == ("u 1", "a b c", "a b c")


@pytest.mark.parametrize(
    ("stated", "number"),
    [("250", 250), ("1,200", 1200), ("51-200", 51), ("10,001+", 10001), ("> 500", 500), ("", None), ("many", None), ("9" * 30, None)],
)
def test_a_headcount_is_read_cautiously(stated, number):
    assert headcount(stated) == number


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=15,
)
_names = st.sampled_from(["userId", "anonymousId", "event", "traits", "properties", "context", "groupId", "previousId", "name", "values"])


@given(st.sampled_from(["track", "page", "screen", "identify", "group", "alias", "form"]), st.dictionaries(_names, _anything))
def test_any_event_is_read_or_says_why_not(call, body):
    try:
        records = read(call, body)
    except Unusable as why:
        records = []
        said = str(why)
    assert records or said
