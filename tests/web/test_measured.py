"""Numbers in words: units, what was usual, what is called a change, and what there is too little of."""

from datetime import date
from decimal import Decimal

import pytest

from tests.plan.frames import frame as framed
from treaty.funnel.catalogue import CATALOGUE, Number
from treaty.funnel.changes import Change
from treaty.web.formats import Viewer
from treaty.web.measured import DIMENSIONS, in_unit, lack_words, range_words, said, sentence, title_of, usual, verdict
from treaty.web.pieces import Strong

VIEWER = Viewer()


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        ("1234.5", "money", "€1,234.50"),
        ("12", "money per day", "€12 a day"),
        ("0.745", "share", "75%"),
        ("3.25", "days", "3.3 days"),
        ("7", "count", "7"),
        ("7.5", "count", "7.5"),
        ("1.24", "ratio", "1.2 ×"),
    ],
)
def test_a_figure_has_its_unit(value, unit, words):
    assert in_unit(Decimal(value), unit, "EUR", VIEWER) == words


def change(name, now, n, **more):
    return Change(name, Number(Decimal(now), n, low=0.2, high=0.6), **more)


def test_a_called_change_is_a_sentence():
    frame = framed()
    one = change("win_rate", "0.4", 20, usual=Decimal("0.6"), periods=6, chance=0.001, is_flagged=True)
    assert sentence(one, "Win rate in March", frame, VIEWER) == "Win rate in March: 40% where 60% is usual, more than chance explains."
    assert verdict(one) == Strong("lower than usual")
    one = change("deals_lost", "30", 30, usual=Decimal("11.5"), periods=6, chance=0.001, is_flagged=True)
    assert sentence(one, "Lost", frame, VIEWER) == "Lost: 30 where 11.5 are usual, more than chance explains."
    assert verdict(one) == Strong("higher than usual")


def test_what_is_not_called_a_change_says_why():
    assert verdict(change("win_rate", "0.4", 20, chance=0.6)).words == "as usual"
    told = {
        lack: lack_words(change("revenue_closed", "1", 4, periods=2, lack=lack))
        for lack in ("few", "few before", "few periods", "young", "running", "now", "odd period")
    }
    assert told == {
        "few": "4, 10 needed",
        "few before": "10 needed in earlier periods",
        "few periods": "6 earlier periods needed, 2 found",
        "young": "still followed",
        "running": "not over yet",
        "now": "of now",
        "odd period": "choose a month or a quarter",
    }
    assert lack_words(change("win_rate", "1", 40, periods=2, lack="few periods")) == "3 earlier periods needed, 2 found"


def test_usual_amounts_have_no_cents_and_nothing_is_a_dash():
    frame = framed()
    assert usual(change("revenue_closed", "1", 4, usual=Decimal("1050.4321")), frame, VIEWER) == "€1,050"
    assert usual(change("revenue_closed", "1", 4), frame, VIEWER).words == "–"
    assert said(None, CATALOGUE["win_rate"], frame, VIEWER) == "–"


def test_ranges_are_in_the_numbers_unit():
    frame = framed()
    assert range_words(Number(Decimal("0.4"), 20, low=0.2, high=0.6), CATALOGUE["win_rate"], frame, VIEWER).words == "20% to 60%"
    assert range_words(Number(Decimal(5), 20, low=4.2), CATALOGUE["time_in_stage"], frame, VIEWER).words == "4.2 to ?"


def test_every_number_and_dimension_has_a_name_people_read():
    from treaty.funnel.catalogue import dimensions_of

    assert all("_" not in title_of(name) for name in CATALOGUE)
    assert {name for number in CATALOGUE.values() for name in dimensions_of(number)} <= set(DIMENSIONS)


def test_a_called_change_becomes_the_title_of_its_page():
    """Of all that changed the least likely to be chance."""
    from types import SimpleNamespace

    from treaty.web.pages.chosen import When
    from treaty.web.pages.funnel import stages
    from treaty.web.pages.funnel.arrivals import _period_title
    from treaty.web.pages.funnel.pipeline import _title as of_pipeline
    from treaty.web.pages.funnel.time import _title as of_time
    from treaty.web.pages.funnel.view import View
    from treaty.web.pages.funnel.won import _title as of_won

    frame = framed()
    view = View(SimpleNamespace(viewer=VIEWER), frame, When("month", frame.period("month"), {}, "quarter"), "")

    def called(name, now, usual, chance, part=""):
        return Change(name, Number(Decimal(now), 40, 10, part=part), Decimal(usual), 6, chance, is_flagged=True)

    steps = [
        called("stage_conversion", "0.3", "0.2", 0.02, "engaged to marketing_qualified"),
        called("stage_conversion", "0.25", "0.5", 0.001, "marketing_qualified to sales_accepted"),
    ]
    assert stages._cohort_title(view, {"stage_conversion": steps}) == (
        "Marketing qualified to sales accepted in March: 25% where 50% is usual, more than chance explains."
    )
    arrived = [called("stage_reached", "40", "22.5", 0.001, "engaged")]
    assert _period_title(view, arrived) == "Engaged in March: 40 where 22.5 are usual, more than chance explains."
    stays = [called("time_in_stage", "12", "4.5", 0.001, "engaged")]
    assert of_time(view, stays) == "Engaged in March: 12.0 days where 4.5 days is usual, more than chance explains."
    rates = {"win_rate": [called("win_rate", "0.25", "0.5", 0.001)]}
    assert of_won(view, rates) == "Win rate by count in March: 25% where 50% is usual, more than chance explains."
    opened = {"pipeline_created": [called("pipeline_created", "900", "400", 0.001)]}
    assert of_pipeline(view, [], opened) == "Pipeline created in March: €900 where €400 is usual, more than chance explains."


@pytest.mark.parametrize(
    ("of", "first", "last"),
    [
        (("month", date(2026, 2, 3)), date(2025, 9, 1), date(2026, 3, 1)),  # near: up to the running one
        (("month", date(2020, 2, 3)), date(2019, 8, 1), date(2020, 2, 1)),  # long ago: up to itself
        (("year", date(2020, 2, 3)), date(2025, 9, 1), date(2026, 3, 1)),  # of no length that is shown: months
    ],
)
def test_a_picture_shows_the_periods_around_the_one_that_is_looked_at(of, first, last):
    from types import SimpleNamespace

    from treaty.web.pages.funnel.view import last_periods

    frame = framed()
    found = last_periods(SimpleNamespace(frame=frame, period=frame.containing(of[1], of[0])), {"month": 7, "quarter": 7})
    assert (len(found), found[0].first_on, found[-1].first_on) == (7, first, last)
