"""From a table to a file and back: the same rows give the same bytes, and both forms of a score say the same."""

import json
import random

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.qualification.learning import invented
from tests.qualification.learning.test_learning_leakage import read
from treaty.engine.vocabulary import outside
from treaty.journal.canonical import canonical
from treaty.qualification.learning import train as whole
from treaty.qualification.learning.apply import apply, reasons
from treaty.qualification.learning.bins import Bins
from treaty.qualification.learning.document import as_data, written
from treaty.qualification.learning.document import read as read_model
from treaty.qualification.learning.figures import auc, tenths
from treaty.qualification.learning.measures import scored
from treaty.qualification.learning.model import Asked
from treaty.qualification.learning.outcome import outcome_of
from treaty.qualification.learning.points import Card, Signal, probability
from treaty.qualification.learning.tables import CannotLearn, read_column
from treaty.qualification.learning.train import train


@pytest.fixture(scope="module")
def courses():
    made = invented.courses(4000)
    table = read(made.columns)
    return table, train(table, Asked(made.outcome, made.positive, rising=("horas en la web",), segment="ciudad"))


def test_the_same_rows_in_another_order_give_the_same_bytes(courses):
    table, model = courses
    order = list(range(table.num_rows))
    random.Random(5).shuffle(order)
    again = train(table.take(order), model.asked)
    assert written(again) == written(model)


def test_a_model_reads_back_as_it_was_written(courses):
    _, model = courses
    text = written(model)
    again = read_model(text)
    assert again.card == model.card
    assert again.verdicts == model.verdicts
    assert written(again) == text
    data = json.loads(text)
    assert data["format"] == "treaty-score/1"
    canonical(data)  # whole numbers and texts only
    assert text.startswith('{"format"')


def test_a_warning_stands_on_the_first_line_of_the_file(courses):
    table, model = courses
    forced = train(table, Asked("resultado", keep=("estado del lead",)))
    assert written(forced).splitlines()[0].startswith('{"warning": "WARNING: leaks were forced into this score: estado del lead')
    assert read_model(written(forced)).warning == forced.warning
    assert forced.figures.auc.value > model.figures.auc.value


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace('"base": ', '"base": 1'), "not as it was written"),
        (lambda text: text[:-40], "this is no model"),
        (lambda text: text.replace("treaty-score/1", "treaty-score/9"), "no model of the format"),
        (lambda text: "[]", "no model of the format"),
    ],
)
def test_a_model_that_was_changed_is_refused(courses, change, says):
    with pytest.raises(CannotLearn, match=says):
        read_model(change(written(courses[1])))


def test_a_score_holds_on_rows_it_never_met(courses):
    _, model = courses
    made = invented.courses(8000, seed=9)
    won = np.array([row[made.outcome] == made.positive for row in made.rows])
    found = apply(model, read(made.columns))
    told = auc(won, found.probability)
    assert told.low < model.figures.auc.value < told.high + 0.02
    # 240 conversions taught it and some 450 happened: three standard errors of both are a quarter
    assert found.probability.sum() == pytest.approx(won.sum(), rel=0.25)
    assert found.told == ()


def test_points_add_up_to_the_total_a_person_would_reach(courses):
    table, model = courses
    row = {name: table.column(name)[17].as_py() for name in table.column_names}
    total = model.card.base
    for signal in as_data(model)["signals"]:
        value = row[signal["column"]]
        total += next(each["points"] for each in reversed(signal["bins"]) if holds(each, value, signal["kind"]))
    assert total == apply(model, table).points[17]


def holds(each, value, kind):
    """By what the file says alone: the last bin that begins at or below a number, or the levels."""
    if value is None:
        return "not_known" in each
    if kind == "number":
        return "not_known" not in each and value >= float(each.get("from", "-inf"))
    return value in each.get("levels", ())


def test_the_asked_direction_is_kept(courses):
    hours = next(signal for signal in courses[1].card.signals if signal.name == "horas en la web")
    values = hours.points[: hours.bins.cells]
    assert list(values) == sorted(values)
    assert values[-1] > values[0]


def test_what_training_never_saw_is_told_and_gets_the_mean(courses):
    model = courses[1]
    new = pa.table({"origen": ["Amigo", "Radio", None], "edad": pa.array([30.0, None, 31.0])})
    found = apply(model, new)
    origen = next(signal for signal in model.card.signals if signal.name == "origen")
    assert any(said.startswith("origen: 1 rows have a level training never saw ('Radio')") for said in found.told)
    assert any(said.startswith("origen: 1 rows hold nothing") for said in found.told)
    assert any(said.startswith("horas en la web: the column is missing") for said in found.told)
    others = sum(signal.unseen for signal in model.card.signals if signal.name not in ("origen", "edad"))
    edad = next(signal for signal in model.card.signals if signal.name == "edad")
    assert found.points[1] == model.card.base + origen.unseen + edad.unseen + others


def test_new_levels_are_told_apart_from_rare_ones():
    draw = np.random.default_rng(3)
    source = draw.choice(["a", "b", "rare"], 1000, p=[0.5, 0.495, 0.005])
    model = train({"source": source.tolist(), "won": (draw.random(1000) < np.where(source == "a", 0.6, 0.3)).tolist()}, Asked("won"))
    [signal] = read_model(written(model)).card.signals
    assert (signal.bins.rare, signal.bins.labels()) == (("rare",), ["a", "b", "any other"])
    assert apply(model, {"source": ["rare", "b"]}).told == ()
    [said] = apply(model, {"source": ["rare", "new", "b"]}).told
    assert said == f"source: 1 rows have a level training never saw ('new'); they get {signal.points[2]:+d}, as any other"


def test_a_table_without_one_column_of_the_model_is_refused(courses):
    with pytest.raises(CannotLearn, match="none of the model's columns"):
        apply(courses[1], {"x": [1]})


def test_reasons_name_what_counted_most():
    card = Card(
        90,
        (Signal(Bins("source", "levels", levels=(("ads",), ("fair",))), (0, 12), 3), Signal(Bins("n", "number", cuts=(5.0,)), (-4, 0), -2)),
    )
    columns = {"source": read_column("source", pa.array(["fair", "ads"])), "n": read_column("n", pa.array([1, 9]))}
    assert reasons(card, columns, 2) == ["source fair +12; n below 5 -4", ""]


LEVELS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=4), min_size=1, max_size=5, unique=True
)


@st.composite
def cards(draw):
    signals = []
    for name in ("a", "b", "c")[: draw(st.integers(1, 3))]:
        has_blank = draw(st.booleans())
        if draw(st.booleans()):
            cuts = sorted(draw(st.sets(st.integers(-5, 5).map(lambda n: n / 2), max_size=4)))
            bins = Bins(name, "number", cuts=tuple(cuts), has_blank=has_blank)
        else:
            words = sorted({word.strip(" \t\n\r\v\f") for word in draw(LEVELS)} - {""})
            bins = Bins(name, "levels", levels=tuple((word,) for word in words), has_other=draw(st.booleans()), has_blank=has_blank)
        points = draw(st.lists(st.integers(-40, 40), min_size=bins.count, max_size=bins.count))
        signals.append(Signal(bins, tuple(points), draw(st.integers(-9, 9))))
    return Card(draw(st.integers(0, 150)), tuple(signals))


@settings(max_examples=60)
@given(cards(), st.data())
def test_the_expression_says_what_the_plain_form_says(card, data):
    columns = {}
    for signal in card.signals:
        if signal.bins.kind == "number":
            values = st.none() | st.integers(-6, 6).map(lambda n: n / 2)
            columns[signal.name] = pa.array(data.draw(st.lists(values, min_size=6, max_size=6)), pa.float64())
        else:
            words = [word for spellings in signal.bins.levels for word in spellings]
            values = (
                st.none()
                | st.sampled_from([*words, "", " ", "never seen"])
                | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=3)
            )
            columns[signal.name] = pa.array(data.draw(st.lists(values, min_size=6, max_size=6)), pa.string())
    left_out = data.draw(st.sampled_from(["", card.signals[0].name])) if len(card.signals) > 1 else ""
    table = pa.table({"row": pa.array(range(6)), **{name: values for name, values in columns.items() if name != left_out}})
    wanted = card.total(
        {name: read_column(name, table.column(name), kind_of(card, name)) for name in table.column_names if name != "row"}, 6
    )
    expression = scored(ibis.memtable(table), card)
    found = ibis.duckdb.connect().to_pyarrow(expression.order_by("row"))
    assert found.column("points").to_pylist() == wanted.tolist()
    assert found.column("probability").to_pylist() == pytest.approx(probability(wanted).tolist(), rel=1e-12)
    assert outside(expression) == set() or outside(expression) == {"InMemoryTable"}


def kind_of(card, name):
    return next(signal.bins.kind for signal in card.signals if signal.name == name)


@pytest.mark.parametrize(
    ("values", "positive", "won"),
    [
        ([1, 0, None, 1], "", [True, False, False, True]),
        (["Yes", "no", "yes", ""], "", [True, False, True, False]),
        (["Won", "Lost", None], "", [True, False, False]),
        (["Closed Won", "Closed Lost"], "", [True, False]),
        (["ja", "nein"], "", [True, False]),
        (["red", "blue", "RED"], "Red", [True, False, True]),
        ([2, 5, 5], "5", [False, True, True]),
        ([True, False], "", [True, False]),
    ],
)
def test_who_converted_is_read_in_many_spellings(values, positive, won):
    found = outcome_of(read_column("won", pa.array(values)), positive)
    assert found.converted.tolist() == won
    assert found.known.tolist() == [value not in (None, "") for value in values]


@pytest.mark.parametrize(
    ("values", "positive", "says"),
    [
        (["red", "blue"], "", "say with --positive which of these"),
        (["won", "lost", "open"], "", "say with --positive"),
        (["open", "closed"], "", "say with --positive"),
        (["won", "lost"], "gone", "is never 'gone': its values are 'lost', 'won'"),
        (["won", "won"], "", "one value only: 'won'"),
        ([None, None], "", "holds nothing"),
        ([3, 4], "", "say with --positive"),
    ],
)
def test_an_outcome_that_cannot_be_told_is_asked_for(values, positive, says):
    with pytest.raises(CannotLearn, match=says):
        outcome_of(read_column("won", pa.array(values, pa.string() if values[0] is None else None)), positive)


def test_rows_without_an_outcome_are_left_aside():
    made = invented.courses(2000)
    columns = made.columns
    columns["resultado"] = [value if n % 10 else None for n, value in enumerate(columns["resultado"])]
    model = train(read(columns), Asked("resultado"))
    assert (model.rows, model.left_aside) == (1800, 200)


def test_of_a_very_long_table_some_rows_are_drawn_the_same_in_any_order(monkeypatch):
    monkeypatch.setattr(whole, "MOST_ROWS", 1500)
    table = read(invented.courses(4000).columns)
    model = train(table, Asked("resultado"))
    assert (model.rows, model.known) == (1500, 4000)
    assert written(train(table.take(list(range(4000))[::-1]), Asked("resultado"))) == written(model)


def test_by_time_the_newest_are_judged_by_what_is_older_and_months_and_agreed_points_are_told():
    made = invented.software(3000, seed=4)
    columns = made.columns
    draw = np.random.default_rng(1)
    columns["agreed"] = [str(round(draw.normal(20 * (row["source"] == "Referral"), 10))) for row in made.rows]
    model = train(read(columns), Asked("won", time="created", agreed="agreed"))
    told = model.figures
    newest = sorted(row["created"] for row in made.rows)[2250]
    assert (told.by, told.since) == ("time", newest)
    assert told.rows == sum(row["created"] >= newest for row in made.rows)
    assert [part.label for part in told.months] == sorted({row["created"][:7] for row in made.rows if row["created"] >= newest})
    assert sum(part.rows for part in told.months) == told.rows
    assert told.beside.auc.value < told.auc.value
    assert told.beside.more.low > 0
    assert "agreed" not in {signal.name for signal in model.card.signals}


def towns(seed, rows=6000):
    """Three towns with 20, 50 and 80 of a hundred, and a number that says nothing."""
    draw = np.random.default_rng(seed)
    town = draw.integers(0, 3, rows)
    won = draw.random(rows) < np.array([0.2, 0.5, 0.8])[town]
    return {"town": [f"t{at}" for at in town], "noise": draw.normal(size=rows).tolist()}, won


def test_a_running_number_tells_time_too():
    columns, won = towns(3, 2000)
    model = train({**columns, "nr": list(range(2000)), "won": won.tolist()}, Asked("won", time="nr"))
    assert (model.figures.by, model.figures.since, model.figures.rows, model.figures.months) == ("time", "nr 1500", 500, ())
    assert "nr" not in {one.name for one in model.verdicts}


def test_calibration_holds_where_the_truth_is_known():
    columns, won = towns(12)
    model = train({**columns, "won": won.tolist()}, Asked("won"))
    assert model.figures.ratio == pytest.approx(1, abs=0.02)
    new, happened = towns(13)
    parts = tenths(happened, apply(model, new).probability)
    assert sum(part.is_off for part in parts) <= 1
    chances = apply(model, {"town": ["t0", "t1", "t2"], "noise": [0.0, 0.0, 0.0]}).probability
    assert chances.tolist() == pytest.approx([0.2, 0.5, 0.8], abs=0.05)
