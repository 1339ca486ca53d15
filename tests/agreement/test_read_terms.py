"""Reading a document into terms: what a field means, what a spelling stands for, who is found by name."""

from datetime import date
from decimal import Decimal

import pytest

from treaty.agreement.check import examine
from treaty.agreement.document import load


def test_the_example_is_read_without_a_problem(text):
    loaded = load(text)
    assert loaded.problems == ()
    assert loaded.terms.agreement == "Halden Instruments, sales and marketing"


@pytest.mark.needs_shared
def test_the_sketch_is_valid_as_it_stands_and_says_the_same_as_the_example(sketch, halden):
    """Apart from two things: the example writes its target accounts, and lets the score reach the 60 points it asks for."""
    loaded = examine(sketch)
    assert loaded.errors == ()
    assert [problem.path[-1] for problem in loaded.warnings] == ["list", "engagement", "1"]
    assert loaded.terms.model_copy(update={"lists": halden.lists, "score_book": halden.score_book}) == halden


def test_spellings_become_exact_values(halden):
    assert halden.goal("pipeline").target.number == Decimal(1_200_000)
    assert halden.goal("sourced").change == Decimal("0.25")
    assert halden.promise("first-contact").share == Decimal("0.85")
    assert halden.effective == date(2026, 1, 1)
    assert str(halden.promise("content").within) == "10 working days"
    assert sum(halden.attribution.weights.values()) == 1


def test_segments_and_stages_keep_their_order(halden):
    assert halden.segment_order == ("dach", "rest")
    assert list(halden.stages)[:3] == ["subscriber", "engaged", "marketing_qualified"]
    assert (halden.entry_stage, halden.handoff_stage) == ("subscriber", "marketing_qualified")


def test_a_definition_is_the_entry_or_any_shortcut(halden):
    definition = halden.definition("marketing_qualified")
    assert [bool(way.touches) for way in definition.any] == [False, True, False]
    assert halden.definition("sales_accepted") is None
    assert halden.definition("engaged") == halden.stages["engaged"].enter


def test_scores_read_both_spellings_and_the_grid(halden):
    assert list(halden.scores) == ["fit", "engagement"]
    assert [rule.points for rule in halden.scores["fit"].points] == [20, 15]
    assert str(halden.scores["engagement"].half_life) == "30 days"
    assert halden.grid["engagement"] == {"1": 60, "2": 30, "3": 0}


def test_working_hours_become_minutes_of_each_weekday(halden):
    week = halden.calendars["default"].week
    assert sorted(week) == [0, 1, 2, 3, 4]
    assert week[0] == ((540, 750), (810, 1050))  # 9:00 to 12:30, 13:30 to 17:30


def test_a_lead_has_a_marketing_owner_before_the_handoff(halden):
    assert halden.owner_before_handoff == "mira.lang@halden.example"


def test_a_name_that_is_not_there_is_refused_with_those_that_are(halden):
    with pytest.raises(LookupError, match=r"promise 'speed' is not in the agreement \(it has volume, value"):
        halden.promise("speed")
    assert halden.reason("no_fit").returns == "disqualified"
