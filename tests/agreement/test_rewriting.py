"""Forms and text edit one draft: another content, and the comments of whatever stayed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treaty.agreement.beginning import TEMPLATES, text_of
from treaty.agreement.layout import fmt
from treaty.agreement.rewriting import GONE, put, rewritten
from treaty.agreement.yamltext import Unreadable
from treaty.agreement.yamltree import parse

DRAFT = """\
# Ours, for the year.
agreement: Acme                                       # the name on the door
currency: EUR

goals:                                                # one number each
  # The one that pays us.
  - {id: pipeline, measure: pipeline_created, target: 1_200_000, per: quarter}   # both own it
  - {id: speed, measure: first_contact_hours_p90, at_most: 24, per: month}       # calls
stages:
  new: {owner: marketing, moves: [ready]}             # the door
  ready:
    owner: sales                                      # from here on
    moves: [new]
    enter:
      all:
        - touches: {kind: webinar_attended}           # they gave an hour
        - account: {employees: {at_least: 50}}        # smaller ones buy by themselves
# The end.
"""


def test_a_value_changes_and_its_comment_stays():
    text = put(DRAFT, {("goals", 0, "target"): 1_500_000, ("agreement",): "Acme and sons"})

    assert "agreement: Acme and sons                              # the name on the door" in text
    assert "- {id: pipeline, measure: pipeline_created, target: 1_500_000, per: quarter}  # both own it" in text
    assert text == fmt(text)
    assert _comments(text) == _comments(DRAFT)


def test_an_item_is_known_by_its_id_wherever_it_went():
    data = parse(DRAFT).data
    speed = {**data["goals"][1], "at_most": 12}
    text = rewritten(DRAFT, {**data, "goals": [speed, {"id": "new", "measure": "win_rate", "at_least": "30%", "per": "year"}]})

    line = next(line for line in text.splitlines() if "id: speed" in line)
    assert "at_most: 12" in line
    assert line.endswith("# calls")
    assert "# both own it" not in text  # its goal is gone
    assert "id: new, measure: win_rate, at_least: 30%, per: year" in text


def test_a_clause_put_between_leaves_those_around_it_alone():
    clauses = parse(DRAFT).data["stages"]["ready"]["enter"]["all"]
    text = put(DRAFT, {("stages", "ready", "enter", "all"): [clauses[0], {"person": {"seniority": {"in": ["vp"]}}}, clauses[1]]})

    rows = [line.strip() for line in text.splitlines()]
    first = next(i for i, row in enumerate(rows) if "webinar_attended" in row)
    assert rows[first].endswith("# they gave an hour")
    assert rows[first + 1] == "- person: {seniority: {in: [vp]}}"
    assert rows[first + 2].endswith("# smaller ones buy by themselves")


def test_a_part_comes_and_goes():
    more = put(DRAFT, {("lists", "few"): ["a.example"], ("sponsor",): "ada@acme.example", ("effective",): date(2027, 1, 1)})
    data = parse(more).data
    assert (data["lists"], data["sponsor"], data["effective"]) == ({"few": ["a.example"]}, "ada@acme.example", date(2027, 1, 1))

    less = put(more, {("lists",): GONE, ("sponsor",): GONE, ("effective",): GONE, ("nothing", "there"): GONE})
    assert less == fmt(DRAFT)


@pytest.mark.parametrize("path", [("goals", 7, "target"), ("agreement", "name"), ("goals", "first")])
def test_a_path_that_leads_nowhere_is_told(path: tuple[str | int, ...]):
    with pytest.raises(LookupError, match="there is no"):
        put(DRAFT, {path: 1})


def test_what_is_no_document_is_refused():
    with pytest.raises(Unreadable):
        rewritten("a: [", {})
    with pytest.raises(TypeError, match="cannot hold"):
        rewritten(DRAFT, {"agreement": 1.5})


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_same_content_is_the_same_document(name: str):
    assert rewritten(text_of(name), parse(text_of(name)).data) == fmt(text_of(name))


LEAVES = st.one_of(
    st.integers(-(10**9), 10**9), st.booleans(), st.none(), st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.decimals(0, 1000, places=2), st.sampled_from(["80%", "no", "12:30", "a, b", "it's", "# none", "30 days", "", " x ", "é: ü"]),
)  # fmt: skip
NAMES = st.sampled_from(["owner", "moves", "id", "rule", "at_least", "kind", "x", "y-z", "on"])
DATA = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12)
DOCUMENTS = st.dictionaries(st.sampled_from(["agreement", "goals", "stages", "lists", "z"]), DATA, min_size=1)


@given(DOCUMENTS, DOCUMENTS)
def test_any_content_becomes_any_other(first: dict[str, Any], second: dict[str, Any]):
    text = rewritten("agreement: x", first)
    assert _plain(parse(text).data) == _plain(first)
    again = rewritten(text, second)
    assert _plain(parse(again).data) == _plain(second)
    assert again == fmt(again)


@settings(max_examples=40)
@given(st.data())
def test_comments_stay_while_their_entries_do(data: st.DataObject):
    """One scalar of a template is changed: every comment is still there."""
    text = text_of(data.draw(st.sampled_from(sorted(TEMPLATES))))
    leaves = list(_leaves(parse(text).data, ()))
    path = data.draw(st.sampled_from(leaves))
    changed = put(text, {path: data.draw(st.sampled_from([7, "60 days", True]))})
    assert _comments(changed) == _comments(text)


def _leaves(data: Any, path: tuple[str | int, ...]) -> Any:
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else None
    if inside is None:
        yield path
    for step, value in inside or ():
        yield from _leaves(value, (*path, step))


def _comments(text: str) -> list[str]:
    """Comments of a document whose values hold no #."""
    return sorted(line[line.index("#") :].strip() for line in text.splitlines() if "#" in line and '"#' not in line)


def _plain(data: Any) -> Any:
    """Decimals as numbers, so that 2.00 and 2 are one."""
    if isinstance(data, dict):
        return {name: _plain(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_plain(item) for item in data]
    if isinstance(data, Decimal | int) and not isinstance(data, bool):
        return Decimal(data).normalize()
    return data
