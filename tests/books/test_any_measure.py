"""Every number of the catalogue that counts by period is frozen, and says what pages say of the same lake."""

from decimal import Decimal

import pytest

from tests.books.company import CLOSE, with_deals
from treaty.books.figures import PLACES
from treaty.books.lines import Key, figures
from treaty.books.measures import ASKED, LEFT_OUT, SUMMED
from treaty.books.queries import closed_of
from treaty.books.verifying import faults
from treaty.funnel.catalogue import CATALOGUE, Measure, ask
from treaty.funnel.frame import frame_of

pytestmark = pytest.mark.django_db


def test_every_number_of_a_period_is_frozen_or_said_why_not():
    of_periods = {name for name, one in CATALOGUE.items() if isinstance(one, Measure) and one.counts == "period"}
    assert {*ASKED, *(one.measure for one in SUMMED), *LEFT_OUT} - {"credited"} == of_periods


def test_the_books_say_what_the_pages_say(tmp_path):
    company = with_deals(tmp_path)
    company.deal("dollar", "77.00", currency="USD")
    company.deal("free", None)
    closing = company.close()
    closed = closed_of(closing)
    found, frame = figures(closed.lines), frame_of(company.lake(), CLOSE)
    for name in ("pipeline_created", "revenue_closed", *ASKED):
        for one in ask(frame, name, closed.period):
            unit = "EUR" if CATALOGUE[name].unit == "money" else CATALOGUE[name].unit
            told = found.get(Key(name, "part" if one.part else "", one.part, unit))
            assert (told or 0) == (one.figure or Decimal(0)).quantize(PLACES), name
    assert found[Key("revenue_closed", "", "", "USD")] == 77
    assert found[Key("revenue_closed", "", "", "opportunities")] == 5  # acme, boro, lone, dollar, and free, whose amount nobody knows
    assert list(faults(company.both_sign(closing), company.place)) == []
