"""Candidates, estimation and clusters, held against plain loops and numbers worked by hand."""

import random

import numpy as np
import pytest

from tests.truth.matching.invented import contacts, register
from treaty.truth.matching import candidates, estimate
from treaty.truth.matching.clusters import certainties, clustered
from treaty.truth.matching.features import prepared, weighed
from treaty.truth.matching.frequency import frequency
from treaty.truth.matching.levels import PLACE, SHARED, WHO, Comparison, Level
from treaty.truth.matching.tables import CannotMatch, stacked


def pairs_of(*pairs):
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def test_the_surest_pairs_join_first_and_ends_that_disagree_stay_apart():
    pairs = pairs_of((0, 1), (1, 2), (0, 2), (3, 4))
    bits = np.array([9.0, 5.0, -8.0, 4.0])
    # 2 would join {0, 1}: (5 - 8) / 2 is against it
    assert clustered(6, pairs, bits, 2.0).tolist() == [0, 0, 2, 3, 3, 5]


def test_one_strong_tie_outweighs_a_pair_that_was_not_compared():
    # across {0, 1} and {2}: (8 - 6) / 2 is for it
    assert clustered(3, pairs_of((0, 1), (1, 2)), np.array([9.0, 8.0]), 2.0).tolist() == [0, 0, 0]


def test_a_pair_is_as_certain_as_the_surest_way_between_its_records():
    sure = certainties(np.array([0, 0, 0, 3]), pairs_of((0, 1), (1, 2), (0, 2)), np.array([0.9, 0.8, 0.1]))
    assert sure == pytest.approx({(0, 1): 0.9, (0, 2): 0.72, (1, 2): 0.8})


def test_no_pairs_leave_everybody_alone():
    none = pairs_of()
    assert clustered(3, none, np.zeros(0), 2.0).tolist() == [0, 1, 2]
    assert certainties(np.arange(3), none, np.zeros(0)) == {}


NAMES = Comparison("name", WHO, "", (Level("same", "x", 0.8, 0.01), Level("other", "", 0.2, 0.99)))
TOWNS = Comparison("town", SHARED, "", (Level("same", "x", 0.9, 0.1), Level("other", "", 0.1, 0.9)))


def test_estimation_finds_the_model_that_made_the_data():
    """10,000 pairs of 2 % matches, drawn from m = .9/.7 and u = .02/.2: the start values are others."""
    draw = np.random.default_rng(1)
    is_match = draw.random(10_000) < 0.02
    levels = np.stack([draw.random(10_000) >= np.where(is_match, m, u) for m, u in ((0.9, 0.02), (0.7, 0.2))], axis=1).astype(np.int8)
    many = [Comparison(f"{one.name}{at}", WHO, "", one.levels) for at in range(3) for one in (NAMES, TOWNS)]
    more = np.concatenate([levels] + [levels[draw.permutation(10_000)] * 0 - 1] * 2, axis=1)
    more[:, 2:] = np.concatenate(
        [np.stack([draw.random(10_000) >= np.where(is_match, m, u) for m, u in ((0.9, 0.02), (0.7, 0.2))], axis=1) for _ in range(2)],
        axis=1,
    )
    none = np.zeros(more.shape, np.float32)
    model = estimate.estimated(many, more, none, more, none, 150, 10_000)
    for at in range(6):
        m, u = ((0.9, 0.02), (0.7, 0.2))[at % 2]
        assert model.m[at][0] == pytest.approx(m, abs=0.08)
        assert model.u[at][0] == pytest.approx(u, abs=0.02)
    assert 2**model.prior == pytest.approx(0.02, rel=0.3)
    assert ((estimate.chance(estimate.scored(model, many, more, none)) > 0.5) == is_match).mean() > 0.99


def test_a_score_is_the_prior_and_each_level_and_a_group_stays_within_its_bounds():
    three = [NAMES, TOWNS, Comparison("street", SHARED, "", (Level("same", "x", 0.5, 0.001), Level("other", "", 0.5, 0.999)))]
    model = estimate.start(three, 10, 45)
    levels = np.array([[0, 0, 0], [1, -1, -1]], np.int8)
    bits = estimate.scored(model, three, levels, np.zeros((2, 3), np.float32))
    # names log2(.8 / .01) = 6.322; town log2(9) + street log2(500.5) are 12.1 and count as 10; prior: 2 of 45 pairs, -4.426
    assert bits[0] == pytest.approx(-4.426 + 6.322 + 10, abs=0.01)
    assert bits[1] == pytest.approx(-4.426 - 2.307, abs=0.01)  # log2(.2 / .99), nothing said of the rest


def test_a_rare_value_counts_more_and_a_person_with_many_records_counts_once():
    often = Comparison("name", PLACE, "", (Level("same", "x", 0.8, 0.1, "name"), Level("other", "", 0.2, 0.9)))
    names = ["smith", "smith", "smith", "quill", "quill", "quill", "quill"]
    people = np.array([0, 1, 2, 3, 3, 3, 3])
    bits = frequency([often], {"name": names}, pairs_of((0, 1), (3, 4)), np.zeros((2, 1), np.int8), people)
    # smith 3 of 4, quill 1 of 4; agreeing by chance 10/16: log2(.625 / .75) and log2(.625 / .25)
    assert bits[:, 0] == pytest.approx([-0.263, 1.322], abs=0.001)


def test_rare_words_have_more_members_than_common_ones():
    one, two, *_ = weighed(["kessler pumpen", "acme pumpen", "blue pumpen", "pumpen"])
    assert (len(one), len(two), len(set(one) & set(two))) == (3, 3, 1)  # a quarter of the rows: 2; all: 1


def plain_pairs(table):
    """Every pair that shares a key, by two loops; blocks that are too large are no keys."""
    keys = [set(candidates.keys(table.fields, row)) for row in range(table.rows)]
    sizes = {key: sum(key in one for one in keys) for one in keys for key in one}
    return {
        (left, right)
        for left in range(table.rows)
        for right in range(left + 1, table.rows)
        if any(sizes[key] <= candidates._BLOCK for key in keys[left] & keys[right])
    }


def test_candidates_are_the_pairs_that_share_something_rare(monkeypatch):
    monkeypatch.setattr(candidates, "ALL", 0)
    rows = stacked([contacts(40)], "contact_id", ())
    table = prepared(rows.compared, rows.texts)
    found = candidates.candidates(table, rows.sides)
    assert set(map(tuple, found.tolist())) == plain_pairs(table)


def test_true_doubles_are_among_few_candidates(monkeypatch):
    monkeypatch.setattr(candidates, "ALL", 0)
    made = register(400)
    rows = stacked([made], "rec_id", ())
    table = prepared(rows.compared, rows.texts)
    label = dict(zip(made["rec_id"], made["label"], strict=True))
    found = candidates.candidates(table, rows.sides)
    same = sum(label[rows.ids[left]] == label[rows.ids[right]] for left, right in found.tolist())
    count = [list(label.values()).count(one) for one in set(label.values())]
    assert same >= 0.98 * sum(n * (n - 1) // 2 for n in count)
    assert len(found) <= 30 * table.rows + 10_000


def test_the_order_of_rows_changes_nothing():
    made = contacts(30)
    order = random.Random(1).sample(range(len(made["label"])), len(made["label"]))
    mixed = {name: [values[at] for at in order] for name, values in made.items()}
    one, two = (stacked([table], "", ()) for table in (made, mixed))
    assert (one.ids, one.texts) == (two.ids, two.texts)


def test_rows_without_an_id_of_their_own_are_refused():
    rows = stacked([{"id": ["1", "", "3", "1", "5"], "name": list("abcde")}], "id", ())
    assert rows.ids == ["1", "3", "5"]
    assert [(row, problem[:6]) for _, row, problem in rows.refused] == [(1, "id is "), (3, "id '1'")]


@pytest.mark.parametrize(
    ("table", "id_column", "ignored", "says"),
    [
        ({"name": []}, "", (), "no rows"),
        ({"name": ["Ada"]}, "", (), "one row"),
        ({"name": ["Ada", "Bob"]}, "nr", (), "there is no column 'nr'"),
        ({"name": ["Ada", "Bob"]}, "", ("nr",), "there is no column 'nr' to leave out"),
        ({"x": ["1", "1", "1"], "name": ["Ada", "Bob", "Cy"]}, "x", (), "'x' names no rows"),
    ],
)
def test_a_table_that_cannot_be_matched_says_why(table, id_column, ignored, says):
    with pytest.raises(CannotMatch, match=says):
        stacked([table], id_column, ignored)
