"""Words and figures that several pages write: channels by their names, halves away from zero as in the catalogue."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from tests.plan.frames import frame
from treaty.funnel.catalogue.measure import Number
from treaty.funnel.changes import Change
from treaty.plan.queries import Standing as Stands
from treaty.plan.rules import pace
from treaty.web import formats
from treaty.web.figures import words
from treaty.web.measured import usual
from treaty.web.pages.campaigns.said import name
from treaty.web.pages.goals.words import whole
from treaty.web.pages.home.goals import standing_of, target_of
from treaty.web.pages.promises.vows import _gap
from treaty.web.pages.week.broken import _wanted

VIEWER = SimpleNamespace(manner=formats.EN_GB)
HALF = Decimal("2.5")
"""Its even neighbour is 2."""


@pytest.mark.parametrize(
    ("code", "said"),
    [("ai_assistant", "AI assistant"), ("paid_search", "paid search"), ("aid", "aid"), ("ai", "AI"), ("", "")],
)
def test_a_channel_is_written_as_people_write_it(code, said):
    assert words(code) == said
    assert formats.capital(words(code)) == formats.capital(said)


def test_a_campaign_nobody_named_is_written_so_too():
    campaign = SimpleNamespace(name="", slug="ai-assistant")
    assert name(campaign) == "AI assistant"


def test_half_an_amount_is_away_from_zero_on_every_page():
    there = frame()
    found = SimpleNamespace(
        bound=HALF, due=HALF, unit="money", standing=Stands.BELOW, pace=SimpleNamespace(gap=-HALF), now=Number(None), segments=()
    )
    assert target_of(there, found, VIEWER) == "€3"
    assert standing_of(there, found, VIEWER).words == "€3 below pace"
    assert _gap(there, found, HALF, VIEWER) == "€3"
    assert _wanted(there, found, SimpleNamespace(viewer=VIEWER)) == "€3"
    assert whole(there, HALF, VIEWER) == "€3"
    assert usual(Change("pipeline_created", Number(None), HALF, 3), there, VIEWER) == "€3"


def test_what_is_expected_by_a_day_is_rounded_alike():
    """Half of 0.25 by the first of two working days: 0.125, 0.13."""
    there = frame()
    two = there.containing(there.today, "week")
    assert pace(Decimal(0), Decimal("0.25"), two, two.first_on, [0, 1]).expected == Decimal("0.13")
