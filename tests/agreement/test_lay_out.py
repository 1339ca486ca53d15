"""`fmt`: one layout, the same meaning, every comment kept, and nothing to do the second time."""

import copy
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treaty.agreement.canonical import as_data
from treaty.agreement.document import load
from treaty.agreement.layout import fmt
from treaty.agreement.yamltext import Unreadable
from treaty.agreement.yamltree import parse
from treaty.journal.canonical import canonical


def meaning(text: str) -> bytes:
    loaded = load(text)
    assert loaded.terms is not None, loaded.problems
    return canonical(as_data(loaded.terms))


def comments(text: str) -> list[str]:
    return sorted(re.findall(r"#\d+#", text))


def test_the_example_is_laid_out_as_shipped(text):
    assert fmt(text) == text


@pytest.mark.needs_shared
def test_the_sketch_keeps_meaning_and_comments(sketch):
    laid = fmt(sketch)
    assert meaning(laid) == meaning(sketch)
    assert fmt(laid) == laid
    words = [re.sub(r"\s+", " ", line.split("# ", 1)[1]) for line in sketch.splitlines() if "# " in line]
    assert [comment for comment in words if comment not in laid] == []


@pytest.mark.parametrize(
    ("written", "laid"),
    [
        ("b: {x: 1,   y: [2,3]}", "b: {x: 1, y: [2, 3]}"),
        ("mode: 'live'", "mode: live"),
        ('x: "on"', 'x: "on"'),
        ("x: 09:30", 'x: "09:30"'),
        ("x: '01-01'", 'x: "01-01"'),
        ("x: '12'", 'x: "12"'),
        ("x: '2026-01-01'", 'x: "2026-01-01"'),
        ("x: ' y '", 'x: " y "'),
        ("x: '#revenue'", 'x: "#revenue"'),
        ("x: 'a: b'", 'x: "a: b"'),
        ("x: a, b [c]", "x: a, b [c]"),
        ("x: ['a, b']", 'x: ["a, b"]'),
        ("x: 'null'", 'x: "null"'),
        ("x: ~", "x: ~"),
        ("x:", "x: null"),
        ("x: 1_000", "x: 1_000"),
        ("x: +25%", "x: +25%"),
        ("x: |\n  a\n  # no comment\ny: 1", 'x: "a\\n# no comment\\n"\ny: 1'),
        ("x: &a [1, 2]\ny: *a", "x: [1, 2]\ny: [1, 2]"),
        ("x:\n    - 1\n    - y:   2\n      z: 3", "x:\n  - 1\n  - y: 2\n    z: 3"),
        ("x: []\ny: {}", "x: []\ny: {}"),
        ("{x: 1, y: 2}", "x: 1\ny: 2"),
        ("x: 1\n\n\n\ny: 2\n\n", "x: 1\n\ny: 2"),
        ("mode: live\nagreement: A", "agreement: A\nmode: live"),
    ],
)
def test_values_keep_their_kind_and_get_one_spelling(written, laid):
    assert fmt(written) == laid + "\n"
    assert parse(laid).data == parse(written).data


@pytest.mark.parametrize(
    ("written", "laid"),
    [
        ("# first\n\nx: 1  # behind x", "# first\n\nx: 1" + " " * 50 + "# behind x"),
        (
            "x:  # behind\n  # above y\n  y: 1\n# above z\nz: 2\n# at the end",
            "x:" + " " * 52 + "# behind\n  # above y\n  y: 1\n# above z\nz: 2\n# at the end",
        ),
        ("x: {y: 1,\n  # within\n  z: 2}", "# within\nx: {y: 1, z: 2}"),
        ("x: [1, # one\n  2] # two", "x: [1, 2]" + " " * 45 + "# one # two"),
        ("x:\n  # above the item\n  - y: 1\n    # above z\n    z: 2", "x:\n  # above the item\n  - y: 1\n    # above z\n    z: 2"),
        ("x: 'a # b' # c", 'x: "a # b"' + " " * 44 + "# c"),
    ],
)
def test_a_comment_stays_with_what_it_is_about(written, laid):
    assert fmt(written) == laid + "\n"


def test_long_brackets_are_opened_and_stay_open():
    laid = fmt(f"x: {{a: [{', '.join(['word'] * 30)}]}}")
    assert laid.startswith("x:\n  a:\n    - word\n    - word")
    assert fmt(laid) == laid


def test_what_is_no_document_is_refused_and_not_laid_out():
    with pytest.raises(Unreadable, match="line 2"):
        fmt("a: 1\na: 2")


SMALL = {
    "agreement": "Halden: sales, marketing",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "effective": "2026-01-01",
    "signatories": {"marketing": ["mira@halden.example"], "sales": ["sam@halden.example"]},
    "profile": {"segments": {"dach": {"account": {"country": {"in": ["DE", "NO", "on", "12"]}}}, "rest": {}}},
    "stages": {
        "new": {"owner": "marketing", "moves": ["won"], "enter": {"any": [{"touches": {}}, {"person": {"title": {"is": "a #b: [c]"}}}]}},
        "won": {"owner": "sales", "when": "opportunity_won"},
    },
    "handoff": {"route": [{"rule": "account_owner"}, {"rule": "fallback", "to": "sam@halden.example"}]},
    "cadence": [{"meeting": "sync", "every": "week", "time": "09:30", "minutes": 30, "agenda": ["- wins", "why?", " two\nlines ", "“x”"]}],
}  # fmt: skip


@st.composite
def layouts(draw):
    """The small document in any layout: blocks or brackets, any indent, comments and empty lines anywhere."""
    numbers = iter(range(10_000))

    def comment(indent: int) -> str:
        return "".join(draw(st.sampled_from(["", "", "", f"{' ' * indent}#{next(numbers)}#\n", "\n"])) for _ in range(2))

    def tail() -> str:
        return draw(st.sampled_from(["", "", f" #{next(numbers)}#"]))

    def scalar(value) -> str:
        if value == SMALL["effective"]:
            return value
        return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)

    def flow(value) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
        if isinstance(value, list):
            return "[" + draw(st.sampled_from([", ", ","])).join(map(flow, value)) + "]"
        return scalar(value)

    def block(value, indent: int) -> str:
        step = draw(st.integers(1, 4))
        lines = ""
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            start = f"{' ' * indent}{key}:" if isinstance(value, dict) else f"{' ' * indent}-"
            lines += comment(indent) + start
            if isinstance(inner, dict | list) and inner and draw(st.booleans()):
                lines += f"{tail()}\n{block(inner, indent + step)}"
            else:
                lines += f" {flow(inner)}{tail()}\n"
        return lines

    return block(SMALL, 0) + comment(0)


MEANT = meaning(json.dumps(SMALL).replace('"2026-01-01"', "2026-01-01"))


@settings(max_examples=30, deadline=None)
@given(layouts())
def test_any_layout_becomes_the_same_document(text):
    laid = fmt(text)
    assert meaning(laid) == MEANT
    assert comments(laid) == comments(text)
    assert fmt(laid) == laid


def test_laying_out_leaves_what_was_read_as_it_was(text):
    """What was read is kept for the next who asks for it; laying out takes its comments away, so it reads anew."""
    in_brackets = json.dumps({"agreement": "Halden", "stages": {}})
    for document in (text, in_brackets):
        before = load(document).tree
        kept = copy.deepcopy(before)
        fmt(document)
        assert load(document).tree is before
        assert before == kept
