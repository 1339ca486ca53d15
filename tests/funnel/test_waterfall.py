"""The waterfall on random histories: it balances to the cent, deal by deal, and one stretch begins where the one before ended."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from tests.funnel.fake_lake import FakeLake
from treaty.funnel.waterfall import LINES, flows

DAY = 86_400_000_000
NEW_YEAR = date(1970, 1, 1)


def histories(seed):
    """Deals with any outcome and any gap, and changes of their amounts and dates at any time, some in the same moment."""
    chance = Random(seed)

    def moment():
        return chance.randrange(31) * DAY

    def amount():
        return Decimal(chance.randrange(5_000)) / 100

    def day():
        return NEW_YEAR + timedelta(days=chance.randrange(41))

    def some(make):
        return make() if chance.random() < 0.7 else None

    deals = [
        {
            "opportunity_id": n, "outcome": chance.choice(("open", "won", "lost")), "opened_us": some(moment), "closed_us": some(moment),
            "amount": some(amount), "close_on": some(day), "currency": "EUR",
        }
        for n in range(400)
    ]  # fmt: skip
    changes = [
        {
            "change_id": n, "opportunity_id": chance.randrange(400), "at_us": moment(), "field": chance.choice(("amount", "close_on")),
        }
        for n in range(1_000)
    ]  # fmt: skip
    for change in changes:
        value = some(amount if change["field"] == "amount" else day)
        change["value"] = "" if value is None else str(value)
    return deals, changes


def lines(drawn, start, end, end_day):
    """{line: {deal: amount}}"""
    lake = FakeLake(opportunities=drawn[0], opportunity_changes=drawn[1])
    found = defaultdict(dict)
    for row in lake.fetch(flows(lake, (start * DAY, end * DAY), NEW_YEAR + timedelta(days=end_day))).to_pylist():
        assert row["opportunity_id"] not in found[row["line"]], "a deal stands once in a line"
        found[row["line"]][row["opportunity_id"]] = row["counted"]
    return found


def total(line):
    return sum(line.values(), Decimal(0))


@pytest.mark.parametrize(("seed", "start", "end", "end_day"), [(1, 0, 31, 31), (2, 5, 12, 20), (3, 15, 15, 0), (4, 10, 20, 40)])
def test_all_lines_but_the_last_make_the_last_for_every_deal_and_in_sum(seed, start, end, end_day):
    found = lines(histories(seed), start, end, end_day)
    assert set(found) <= set(LINES)
    for number in {number for line in found.values() for number in line}:
        assert sum(found[name].get(number, 0) for name in LINES[:-1]) == found["closing"].get(number, 0)
    assert sum(total(found[name]) for name in LINES[:-1]) == total(found["closing"])


@pytest.mark.parametrize(("seed", "start", "middle", "end", "end_day"), [(1, 0, 10, 20, 25), (2, 5, 6, 30, 10), (3, 12, 20, 28, 40)])
def test_a_stretch_opens_with_what_the_one_before_it_closed_with(seed, start, middle, end, end_day):
    """For the same end: what is due by the end of the quarter closes its first month and opens its second."""
    drawn = histories(seed)
    assert lines(drawn, start, middle, end_day)["closing"] == lines(drawn, middle, end, end_day)["opening"]


@pytest.mark.parametrize(("seed", "start", "middle", "end_day", "later"), [(1, 0, 10, 10, 20), (2, 10, 20, 20, 30)])
def test_a_period_opens_with_that_and_with_what_is_due_in_it_alone(seed, start, middle, end_day, later):
    """Two quarters look to different ends: the second opens with what the first closed with, and with the deals due in the second,
    which were no part of the first. So opening and closing of two quarters are never simply equal."""
    drawn = histories(seed)
    closing, opening = lines(drawn, start, middle, end_day)["closing"], lines(drawn, middle, later, later)["opening"]
    due_later = {number: worth for number, worth in opening.items() if number not in closing}
    assert closing.items() <= opening.items()
    assert due_later
    assert due_later.keys().isdisjoint(lines(drawn, middle, later, end_day)["opening"])
    assert total(opening) == total(closing) + total(due_later)


def test_what_is_worth_less_and_put_off_and_lost_is_counted_once_each():
    """100 at the start; 40 less on day 12; put off beyond day 20 on day 13; another of 7 is lost on day 14."""
    deals = [
        {"opportunity_id": 1, "outcome": "open", "opened_us": 0, "amount": Decimal(60), "close_on": NEW_YEAR + timedelta(days=50)},
        {"opportunity_id": 2, "outcome": "lost", "opened_us": 0, "closed_us": 14 * DAY, "amount": Decimal(7)},
    ]
    changes = [
        {"change_id": 1, "opportunity_id": 1, "field": "amount", "value": "100", "at_us": 0},
        {"change_id": 2, "opportunity_id": 1, "field": "close_on", "value": "1970-01-19", "at_us": 0},
        {"change_id": 3, "opportunity_id": 1, "field": "amount", "value": "60", "at_us": 12 * DAY},
        {"change_id": 4, "opportunity_id": 1, "field": "close_on", "value": "1970-02-20", "at_us": 13 * DAY},
    ]
    assert lines((deals, changes), 10, 20, 20) == {
        "opening": {1: 100, 2: 7}, "decreased": {1: -40}, "moved out": {1: -60}, "lost": {2: -7},
    }  # fmt: skip
