"""Planted leaks are found, honest strong signals stay, and chance alone convicts nobody."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from tests.qualification.learning import invented
from treaty.connectors.files.typed import typed
from treaty.qualification.learning.evidence import alone, beats, decides, fill_tells, settles
from treaty.qualification.learning.leakage import KEPT, REFUSED, SUSPECT
from treaty.qualification.learning.model import Asked
from treaty.qualification.learning.tables import CannotLearn
from treaty.qualification.learning.train import train


def read(columns):
    texts = {name: pa.array([None if value is None else str(value) for value in values], pa.string()) for name, values in columns.items()}
    return typed(pa.table(texts)).table


def verdicts(model):
    return {one.name: one for one in model.verdicts}


@pytest.mark.parametrize("name", invented.SETS)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_planted_leak_is_refused_or_suspect_and_every_honest_signal_is_used(name, seed):
    made = invented.SETS[name](seed=seed)
    told = verdicts(train(read(made.columns), Asked(made.outcome, made.positive, **made.asked)))
    assert [leak for leak in made.leaks if told[leak].verdict == KEPT] == []
    assert [honest for honest in made.honest if not told[honest].is_used] == []


@pytest.mark.parametrize(
    ("name", "leaks"),
    [
        ("software", ("minutes spoken", "lost reason", "plan")),
        ("machines", ("Absagegrund", "Angebotswert", "Feld 7")),
        ("courses", ("estado del lead", "grupo")),
    ],
)
def test_what_numbers_show_needs_no_names(name, leaks):
    made = invented.SETS[name](seed=3)
    neutral = {header: f"c{at:02d}" for at, header in enumerate(made.columns)}
    told = verdicts(
        train(read({neutral[header]: values for header, values in made.columns.items()}), Asked(neutral[made.outcome], made.positive))
    )
    assert [leak for leak in leaks if told[neutral[leak]].verdict == KEPT] == []
    assert [honest for honest in made.honest if told[neutral[honest]].verdict != KEPT] == []


@pytest.mark.parametrize("seed", range(5))
def test_where_the_outcome_is_chance_no_number_speaks_against_a_column(seed):
    made = invented.software(1500, seed=seed)
    columns = made.columns
    draw = np.random.default_rng(seed)
    columns[made.outcome] = np.where(draw.random(1500) < 0.2, "yes", "no").tolist()
    model = train(read(columns), Asked(made.outcome))
    found = [(one.name, each.says) for one in model.verdicts for each in one.evidence if each.kind in ("alone", "level", "fill")]
    assert found == []
    assert model.figures.auc.low <= 0.51  # nor does the score find anything
    assert model.figures.auc.high >= 0.49


def test_a_strong_honest_signal_is_kept():
    """An AUC of about 0.8 alone, with others that say little: no level decides, so it stays."""
    draw = np.random.default_rng(2)
    visits = draw.normal(size=5000)
    won = draw.random(5000) < 1 / (1 + np.exp(-(1.6 * visits - 0.6)))
    columns = {"visits": visits.tolist(), "town": draw.choice(["a", "b", "c"], 5000).tolist(), "won": won.tolist()}
    told = verdicts(train(columns, Asked("won")))
    assert told["visits"].is_used


def test_what_numbers_say_is_said_of_the_same_rows_and_counts_once():
    """Referrals convert nine times of ten and hold a fifth of the conversions, and nothing else says much: a strong signal, no leak."""
    draw = np.random.default_rng(5)
    source = draw.choice(["referral", "fair", "web", "list"], 6000, p=[0.08, 0.2, 0.3, 0.42])
    won = draw.random(6000) < np.select([source == "referral", source == "fair", source == "web"], [0.93, 0.6, 0.3], 0.08)
    told = verdicts(train({"source": source.tolist(), "noise": draw.normal(size=6000).tolist(), "won": won.tolist()}, Asked("won")))
    assert sorted((one.kind, one.weight) for one in told["source"].evidence) == [("alone", 1), ("level", 1)]
    assert told["source"].is_used


def test_what_is_no_signal_is_told_of_all_the_same_but_an_id_may_be_called_as_it_likes():
    draw = np.random.default_rng(6)
    columns = {
        "visits": draw.normal(size=400).tolist(), "won": (draw.random(400) < 0.4).tolist(), "lead status": [None] * 400,
        "notes of the sales rep": [f"said on day {n} that she would think about it again" for n in range(400)],
        "lead score number": list(range(400)),
    }  # fmt: skip
    told = verdicts(train(columns, Asked("won")))
    assert [told[name].verdict for name in ("lead status", "notes of the sales rep", "lead score number")] == [SUSPECT, REFUSED, KEPT]
    assert [bool(told[name].left_out) for name in ("lead status", "notes of the sales rep", "lead score number")] == [True] * 3


def rows(*groups):
    """(level, rows, converted) as codes, outcome and folds."""
    codes = np.repeat([code for code, _, _ in groups], [count for _, count, _ in groups])
    outcome = np.concatenate([np.arange(count) % count < won for _, count, won in groups])
    order = np.random.default_rng(0).permutation(len(codes))
    return codes[order], outcome[order], np.arange(len(codes)) % 5


def test_a_level_decides_by_the_part_of_the_end_it_holds():
    few, many = rows((0, 1000, 300), (1, 80, 80)), rows((0, 1000, 300), (1, 600, 594))
    weight = [decides(codes, ["others", "x"], outcome, fold % 2 == 0)[0].weight for codes, outcome, fold in (few, many)]
    assert weight == [1, 3]  # 80 of 380 conversions are 21 %, 594 of 894 are 66 %
    codes, outcome, fold = rows((0, 1000, 300), (1, 600, 420))
    assert decides(codes, ["others", "x"], outcome, fold % 2 == 0) == []  # 70 % is a lot, and no decision


def test_that_nobody_converts_says_little_where_hardly_anybody_does():
    codes, outcome, fold = rows((0, 4000, 320), (1, 4000, 0))
    assert decides(codes, ["a", "b"], outcome, fold % 2 == 0) == []  # of 4 % in all
    codes, outcome, fold = rows((0, 4000, 3200), (1, 4000, 0))
    assert [one.weight for one in decides(codes, ["a", "b"], outcome, fold % 2 == 0)] == [3]


def test_what_settles_half_of_the_uncertainty_is_refused():
    codes, outcome, fold = rows((0, 500, 15), (1, 500, 485))
    found = alone(codes, 2, outcome, fold)
    # entropy of 3 % is 0.1347 nats, of one half 0.6931: 1 - 0.1347 / 0.6931
    assert found.settled == pytest.approx(0.806, abs=0.02)
    assert settles(found)[0].weight == 3


def test_what_beats_all_others_together_is_suspect():
    draw = np.random.default_rng(1)
    outcome = draw.random(4000) < 0.4
    codes = np.digitize(draw.normal(outcome * 1.9), [-1, 0, 0.5, 1, 1.5, 2, 3])
    found = alone(codes, 8, outcome, np.arange(4000) % 5)
    assert found.auc.low >= 0.85
    weak, strong = draw.normal(outcome * 0.5), draw.normal(outcome * 3.0)
    assert [one.weight for one in beats(found, weak, outcome)] == [2]
    assert beats(found, strong, outcome) == []
    assert [one.weight for one in beats(found, None, outcome)] == [2]


@pytest.mark.parametrize(
    ("filled", "won_filled", "empty", "won_empty", "weight"),
    [
        (100, 99, 900, 200, 3),  # filled for those who converted
        (100, 88, 900, 250, 2),
        (60, 45, 3000, 60, 3),  # of 3 % in all, three of four
        (300, 0, 700, 400, 3),  # a reason why it was lost
        (700, 400, 300, 0, 2),  # empty: perhaps nobody asked
        (500, 250, 500, 60, 0),  # filled ones convert four times as often: an answer may
        (24, 24, 900, 280, 2),
        (12, 12, 4000, 120, 3),  # of 3 % in all, every one
        (9, 9, 900, 280, 0),  # too few to say
        (3000, 0, 2000, 150, 2),  # of 3 % in all nobody: perhaps a reason, perhaps a house that never buys
        (400, 400, 1000, 780, 2),  # of 84 % in all, every one
        (400, 380, 1000, 780, 0),
    ],
)
def test_being_filled_tells_when_it_goes_with_one_end(filled, won_filled, empty, won_empty, weight):
    is_filled, outcome, _ = rows((1, filled, won_filled), (0, empty, won_empty))
    assert sum(one.weight for one in fill_tells(is_filled == 1, outcome)) == weight


def dated(late_share=0.9, count=400):
    """A neutral column whose own date is after contact, and one whose date is not."""
    draw = np.random.default_rng(3)
    start = datetime(2025, 1, 1, tzinfo=UTC)
    contacted = [start + timedelta(days=n % 300) if n % 4 else None for n in range(count)]
    late = [one and one + timedelta(days=3 if n % 10 < 10 * late_share else -3) for n, one in enumerate(contacted)]
    return {
        "shade": draw.choice(["a", "b"], count).tolist(), "shade changed at": late,
        "tone": draw.choice(["a", "b"], count).tolist(), "tone set on": [one and one - timedelta(days=1) for one in contacted],
        "echo": [draw.choice(["a", "b"]) if one else None for one in contacted], "touched": contacted,
        "won": (draw.random(count) < 0.4).tolist(),
    }  # fmt: skip


def test_a_value_dated_after_contact_and_one_filled_by_contact_are_refused():
    told = verdicts(train(dated(), Asked("won", contacted="touched")))
    assert (told["shade"].verdict, told["echo"].verdict, told["tone"].verdict) == (REFUSED, REFUSED, KEPT)
    # of every 20 rows 15 were contacted, and 2 of those, the 9th and the 19th, are dated before
    assert "is after contact in 260 of 300 rows" in told["shade"].evidence[0].says
    assert "filled for 300 of 300 who were contacted and for 0 of 100" in told["echo"].evidence[0].says


def test_some_dates_after_contact_make_a_column_suspect():
    assert verdicts(train(dated(0.4), Asked("won", contacted="touched")))["shade"].verdict == SUSPECT


def test_the_date_a_lead_came_is_no_contact_however_it_is_called():
    columns = dated()
    columns["first contact date"] = columns.pop("touched")
    by_name, came = (train(columns, Asked("won", time=time)) for time in ("", "first contact date"))
    assert (verdicts(by_name)["echo"].verdict, verdicts(came)["echo"].verdict) == (REFUSED, KEPT)


def test_without_a_moment_of_contact_dates_say_nothing():
    assert verdicts(train(dated(), Asked("won")))["shade"].verdict == KEPT


def test_a_person_overrules_by_name_and_a_leak_that_is_forced_in_is_warned_of():
    made = invented.courses(3000)
    asked = Asked(made.outcome, made.positive, keep=("estado del lead", "origen"), refuse=("ciudad",))
    model = train(read(made.columns), asked)
    told = verdicts(model)
    assert told["estado del lead"].is_used
    assert told["estado del lead"].verdict != KEPT
    assert not told["ciudad"].is_used
    assert model.warning.startswith("WARNING: leaks were forced into this score: estado del lead (")
    assert "origen" not in model.warning


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"keep": ("nowhere",)}, "there is no column 'nowhere' to keep"),
        ({"keep": ("edad",), "refuse": ("edad",)}, "cannot be kept and refused"),
        ({"keep": ("fecha de matrícula",)}, "it is no signal \\(a date\\)"),
        ({"refuse": ("origen", "horas en la web", "edad", "estado civil", "ciudad")}, "no column is left to learn from"),
        ({"rising": ("estado del lead",)}, "holds no numbers"),
        ({"rising": ("número de llamadas",)}, "is no signal of this score"),
        ({"rising": ("edad",), "falling": ("edad",)}, "cannot rise and fall"),
        ({"time": "origen"}, "holds no dates and no running number"),
        ({"contacted": "edad"}, "holds no dates"),
        ({"agreed": "origen"}, "holds no numbers"),
        ({"segment": "edad"}, "divides nobody into segments"),
        ({"agreed": "resultado"}, "'resultado' is the outcome: it can be nothing else"),
        ({"keep": ("resultado",)}, "'resultado' is the outcome"),
        ({"time": "nowhere"}, "there is no column 'nowhere'"),
    ],
)
def test_what_cannot_be_asked_is_said_with_the_way_out(asked, says):
    made = invented.courses(2000)
    with pytest.raises(CannotLearn, match=says):
        train(read(made.columns), Asked(made.outcome, made.positive, **asked))
