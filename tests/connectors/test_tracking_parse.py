import contextlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.connectors.slow_reader import Refused, read_slowly
from treaty.connectors.tracking.parse import MOST_EVENT, read
from treaty.connectors.tracking.strict import BadBody
from treaty.moments import from_us, to_us

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
EVENT = {"type": "track", "event": "Pricing Viewed", "userId": "u1", "messageId": "m1", "timestamp": "2026-03-10T11:59:58Z"}


def batch(*events, **around):
    return json.dumps({"batch": events, "sentAt": "2026-03-10T12:00:00Z", **around}).encode()


def single(**fields):
    return json.dumps({**EVENT, **fields}).encode()


def refused(raw, call="track"):
    with pytest.raises(BadBody) as caught:
        read(raw, call, NOON)
    return caught.value.code


def test_a_batch_becomes_rows_in_order():
    rows = read(batch(EVENT, {**EVENT, "messageId": "m2", "type": "page"}), "batch", NOON).rows
    assert [(row.message_id, row.type, row.state) for row in rows] == [("m1", "track", "waiting"), ("m2", "page", "waiting")]
    assert from_us(rows[0].occurred_us) == NOON - timedelta(seconds=2)
    assert (rows[0].sent_us, rows[0].received_us) == (to_us(NOON), to_us(NOON))
    assert json.loads(rows[0].body) == EVENT


def test_the_path_says_what_a_single_call_is():
    assert read(single(type="page"), "identify", NOON).rows[0].type == "identify"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b'{"a": NaN}', "invalid_json"),
        (b'{"a": -Infinity}', "invalid_json"),
        (b'{"a": 1e400}', "invalid_json"),
        (b'{"a": 1} x', "invalid_json"),
        (b"{'a': 1}", "invalid_json"),
        (b'{"a": "\xff"}', "invalid_encoding"),
        (b'{"a": "\xed\xa0\x80"}', "invalid_encoding"),
        (b'{"a": "\\ud800"}', "invalid_json"),
        (b'{"a": 1, "a": 2}', "duplicate_key"),
        (b'{"x": {"a": 1, "b": [{"c": 1, "c": 1}]}}', "duplicate_key"),
        (b'{"a": 1, "a": 2, "b": "\\u003a"}', "duplicate_key"),  # one colon lost, one gained: the count alone is fooled
        (b'{"a": 1, "\\u0061": 2}', "duplicate_key"),
        (b"[1]", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"null", "not_an_object"),
        (b"[" * 5000 + b"]" * 5000, "too_deep"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "too_deep"),
        (b'{"a":"' + b"x" * (500 * 1024) + b'"}', "body_too_large"),
        (b'{"a":"' + b"x" * MOST_EVENT + b'"}', "event_too_large"),
    ],
)
def test_a_body_that_could_be_read_in_two_ways_is_refused(raw, code):
    assert refused(raw) == code


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'{"batch": [{"a": 1, "a": 2}]}', "duplicate_key"),
        (b'{"batch": [], "batch": [{"a": 1}]}', "duplicate_key"),
        (b'{"batch": [], "sentAt": 1, "sentAt": 2}', "duplicate_key"),
        (b"{}", "no_batch"),
        (b'{"batch": {}}', "no_batch"),
        (b'{"batch": [' + b"1," * 2500 + b"1]}", "too_many_events"),
        (b'{"batch": [], "context": ' + b'{"a":' * 33 + b"1" + b"}" * 33 + b"}", "too_deep"),
    ],
)
def test_the_same_holds_around_and_inside_a_batch(raw, code):
    assert refused(raw, "batch") == code


def test_what_looks_odd_but_can_be_read_in_one_way_is_taken():
    odd = (
        '{"a": ":::\\":", "b": "\\u003a", "c": "\\\\u003a", "d": {"a": 1}, "e": 123456789012345678901234567890, "f": "\\u0000😀", "g": ""}'
    )
    row = read(b"\xef\xbb\xbf" + odd.encode(), "track", NOON).rows[0]
    assert json.loads(row.body) == json.loads(odd)


def test_the_level_of_each_event_counts_not_that_of_all():
    wide = {"a": [[{}], [{}], [{}]] * 20}
    assert len(read(batch(*[wide] * 50), "batch", NOON).rows) == 50


def test_32_levels_are_taken():
    assert read(b'{"a":' * 32 + b"1" + b"}" * 32, "track", NOON).rows


unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine takes long to make examples; that says nothing about the reading."""
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=30,
)


@unhurried
@given(st.dictionaries(st.text(max_size=5).filter(lambda key: key != "writeKey"), _json, max_size=5), st.booleans(), st.booleans())
def test_any_json_object_is_kept_as_it_was(value, ascii_only, is_spaced):
    raw = json.dumps(value, ensure_ascii=ascii_only, indent=1 if is_spaced else None).encode("utf-8", "replace")
    assert json.loads(read(raw, "track", NOON).rows[0].body) == json.loads(raw)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw):
    with contextlib.suppress(BadBody):  # anything else is a fault
        assert isinstance(read(raw, "batch", NOON).rows, list)


_STAMPS = st.sampled_from(
    [
        *("2026-03-10T11:59:58Z", "2026-03-10T11:59:58.123456+05:30", "2026-03-10T14:30:00", " 2026-03-10 09:00Z ", "2026-03-12T12:00:00Z"),
        *("1899-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "soon", ""),
        *(1773142200, 1773142200123, -3e9, 1e300, 0, True, None, [], {}),
    ]
)
_EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["track", "page", "form", "no such type", "", None, 7, ["track"]]),
        "messageId": st.sampled_from(["m1", "Ü-2", "", "x" * 200, "x" * 201, "a\tb", 7, True, None, ["m"]]),
        "timestamp": _STAMPS,
        "originalTimestamp": _STAMPS,
        "writeKey": st.sampled_from(["k1", "", 5, None]),
        "context": st.sampled_from([{"ip": "own"}, {}, "odd", None]),
        "properties": _json,
    },
)
_AROUND = st.fixed_dictionaries(
    {},
    optional={
        "sentAt": _STAMPS,
        "context": st.sampled_from([{"ip": "shared", "locale": "de"}, {}, "odd", None]),
        "writeKey": st.just("k1"),
    },
)


def told(reader, raw, call):
    """(key, [(type, moment, sent at, event)]), or the code of the refusal."""
    try:
        if reader is read_slowly:
            return read_slowly(raw, call, NOON)
        found = read(raw, call, NOON)
    except (BadBody, Refused) as why:
        code = getattr(why, "code", str(why))
        return "invalid_json" if code == "invalid_encoding" else code  # a body may be both
    sent = [None if row.sent_us is None else from_us(row.sent_us) for row in found.rows]
    return found.write_key, [
        (row.type, from_us(row.occurred_us), at, json.loads(row.body)) for row, at in zip(found.rows, sent, strict=True)
    ]


@unhurried
@given(st.lists(_EVENTS | _json, max_size=5), _AROUND)
def test_a_batch_is_read_quickly_as_it_would_be_slowly(events, around):
    raw = json.dumps({"batch": events, **around}).encode()
    assert told(read, raw, "batch") == told(read_slowly, raw, "batch")
    with contextlib.suppress(BadBody):
        found = read(raw, "batch", NOON)
        kept = json.loads(raw)["batch"]
        ids = [event.get("messageId") if isinstance(event, dict) else None for event in kept]
        assert all(row.message_id == stated for row, stated in zip(found.rows, ids, strict=True) if stated in ("m1", "Ü-2", "x" * 200))
        assert all(row.received_us == to_us(NOON) for row in found.rows)


_KEYS = ('"a"', '"b"', '"\\u0061"', '":"', '"\\u003a"', '"type"', '"messageId"', '"timestamp"', '"writeKey"', '"\\n"', '""', '"Ü"')
_TOKENS = (
    *("1", "-0", "0.1", "1e400", "-1e-400", "01", "+1", ".5", "123456789012345678901234567890", "NaN", "-Infinity", "true", "nul", "null"),
    *(
        '""',
        '"x"',
        '"a:b"',
        '"\\u003a"',
        '"{[{["',
        '"\\\\u003a"',
        '"\\ud800"',
        '"\\ud83d\\ude00"',
        '"\\n"',
        '"\\/"',
        "'x'",
        '"\t"',
        '"😀"',
        "\ufeff",
    ),
    *("[" * 31 + "]" * 31, "[" * 33 + "]" * 33, '"' + "x" * 33_000 + '"', '{"a":' * 30 + "1" + "}" * 30, '"2026-03-10T11:59:58Z"'),
)
_GOOD = st.sampled_from(["1", "0.5", "true", "null", '""', '"x"', '"a:b"', '"\\u003a"', '"track"', '"2026-03-10T11:59:58Z"', '"{["'])


def _written(values):
    """JSON as text, so that it may break any rule: keys told twice, names escaped, tokens that are none."""
    pair = st.builds("{}: {}".format, st.sampled_from(_KEYS), values)
    objects = st.lists(pair, max_size=4).map(lambda pairs: "{" + ", ".join(pairs) + "}")
    return objects | st.lists(values, max_size=3).map(lambda items: "[" + ",".join(items) + "]")


_TEXT = st.recursive(_GOOD, _written, max_leaves=12)
_WRONG = st.recursive(_GOOD | st.sampled_from(_TOKENS), _written, max_leaves=12)


@unhurried
@given(
    st.lists(st.tuples(st.sampled_from(_KEYS), _TEXT | _WRONG), max_size=3),
    st.lists(_TEXT | _WRONG, max_size=4),
    st.sampled_from(["batch", "track"]),
    st.sampled_from([b"", b"\xef\xbb\xbf", b" \n", b"\xff"]),
)
def test_any_body_is_refused_or_taken_as_slowly(around, events, call, before):
    """Whatever breaks a rule is refused with the same code; whatever does not is the same rows."""
    parts = [f'"batch": [{", ".join(events)}]', *(f"{name}:{value}" for name, value in around)]
    raw = before + ("{" + ",".join(parts) + "}").encode("utf-8", "surrogatepass")
    assert told(read, raw, call) == told(read_slowly, raw, call)


def test_events_nobody_can_use_are_kept_beside_the_good_ones():
    rows = read(batch(EVENT, 5, None, ["x"], {}, {"type": [1]}, {"type": "a long unknown type"}), "batch", NOON).rows
    assert [row.type for row in rows] == ["track", "?", "?", "?", "?", "?[1]", "?a long un"]
    assert len({row.message_id for row in rows}) == 7


def test_nobody_can_pretend_to_be_one_of_our_own_forms():
    assert read(batch({**EVENT, "type": "form"}), "batch", NOON).rows[0].type == "?form"


def test_the_key_is_the_envelopes_or_the_events_and_never_kept():
    assert read(batch(EVENT, writeKey="k1"), "batch", NOON).write_key == "k1"
    both = read(batch({**EVENT, "writeKey": "k2"}, EVENT), "batch", NOON)
    assert both.write_key == "k2"
    assert "k2" not in "".join(row.body for row in both.rows)
    alone = read(single(writeKey="secret_k3"), "track", NOON)
    assert alone.write_key == "secret_k3"
    assert "secret_k3" not in alone.rows[0].body
    assert refused(batch({**EVENT, "writeKey": "k2"}, {**EVENT, "writeKey": "k4"}), "batch") == "several_keys"


def test_the_context_of_a_batch_belongs_to_each_of_its_events():
    rows = read(batch({**EVENT, "context": {"ip": "own"}}, 7, context={"ip": "shared", "locale": "de"}), "batch", NOON).rows
    assert json.loads(rows[0].body)["context"] == {"ip": "own", "locale": "de"}
    assert rows[1].body == "7"


def test_without_an_id_the_same_content_is_the_same_event():
    bare = {key: value for key, value in EVENT.items() if key != "messageId"}
    first = read(json.dumps({**bare, "sentAt": "2026-03-10T12:00:00Z"}).encode(), "track", NOON).rows[0]
    retry = {"sentAt": "2026-03-10T12:09:00Z", **dict(reversed(bare.items()))}
    again = read(json.dumps(retry).encode(), "track", NOON + timedelta(days=3)).rows[0]
    other = read(json.dumps({**bare, "event": "Other"}).encode(), "track", NOON).rows[0]
    assert first.message_id == again.message_id != other.message_id


def test_without_id_and_timestamp_a_day_tells_them_apart():
    bare = b'{"event": "Logged In", "userId": "u1"}'
    ids = [read(bare, "track", at).rows[0].message_id for at in (NOON, NOON + timedelta(hours=1), NOON + timedelta(days=1))]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize("stated", ["x" * 201, "a\nb", "a\u0000b", 7])
def test_an_id_no_column_can_hold_is_replaced_by_its_hash(stated):
    ids = {read(single(messageId=stated), "track", NOON).rows[0].message_id for _ in range(2)}
    assert len(ids) == 1
    assert ids.pop().startswith("id-")


@pytest.mark.parametrize(
    ("stated", "sent", "expected", "is_flagged"),
    [
        ("2026-03-10T11:00:00Z", "2026-03-10T12:00:00Z", "11:00", False),
        ("2026-03-10T11:00:00Z", "2026-03-10T11:06:00Z", "11:00", False),  # 54 minutes may be the network
        ("2026-03-10T10:55:00Z", "2026-03-10T11:05:00Z", "11:50", False),  # 55 minutes are drift: 10 minutes before it was sent
        ("2026-03-10T14:00:00Z", "2026-03-10T14:30:00Z", "11:30", False),  # the clock is 2.5 hours fast
        ("2026-03-10T15:00:00Z", "2026-03-10T14:30:00Z", "12:00", False),  # never past the receipt
        ("1970-01-01T00:00:00Z", "1970-01-01T00:10:00Z", "11:50", False),  # a clock never set
        ("2026-03-11T10:59:00Z", None, "10:59+1", False),  # 22:59 ahead: a wrong zone at worst
        ("2026-03-11T11:01:00Z", None, "12:00", True),  # 23:01 ahead
        ("0000-01-01T00:00:00Z", None, "12:00", True),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "12:00", True),
        ("yesterday", None, "12:00", True),
        ({"a": 1}, None, "12:00", True),
        (None, None, "12:00", False),
        ("2026-03-10T12:30:00+01:00", None, "11:30", False),
        ("2026-03-10T11:30:00", None, "11:30", False),  # without a zone: UTC
        ("2026-03-10T11:30:00.123456789Z", None, "11:30", False),
        (1773142200000, None, "11:30", False),  # milliseconds
        (1773142200, None, "11:30", False),
        (1e300, None, "12:00", True),
    ],
)
def test_the_senders_clock_is_corrected_only_when_it_is_wrong(stated, sent, expected, is_flagged):
    row = read(batch({**EVENT, "timestamp": stated}, sentAt=sent), "batch", NOON).rows[0]
    at = from_us(row.occurred_us)
    assert f"{at:%H:%M}" + ("+1" if at.day == 11 else "") == expected
    assert bool(row.problem) is is_flagged


def test_the_time_as_sent_is_kept_beside_the_corrected_one():
    row = read(batch({**EVENT, "timestamp": "2026-03-10T14:00:00Z"}, sentAt="2026-03-10T14:30:00Z"), "batch", NOON).rows[0]
    assert json.loads(row.body)["timestamp"] == "2026-03-10T14:00:00Z"
    assert from_us(row.sent_us) == datetime(2026, 3, 10, 14, 30, tzinfo=UTC)


def test_the_other_vendors_browser_client_says_original_timestamp():
    row = read(b'{"originalTimestamp": "2026-03-10T11:00:00Z", "sentAt": "2026-03-10T12:00:00Z"}', "track", NOON).rows[0]
    assert from_us(row.occurred_us) == NOON - timedelta(hours=1)
