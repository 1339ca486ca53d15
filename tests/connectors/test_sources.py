from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty.connectors.lookup import Keyring
from treaty.connectors.sources import (
    NameTaken,
    NoSuchSource,
    NotAnOrigin,
    NotKeyed,
    add_source,
    change_origins,
    deactivate,
    normal_origin,
    rotate_key,
    source_named,
)
from treaty.connectors.tracking.keys import digest, from_basic
from treaty.journal.models import Entry
from treaty.truth.models import Source

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DAY = timedelta(days=1)


def find(key, at=NOON):
    return Keyring().find(key, at=at)


def test_of_a_server_key_only_the_hash_is_kept():
    source, key = add_source("backend", kind="server", at=NOON)
    source.refresh_from_db()
    assert key.startswith("secret_")
    assert (source.write_key, source.write_key_hash) == ("", digest(key))
    assert find(key).id == source.pk
    assert not find(key).is_public


@pytest.mark.parametrize(("kind", "prefix"), [("browser", "public_"), ("form", "form_")])
def test_a_public_key_can_be_read_again(kind, prefix):
    source, key = add_source("site", kind=kind, at=NOON)
    assert source.write_key == key
    assert key.startswith(prefix)
    assert find(key).is_public


def test_after_a_rotation_two_keys_are_valid_and_the_third_is_not():
    source, first = add_source("backend", kind="server", at=NOON)
    second = rotate_key(source, at=NOON)
    assert [bool(find(key, NOON + 6 * DAY)) for key in (first, second)] == [True, True]
    assert [bool(find(key, NOON + 7 * DAY)) for key in (first, second)] == [False, True]
    third = rotate_key(source, at=NOON + DAY)
    assert [bool(find(key, NOON + DAY)) for key in (first, second, third)] == [False, True, True]


def test_a_source_switched_off_is_refused():
    source, key = add_source("site", kind="browser", at=NOON)
    rotate_key(source, at=NOON)
    deactivate(source, at=NOON)
    assert find(key) is None


def test_an_answer_costs_no_query_while_it_is_fresh(django_assert_num_queries):
    _, key = add_source("site", kind="browser", at=NOON)
    ring = Keyring()
    with django_assert_num_queries(1):
        assert [bool(ring.find(key, at=NOON)) for _ in range(3)] == [True] * 3
        assert ring.find("unknown", at=NOON) is None


def test_a_key_made_this_moment_is_known(monkeypatch):
    ring = Keyring()
    assert ring.find("unknown", at=NOON) is None
    _, key = add_source("site", kind="browser", at=NOON)
    monkeypatch.setattr("treaty.connectors.lookup.MISSED", 0.0)
    assert ring.find(key, at=NOON)


def test_a_name_is_taken_once():
    add_source("site", kind="browser", at=NOON)
    with pytest.raises(NameTaken, match="'site'"):
        add_source("site", kind="server", at=NOON)
    assert Source.objects.count() == 1


def test_a_kind_without_keys_and_a_name_nobody_has_are_refused_aloud():
    with pytest.raises(NotKeyed, match="'import'"):
        add_source("crm", kind="import", at=NOON)
    add_source("site", kind="browser", at=NOON)
    with pytest.raises(NoSuchSource, match="site"):
        source_named("sight")


@pytest.mark.parametrize(
    ("kind", "settings", "says"),
    [
        ("browser", {"events": ["x"]}, "events"),
        ("browser", {"events": {"x": 7}}, "events"),
        ("server", {"limit": {"per_second": 0}}, "limit"),
        ("server", {"limit": {"per_second": "many"}}, "limit"),
        ("form", {"fields": ["name"]}, "email"),
    ],
)
def test_settings_are_tried_before_they_are_kept(kind, settings, says):
    with pytest.raises(ValueError, match=says):
        add_source("site", kind=kind, settings=settings, at=NOON)
    assert not Source.objects.exists()


def test_who_changed_a_source_is_in_the_journal():
    source, _ = add_source("site", kind="browser", at=NOON)
    change_origins(source, add=["https://a.example"], at=NOON)
    rotate_key(source, at=NOON)
    deactivate(source, at=NOON)
    verbs = Entry.objects.order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["source.added", "source.origins_changed", "source.key_rotated", "source.switched_off"]


def test_origins_are_admitted_and_withdrawn():
    source, _ = add_source("site", kind="browser", origins=["https://WWW.Acme.example/"], at=NOON)
    changed = change_origins(source, add=["https://b.example:443"], remove=["https://www.acme.example"], at=NOON)
    assert changed.origins == ["https://b.example"]


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://a.example", "https://a.example"),
        ("http://A.example:80/", "http://a.example"),
        ("http://localhost:3000", "http://localhost:3000"),
    ],
)
def test_an_origin_has_one_form(text, origin):
    assert normal_origin(text) == origin


@pytest.mark.parametrize(
    "text", ["a.example", "https://a.example/path", "https://*.example", "https://a b", "*", "null", "", "https://a;b"]
)
def test_what_is_no_origin_is_refused(text):
    with pytest.raises(NotAnOrigin):
        normal_origin(text)


@pytest.mark.parametrize(
    ("header", "key"),
    [("Basic YWJjOg==", "abc"), ("basic YWJj", "abc"), ("Bearer abc", ""), ("Basic !!!", ""), ("Basic /w==", ""), ("", "")],
)
def test_the_key_is_the_user_of_basic_authentication(header, key):
    assert from_basic(header) == key
