"""Every model against a plain loop and exact fractions, on random journeys."""

from datetime import timedelta
from fractions import Fraction

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attribution import slow
from tests.often import often
from treaty.attribution.chain import MOST_STATES, Chain, TooManyStates, removal_effects
from treaty.attribution.credit import UNATTRIBUTED, Credit, UnknownModel
from treaty.attribution.given import MOST_NUMBERED
from treaty.attribution.library import Terms, Unfit, attribute
from treaty.attribution.weights import RULES, rule

MICRO = timedelta(microseconds=1)
CHANNELS = ("direct", "email", "paid search", "webinar")


@st.composite
def journeys(draw):
    """(touches, conversions): a few journeys whose touches never share a moment, some of them converting, once or twice."""
    touches, conversions = [], []
    for journey in "abcd"[: draw(st.integers(1, 4))]:
        moments = draw(st.lists(st.integers(0, 60), unique=True, max_size=6))
        touches += [(journey, draw(st.sampled_from(CHANNELS)), at) for at in moments]
        for at in draw(st.lists(st.integers(5, 70), unique=True, max_size=2)):
            lead, opportunity = draw(st.none() | st.integers(0, 60)), draw(st.none() | st.integers(0, 60))
            value = draw(st.integers(0, 90))
            conversions.append({"journey": journey, "at": at, "value": value, "lead": lead, "opportunity": opportunity})
    return touches, conversions


def tables(touches, conversions):
    names = ("journey", "channel", "at")
    first = pa.table({name: pa.array([t[i] for t in touches], pa.int64() if name == "at" else pa.string()) for i, name in enumerate(names)})
    columns = {"journey": pa.string(), "at": pa.int64(), "value": pa.float64()}
    told = {name: pa.array([c[name] for c in conversions], kind) for name, kind in columns.items()}
    told |= {f"{name}_at": pa.array([c[name] for c in conversions], pa.int64()) for name in ("lead", "opportunity")}
    return first, pa.table(told)


def value_of(found, model):
    return {row.channel: row.value for row in found if row.model == model and row.channel != UNATTRIBUTED}


def near(found, expected):
    names = {*found, *expected}
    return all(found.get(name, 0.0) == pytest.approx(float(expected.get(name, 0)), rel=1e-9, abs=1e-9) for name in names)


@settings(max_examples=often(25, 400), deadline=None)
@given(journeys(), st.none() | st.integers(1, 40), st.booleans())
def test_models_by_place_are_a_plain_loop(drawn, lookback, respread):
    touches, conversions = drawn
    models = list(slow.SHARES)
    terms = Terms(lookback * MICRO if lookback else None, respread=respread)
    found = attribute(*tables(touches, conversions), models=models, terms=terms)
    for model in models:
        assert near(value_of(found, model), slow.by_place(touches, conversions, model, lookback, respread=respread)), model


@settings(max_examples=often(15, 200), deadline=None)
@given(journeys())
def test_credit_and_what_is_unattributed_are_all_there_is(drawn):
    touches, conversions = drawn
    found = attribute(*tables(touches, conversions), models=[*RULES, "shapley"], terms=Terms(respread=False))
    for model in (*RULES, "shapley"):
        mine = [row for row in found if row.model == model]
        if mine:
            assert sum(row.value for row in mine) == pytest.approx(sum(c["value"] for c in conversions))
            assert sum(row.conversions for row in mine) == pytest.approx(len(conversions))


@settings(max_examples=often(20, 300), deadline=None)
@given(journeys(), st.integers(1, 40))
def test_time_decay_is_a_plain_loop(drawn, half_life):
    found = attribute(*tables(*drawn), models=["time_decay"], terms=Terms(half_life=half_life * MICRO))
    assert near(value_of(found, "time_decay"), slow.time_decay(*drawn, half_life))


paths = st.lists(
    st.tuples(st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=5), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=8
)


def written(drawn):
    worth = [won * 10.0 for _, won, _ in drawn]
    return pa.table(
        {"path": [" > ".join(p) for p, _, _ in drawn], "n": [float(w) for _, w, _ in drawn], "lost": [float(x) for _, _, x in drawn],
         "value": worth}
    )  # fmt: skip


@settings(max_examples=often(30, 500), deadline=None)
@given(paths, st.integers(1, 3))
def test_markov_is_the_exact_absorbing_chain(drawn, order):
    found = attribute(written(drawn), models=["markov"], order=order)
    total = sum(won for _, won, _ in drawn)
    expected = {channel: share * total for channel, share in slow.markov(drawn, order).items()}
    assert near({row.channel: row.conversions for row in found if row.channel != UNATTRIBUTED}, expected)


@settings(max_examples=often(25, 300), deadline=None)
@given(paths)
def test_shapley_is_the_brute_force_over_all_orders(drawn):
    found = attribute(written(drawn), models=["shapley"])
    expected = slow.shapley([(channels, Fraction(won)) for channels, won, _ in drawn])
    assert near({row.channel: row.conversions for row in found}, expected)


@settings(max_examples=often(25, 300), deadline=None)
@given(journeys(), st.none() | st.integers(1, 40))
def test_shapley_of_touches_is_the_brute_force_over_all_orders(drawn, lookback):
    touches, conversions = drawn
    found = attribute(*tables(touches, conversions), models=["shapley"], terms=Terms(lookback * MICRO if lookback else None))
    sets = [([touch[1] for touch in slow.counted(touches, c, lookback)], Fraction(c["value"])) for c in conversions]
    assert near(value_of(found, "shapley"), slow.shapley([one for one in sets if one[0]]))


def test_a_chain_worked_by_hand():
    """Performance facts 1.2: A>B 1 conversion 1 loss; B 1 and 3; A>A>B 0 and 2; A 1 and 1; B>A 1 and 0."""
    chain = Chain()
    for path, won, lost in [("AB", 1, 1), ("B", 1, 3), ("AAB", 0, 2), ("A", 1, 1), ("BA", 1, 0)]:
        before = ("",)
        for channel in path:
            chain.step(before, channel, won + lost)
            before = (channel,)
        chain.end(before, won)
    chance, effects = removal_effects(chain)
    assert chance == pytest.approx(4 / 11)
    assert effects == {"A": pytest.approx(13 / 18), "B": pytest.approx(4 / 7)}


def test_what_came_after_a_conversion_is_a_path_of_its_own_that_was_lost():
    touches = pa.table({"journey": ["a"] * 3, "channel": ["x", "y", "z"], "at": [1, 3, 5]})
    found = attribute(touches, pa.table({"journey": ["a"], "at": [3]}), models=["markov"])
    expected = slow.markov([(["x", "y"], 1, 0), (["z"], 0, 1)])
    assert near({row.channel: row.conversions for row in found}, expected)


@pytest.mark.parametrize("times", [1, 3])
def test_a_path_counts_as_often_as_its_conversion_says(times):
    touches = pa.table({"journey": ["a", "a", "b", "c"], "channel": ["x", "y", "y", "x"], "at": [1, 2, 1, 1]})
    won = pa.table({"journey": ["a", "d"], "at": [2, 5], "n": [times, times], "value": [10.0, 5.0]})
    found = attribute(touches, won, models=["markov"])
    expected = slow.markov([(["x", "y"], times, 0), (["y"], 0, 1), (["x"], 0, 1)])
    assert near(value_of(found, "markov"), {channel: share * 10 for channel, share in expected.items()})
    assert Credit("markov", UNATTRIBUTED, times, 5.0) in found  # nobody touched d


@pytest.mark.parametrize("channels", [3, MOST_NUMBERED + 1])
def test_channels_go_by_their_names_however_many_there_are(channels):
    names = [f"channel {number}" for number in range(channels - 1)] + ["Direct"]
    touches = pa.table({"journey": ["a"] * channels, "channel": names, "at": range(channels)})
    found = attribute(touches, pa.table({"journey": ["a"], "at": [channels], "value": [10.0]}), models=["markov", "last_non_direct"])
    assert near(value_of(found, "markov"), dict.fromkeys(names, 10 / channels))
    assert {channel for channel, value in value_of(found, "last_non_direct").items() if value} == {names[-2]}


def test_touches_that_name_no_channel_are_one_channel():
    touches = pa.table({"journey": ["a", "b", "c"], "channel": ["", None, "(none)"], "at": [1, 1, 1]})
    found = attribute(touches, pa.table({"journey": ["a", "b", "c"], "at": [2, 2, 2]}), models=["markov", "linear"])
    assert [(row.channel, row.conversions) for row in found] == [("(none)", pytest.approx(3)), ("(none)", pytest.approx(3))]


def test_touches_of_one_moment_go_by_their_rows_in_every_model():
    touches = pa.table({"journey": ["a"] * 3, "channel": ["z", "y", "x"], "at": [1, 1, 1]})
    won = pa.table({"journey": ["a"], "at": [1], "value": [10.0]})
    found = attribute(touches, won, models=["first_touch", "last_touch", "markov"])
    assert value_of(found, "first_touch") == {"x": 0, "y": 0, "z": 10}
    assert value_of(found, "last_touch") == {"x": 10, "y": 0, "z": 0}
    assert near(value_of(found, "markov"), {c: share * 10 for c, share in slow.markov([(["z", "y", "x"], 1, 0)]).items()})


@settings(max_examples=often(8, 60), deadline=None)
@given(journeys(), st.none() | st.integers(1, 40))
def test_parquet_files_answer_as_the_tables_they_hold(tmp_path_factory, drawn, lookback):
    """With moments instead of microseconds, and numbers instead of texts for the journeys."""
    folder, models, terms = tmp_path_factory.mktemp("given"), [*RULES, "markov", "shapley"], Terms(lookback * MICRO if lookback else None)
    given_ = tables(*drawn)
    for name, table in zip(("touches", "won"), given_, strict=True):
        columns = {
            column: table[column].cast(pa.timestamp("us")) if column.endswith("at") else table[column] for column in table.column_names
        }
        columns["journey"] = pa.array(["abcd".index(journey) for journey in table["journey"].to_pylist()], pa.int32())
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    found = attribute(folder / "touches.parquet", folder / "won.parquet", models=models, terms=terms)
    expected = attribute(*given_, models=models, terms=terms)
    assert [row[:2] for row in found] == [row[:2] for row in expected]
    assert [row.value for row in found] == pytest.approx([row.value for row in expected], abs=1e-9)


@settings(max_examples=often(30, 400), deadline=None)
@given(journeys(), st.none() | st.integers(1, 40), st.integers(1, 3))
def test_the_stretches_of_the_chain_are_a_plain_loops(drawn, lookback, order):
    touches, conversions = drawn
    terms = Terms(lookback * MICRO if lookback else None)
    found = attribute(*tables(touches, conversions), models=["markov"], terms=terms, order=order)
    stretches = slow.stretches(touches, conversions, lookback)
    shares, total = slow.markov(stretches, order) if stretches else {}, sum(won for _, won, _ in stretches)
    wanted = {channel: share * total for channel, share in shares.items()}
    assert near({row.channel: row.conversions for row in found if row.channel != UNATTRIBUTED}, wanted)


def test_a_model_of_ones_own_is_its_shares():
    touches = pa.table({"journey": ["a"] * 4, "channel": ["w", "x", "y", "z"], "value": [0.0, 0.0, 0.0, 100.0]})
    found = attribute(touches, models=["custom"], weights=rule({"first_touch": 0.5, "last_touch": 0.1, "rest": 0.4}))
    assert value_of(found, "custom") == {"w": 50, "x": 20, "y": 20, "z": pytest.approx(10)}


@pytest.mark.parametrize(
    ("columns", "given_", "says"),
    [
        ({"journey": ["a"], "value": [1.0]}, {"models": ["linear"]}, "nothing says the channel of a touch"),
        ({"journey": ["a"], "channel": ["x"]}, {"models": ["linear"]}, "nothing says which journeys converted"),
        ({"journey": ["a"], "channel": ["x"], "value": [1.0]}, {"models": ["time_decay"]}, "the table has no times"),
        ({"path": ["x"], "n": [1.0]}, {"models": ["linear"], "terms": Terms(lookback=timedelta(days=1))}, "the table has no times"),
    ],
)
def test_what_cannot_be_answered_is_said(columns, given_, says):
    with pytest.raises(Unfit, match=says):
        attribute(pa.table(columns), **given_)


def test_an_unknown_model_is_told_the_others():
    with pytest.raises(UnknownModel, match=r"'foo' is no model: use first_touch, .*shapley"):
        attribute(pa.table({"path": ["x"], "n": [1.0]}), models=["foo"])


def test_a_chain_too_large_says_so():
    chain = Chain(2)
    for number in range(MOST_STATES + 1):
        chain.step(("", ""), str(number), 1)
    with pytest.raises(TooManyStates, match="use a lower order"):
        removal_effects(chain)


@pytest.mark.parametrize("shares", [{"first_touch": 0.5}, {"first_touch": 1.5, "rest": -0.5}, {"nothing": 1.0}])
def test_shares_that_make_no_model_are_refused(shares):
    with pytest.raises(ValueError, match=r"share|anchor"):
        rule(shares)
