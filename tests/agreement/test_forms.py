"""The document as forms: one that nobody touched says the same again, and a press changes what it names and no more."""

from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agreement.filling import sent
from tests.parties import EXAMPLE
from treaty.agreement.beginning import TEMPLATES, text_of
from treaty.agreement.check import examine
from treaty.agreement.conditions import FIELDS, TOUCH_FIELDS, Condition
from treaty.agreement.forms import parts, tree, tree_asked
from treaty.agreement.forms.kinds import Part, Tree, fields_of, kind_at
from treaty.agreement.forms.state import Twice, data_of, same, state_of
from treaty.agreement.forms.written import Unfit
from treaty.agreement.layout import fmt
from treaty.agreement.rewriting import put
from treaty.agreement.terms import Terms
from treaty.agreement.terms_credit import Attribution
from treaty.agreement.yamltree import parse

DOCUMENTS = {"the example": EXAMPLE, **{name: text_of(name) for name in TEMPLATES}}


@cache
def around(text):
    return parts.around(examine(text), parse(text).data, [("kim@acme.example", "Kim")])


def asked(piece, state, text=EXAMPLE):
    return parts.questions(piece, state, around(text))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_form_nobody_touched_changes_nothing(name):
    text = DOCUMENTS[name]
    data = parse(text).data
    for piece in parts.PIECES:
        came = parts.sent(piece, sent(asked(piece, parts.shown(piece, data), text)).items())
        assert parts.written(piece, came, data) == {}, piece.name


def test_every_field_of_the_document_is_in_one_part():
    fields = [field for piece in parts.PIECES for field in piece.fields]
    assert sorted(fields) == sorted(one.name for one in fields_of(Terms))
    assert parts.field_owner("signatories") == "start"
    with pytest.raises(LookupError, match="there is no part 'nothing'"):
        parts.piece_of("nothing")


words = st.text("abcXYZ 0159,.:'\"#{}[]-_%é&*!|>", min_size=1, max_size=12).filter(lambda text: text.strip() == text)
tests = st.one_of(
    st.fixed_dictionaries({"is": st.one_of(words, st.integers(-9, 99), st.booleans())}),
    st.fixed_dictionaries({"in": st.lists(st.one_of(words, st.integers(0, 9), st.booleans()), min_size=1, max_size=3)}),
    st.fixed_dictionaries({"at_least": st.one_of(st.integers(0, 10**6), st.decimals("0.1", "99", places=1).map(Decimal))}),
    st.fixed_dictionaries({"contains": words}),
    st.just({"known": True}),
)
KINDS = ["page_view", "webinar_attended", "booth_visit"]
touches = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.one_of(st.sampled_from(KINDS), st.lists(st.sampled_from(KINDS), unique=True)),
        "where": st.dictionaries(st.sampled_from(TOUCH_FIELDS), tests, max_size=2),
        "by": st.sampled_from(["person", "account"]),
        "at_least": st.integers(1, 9),
        "within": st.sampled_from(["30 days", "2 hours"]),
    },
)  # fmt: skip
leaves = st.fixed_dictionaries(
    {},
    optional={"touches": touches, **{on: st.dictionaries(st.sampled_from(FIELDS[on]), tests, max_size=2) for on in ("person", "account")}},
)
trees = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda own, groups: {**groups, **own},
        leaves,
        st.fixed_dictionaries({}, optional={group: st.lists(inner, min_size=1, max_size=3) for group in tree.GROUPS}),
    ),
    max_leaves=6,
)


def _full(data):
    """Without mappings that ask nothing: a form has no line for them."""
    kept = {name: [_full(one) for one in value] if isinstance(value, list) else value for name, value in data.items()}
    kept = {name: value for name, value in kept.items() if value != {} or name == "touches"}
    if kept.get("touches", {}).get("where") == {}:
        kept["touches"] = {name: value for name, value in kept["touches"].items() if name != "where"}
    return kept


@settings(max_examples=200)
@given(trees)
def test_any_condition_survives_being_asked_and_answered(data):
    """What the browser sends of the builder's lines is the condition again, to the quotes of a word that looks like a number."""
    state = state_of(Tree(), data)
    question = asked(
        parts.piece_of("profile"), {"profile": {**{one.name: None for one in fields_of(kind_at("profile").model)}, "accounts": state}}
    )
    came = parts.sent(parts.piece_of("profile"), sent(question).items())["profile"]["accounts"]
    assert same(data_of(Tree(), came), _full(data))


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("agreement", 5), ("goals", {"id": "one"}), ("goals", ["revenue"]), ("goals", [None]), ("sponsor", ["a@b.example"]),
        ("profile", {"accounts": {"account": {"employees": {"at_least": 5, "at_most": 9}}}}), ("profile", {"colour": "red"}),
        ("profile", {"accounts": {"all": {"person": {}}}}), ("profile", {"accounts": {"touches": {"often": 3}}}),
    ],
)  # fmt: skip
def test_what_a_form_would_lose_is_left_to_the_text(field, data):
    with pytest.raises(Unfit):
        state_of(kind_at(field), data)


def pressed(name, *presses, text=EXAMPLE):
    piece = parts.piece_of(name)
    state = parts.shown(piece, parse(text).data)
    for press in presses:
        state = parts.pressed(piece, state, press)
    return piece, state


def test_a_row_is_added_moved_and_taken_away():
    before = parse(EXAMPLE).data["goals"]
    piece, state = pressed("goals", "add:goals", f"up:goals.{len(before)}", "drop:goals.0")
    now = parts.written(piece, state, {"goals": before})[("goals",)]
    assert now == [*before[1:-1], {}, before[-1]]


def test_a_promise_begins_with_what_its_kind_asks():
    _, state = pressed("promises", "add:promises.sales:answer")
    shown = asked(parts.piece_of("promises"), state)[0]
    sales = next(part for part in shown.parts if part.name == "promises.sales")
    row = sales.rows[-1].inside
    assert [part.name.rpartition(".")[2] for part in row.parts] == ["id", "answer", "within", "in", "calendar"]
    assert sales.adds[0] == ("add:promises.sales:deliver", "So many leads, or so much")


def test_a_condition_grows_by_presses_and_reads_as_a_sentence():
    at = "stages.2.of.enter"  # marketing_qualified
    _, state = pressed("stages", f"drop:{at}", f"add:{at}:account", f"add:{at}.none:touches")
    node = state["stages"][2][1]["enter"]
    node["clauses"][0]["value"] = "1,000"
    node["none"][0]["clauses"][0]["kinds"] = ["unsubscribed"]
    assert data_of(Tree(), node) == {
        "none": [{"touches": {"kind": "unsubscribed", "at_least": 1, "within": "30 days"}}], "account": {"employees": {"at_least": 1000}}
    }  # fmt: skip
    question = asked(parts.piece_of("stages"), state)[0].rows[2].inside
    says = next(part.says for part in question.parts if part.name == at)
    assert says == "a company of 1,000 or more people and none of this: at least one cancelled subscription in the last 30 days"


def test_two_looks_at_one_field_stand_beside_each_other():
    bounds = [
        {"on": "account", "field": "employees", "test": test, "value": value} for test, value in (("at_least", "50"), ("at_most", "500"))
    ]
    data = data_of(Tree(), {**tree.EMPTY, "clauses": bounds})
    assert data == {"account": {"employees": {"at_least": 50}}, "all": [{"account": {"employees": {"at_most": 500}}}]}
    Condition.model_validate(data)


@pytest.mark.parametrize(
    "press", ["add:nothing", "drop:goals.99", "up:goals.x", "drop:", "add:goals.0.id.more", "lay:attribution", "explode:goals"]
)
def test_a_press_on_what_is_not_there_changes_nothing(press):
    piece, state = pressed("goals", press)
    assert parts.written(piece, state, parse(EXAMPLE).data) == {}


def test_two_parts_of_one_name_are_told_of():
    piece, state = pressed("handoff", "add:handoff.pools")
    state["handoff"]["pools"][-1][0] = state["handoff"]["pools"][0][0]
    with pytest.raises(Twice, match="is there twice: give one of them another name"):
        parts.written(piece, state, parse(EXAMPLE).data)


def credit(**more):
    state = {one.name: None for one in fields_of(Attribution)} | {"model": "w_shaped", "lookback": "90 days"}
    return {"attribution": state | more}


@settings(max_examples=100)
@given(st.lists(st.integers(0, 40), min_size=3, max_size=3))
def test_weights_always_make_the_whole(figures):
    rows = [[name, f"{figure}%"] for name, figure in zip(("first_touch", "lead_created", "opportunity_created"), figures, strict=True)]
    piece = parts.piece_of("attribution")
    came = parts.sent(piece, sent(asked(piece, credit(weights=[*rows, ["rest", "1%"]]))).items())
    shares = [int(line.rstrip("%")) for _, line in came["attribution"]["weights"]]
    assert shares[:-1] == figures
    assert sum(shares) == (100 if sum(figures) <= 100 else sum(figures) + 1)  # more than the whole is left for the check to refuse


def test_another_model_lays_out_its_own_anchors():
    """W-shaped 30, 30, 30 and the rest 10; Z-shaped has the close too, at nothing until somebody gives it a share."""
    weights = [["first_touch", "30%"], ["lead_created", "30%"], ["opportunity_created", "30%"], ["rest", "10%"]]
    piece = parts.piece_of("attribution")
    z = parts.pressed(piece, credit(model="z_shaped", weights=weights), "lay:attribution")["attribution"]["weights"]
    assert z == [*weights[:3], ["opportunity_closed", "0%"], ["rest", "10%"]]
    assert parts.pressed(piece, credit(model="linear", weights=weights), "lay:attribution")["attribution"]["weights"] is None
    more = parts.pressed(piece, credit(model="custom", weights=weights), "weigh:attribution:last_touch")["attribution"]["weights"]
    assert more == [*weights[:3], ["last_touch", "0%"], ["rest", "10%"]]


def test_what_a_form_says_goes_into_the_document_with_its_comments():
    data = parse(EXAMPLE).data
    piece = parts.piece_of("start")
    state = parts.shown(piece, data) | {"sponsor": "kim@acme.example", "steward": ""}
    text = put(EXAMPLE, parts.written(piece, state, data))
    assert "sponsor: kim@acme.example" in text
    assert "steward:" not in text
    kept = [line for line in fmt(EXAMPLE).splitlines() if "steward:" not in line and "sponsor:" not in line]
    assert [line for line in text.splitlines() if "sponsor:" not in line] == kept


def test_a_part_has_another_digest_when_it_says_something_else():
    goals, data = parts.piece_of("goals"), parse(EXAMPLE).data
    changed = {**data, "goals": data["goals"][1:]}
    assert parts.digest(goals, data) != parts.digest(goals, changed)
    assert parts.digest(parts.piece_of("stages"), data) == parts.digest(parts.piece_of("stages"), changed)


def test_kinds_of_parts_are_all_known_to_the_templates():
    """`filling.sent` walks every question of a document that says everything and fails on a kind no template has."""
    for one in fields_of(Terms):
        if isinstance(one.kind, Part):
            assert (
                sent(
                    asked(
                        parts.piece_of(parts.field_owner(one.name)),
                        dict.fromkeys(parts.piece_of(parts.field_owner(one.name)).fields),
                    )
                )
                is not None
            )


def test_every_test_the_document_knows_can_be_chosen():
    assert {test for test, _ in tree_asked.TESTS} == set(tree.TESTS)
