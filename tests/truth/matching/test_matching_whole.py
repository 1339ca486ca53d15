"""A few whole runs with Splink, on invented people and companies whose truth is known."""

import itertools

import pytest

from tests.truth.matching.invented import companies, contacts, two_files

pytest.importorskip("splink", reason="the extra `identity` is not installed")

from treaty.truth.matching.matcher import match
from treaty.truth.matching.tables import CannotMatch


def judged(found, ours, theirs, id_name):
    """Precision and recall of the pairs."""
    label = [dict(zip(table[id_name], table["label"], strict=True)) for table in (ours, theirs or ours)]
    told = {(pair.left, pair.right) for pair in found.pairs}
    every = itertools.product(*label) if theirs else itertools.combinations(label[0], 2)
    true = {pair for pair in every if label[0][pair[0]] == label[1][pair[1]]}
    told = told if theirs else {tuple(sorted(pair)) for pair in told}
    true = true if theirs else {tuple(sorted(pair)) for pair in true}
    return len(told & true) / len(told), len(told & true) / len(true)


def test_contacts_are_found_and_colleagues_are_left_apart():
    made = contacts(200)
    precision, recall = judged(match(made), made, None, "contact_id")
    assert precision >= 0.93
    assert recall >= 0.8


def test_companies_are_found_and_branches_are_left_apart():
    made = companies(200)
    precision, recall = judged(match(made), made, None, "account_id")
    assert precision >= 0.9
    assert recall >= 0.9


def test_two_files_are_linked_though_their_columns_and_ids_differ():
    ours, theirs = two_files(200)
    found = match(ours, theirs)
    precision, recall = judged(found, ours, theirs, "id")
    assert precision >= 0.97
    assert recall >= 0.95
    assert {side for _, _, side in found.clusters} == {"left", "right"}
    assert len(found.clusters) == len(ours["id"]) + len(theirs["id"])


FEW = {
    "id": ["4", "1", "2", "3"],
    "name": ["Bob Martin", "Ada Lovelace", "Lovelace, Ada", "Grace Hopper"],
    "email": ["", "ada@kessler.example", "ADA@kessler.example", "info@kessler.example"],
}


def test_four_rows_are_enough_and_evidence_sums_to_the_odds():
    found = match(FEW, prove=True)
    ((left, right, p),) = [(pair.left, pair.right, pair.probability) for pair in found.pairs]
    assert (left, right) == ("1", "2")
    assert [cluster for _, cluster, _ in found.clusters] == ["1", "1", "3", "4"]
    bits = sum(proof.bits for proof in found.evidence)
    assert p == pytest.approx(1 / (1 + 2**-bits), abs=1e-5)


def test_two_names_at_one_role_address_are_two_people():
    table = {"id": ["1", "2"], "name": ["Ada Lovelace", "Bob Martin"], "email": ["info@kessler.example"] * 2}
    assert match(table).pairs == []


def test_the_same_rows_give_the_same_answer_in_any_order():
    mixed = {name: values[::-1] for name, values in FEW.items()}
    assert match(FEW, prove=True) == match(mixed, prove=True)


def test_nothing_to_compare_is_said():
    with pytest.raises(CannotMatch, match="no column of the table can be compared"):
        match({"id": ["1", "2"], "weight": ["17.5", "18.5"]})


def test_a_pair_that_was_asked_about_is_told_however_unlikely():
    made = contacts(60)
    plain = match(made)
    taken = {frozenset((pair.left, pair.right)) for pair in plain.pairs}
    asked = next(pair for pair in itertools.combinations(made["contact_id"], 2) if frozenset(pair) not in taken)
    one = plain.pairs[0]
    found = match(made, asked=[asked, (one.right, one.left), ("nobody", "nobody else")], prove=True)
    assert found.pairs == plain.pairs
    (doubtful,) = found.doubtful
    assert {doubtful.left, doubtful.right} == set(asked)
    assert doubtful.probability < 0.8
    assert any({line.left, line.right} == set(asked) for line in found.evidence)
