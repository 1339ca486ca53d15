"""Canonical bytes. The expected text is written out by hand from the rules of RFC 8785."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treaty.journal.canonical import NotCanonical, canonical

TEXT = st.text(st.characters(codec="utf-8"))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None, "x"]}, '{"a":[true,null,"x"],"b":1}'),
        ({"€": 1, "\r": 2, "1": 3, "ö": 4}, '{"\\r":2,"1":3,"ö":4,"€":1}'),
        ({"\U0001f600": 1, "\ufb33": 2}, '{"\U0001f600":1,"\ufb33":2}'),  # D83D sorts before FB33 in UTF-16, after it in UTF-8
        ('"\\\b\t\n\f\r\x01\x1f\x7f/', '"\\"\\\\\\b\\t\\n\\f\\r\\u0001\\u001f\x7f/"'),
        (-0, "0"),
        ((), "[]"),
        (9007199254740991, "9007199254740991"),
    ],
)
def test_one_meaning_has_one_form(value, text):
    assert canonical(value) == text.encode()


@pytest.mark.parametrize("value", [1.0, float("nan"), 2**53, -(2**53), {1: "x"}, "\ud800", {"\ud800": 1}, b"x", {"a": {1, 2}}])
def test_what_readers_would_disagree_about_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical(value)


@settings(max_examples=200)
@given(PLAIN)
def test_every_reader_of_json_gets_the_value_back(value):
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)
