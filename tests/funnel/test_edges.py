"""What records as sources send them must not do to a number: each of these did once."""

from datetime import date
from decimal import Decimal

import pytest

from tests.plan.frames import deal, frame, from_marketing, us, won
from tests.world import HALDEN
from treaty.funnel.catalogue import CATALOGUE, ask, dimensions_of, one


def change(number, name, value, at, order=1):
    return {"change_id": order, "opportunity_id": number, "field": name, "value": value, "at_us": us(at)}


def figure(asked, name, per="quarter"):
    return one(asked, name, asked.period(per)).figure


@pytest.mark.parametrize("name", ["waiting", "lead_value", "pipeline_waterfall"])
def test_a_number_can_be_told_apart_by_each_dimension_it_names(name):
    asked = frame(opportunities=[won(1, "02-01", 100)])
    for by in dimensions_of(CATALOGUE[name]):
        ask(asked, name, asked.period("quarter"), by)


def test_a_deal_that_ended_at_a_moment_nobody_told_is_not_open():
    ended = deal(1, "01-02", 100, outcome="won")
    assert figure(frame(opportunities=[ended]), "open_pipeline") == 0


def test_a_deal_that_was_opened_again_is_open():
    again = deal(1, "01-02", 100, outcome="open", closed_us=us("02-01"))
    assert figure(frame(opportunities=[again]), "open_pipeline") == 100


def test_an_open_deal_nobody_dated_the_beginning_of_is_open_and_was_always_there():
    undated = {"opportunity_id": 1, "amount": Decimal(100), "currency": "EUR", "outcome": "open"}
    asked = frame(opportunities=[undated])
    assert figure(asked, "open_pipeline") == 100
    lines = {row.part: row.figure for row in ask(asked, "pipeline_waterfall", asked.period("month"))}
    assert {line for line, amount in lines.items() if amount == 100} == {"opening", "closing"}
    assert sum(lines.values()) == 200


@pytest.mark.parametrize("first", [100, 900])
def test_of_two_amounts_from_the_same_moment_the_one_told_first_is_the_first(first):
    changes = [change(1, "amount", str(first), "02-01", order=1), change(1, "amount", "500", "02-01", order=2)]
    asked = frame(opportunities=[deal(1, "02-01", 500)], opportunity_changes=changes)
    assert figure(asked, "pipeline_created") == first


def test_a_lead_whose_making_was_taken_back_is_not_marketings():
    (made,) = from_marketing(1)
    asked = frame(opportunities=[deal(1, "02-01", 100, lead_id=1)], stage_moves=[made | {"withdrawn_us": us("01-01 13:00")}])
    assert [row.value for row in ask(asked, "pipeline_created", asked.period("quarter"), "sourced")] == ["sales"]


def test_a_persona_that_was_taken_back_is_none():
    stated = {"subject": "person", "subject_id": 1, "field": "persona"}
    facts = [stated | {"fact_id": n, "text": text, "occurred_us": us(f"01-0{n}")} for n, text in ((1, "buyer"), (2, None))]
    leads = [{"lead_id": 1, "person_id": 1}]
    for known, persona in ((facts, ""), (facts[:1], "buyer")):
        asked = frame(opportunities=[deal(1, "02-01", 100, lead_id=1)], leads=leads, facts=known)
        assert [row.value for row in ask(asked, "pipeline_created", asked.period("quarter"), "persona")] == [persona]


def test_weighted_dollars_of_two_stages_are_added_up():
    """Half of the two deals decided in `demo` were won, and the one in `proposal`: 100 / 2 + 200."""
    ended = [won(1, "02-01", 1), deal(2, "01-02", 1, outcome="lost", closed_us=us("02-01")), won(3, "02-01", 1)]
    opened = [deal(4, "02-01", 100, stage="demo", currency="USD"), deal(5, "02-01", 200, stage="proposal", currency="USD")]
    stages = [change(n, "stage", stage, "01-03", n) for n, stage in ((1, "demo"), (2, "demo"), (3, "proposal"))]
    asked = frame(opportunities=[*ended, *opened], opportunity_changes=stages)
    assert one(asked, "weighted_pipeline", asked.period("quarter")).others == {"USD": Decimal(250)}


def test_weighted_amounts_are_rounded_once():
    """Three stages in which one of three was won, a cent and a half in each: one and a half cents, not three times none or one."""
    ended = [won(n, "02-01", 1) if n % 3 == 0 else deal(n, "01-02", 1, outcome="lost", closed_us=us("02-01")) for n in range(9)]
    stages = [change(n, "stage", f"stage {n // 3}", "01-03", n) for n in range(9)]
    opened = [deal(9 + n, "02-01", "0.015", stage=f"stage {n}") for n in range(3)]
    asked = frame(opportunities=[*ended, *opened], opportunity_changes=stages)
    assert figure(asked, "weighted_pipeline") == Decimal("0.02")  # 0.045 / 3 = 0.015; half to the even cent


def test_an_open_deal_in_no_stage_weighs_nothing_and_is_shown():
    ended, emptied = won(1, "02-01", 1), change(1, "stage", "", "01-03")
    asked = frame(opportunities=[ended, deal(2, "02-01", 100, stage="")], opportunity_changes=[emptied])
    found = one(asked, "weighted_pipeline", asked.period("quarter"))
    assert (found.figure, found.parts["unweighed"]) == (0, 100)


@pytest.mark.parametrize("day", ["deal_created", "deal_closed"])
def test_a_waterfall_in_dollars_balances_to_the_cent(day):
    """A cent at a half is a cent, two are one: what was half a cent more is nothing more."""
    changes = [change(1, "amount", "0.01", "01-01", 1), change(1, "amount", "0.02", "02-10", 2)]
    rates = [{"rate_id": 1, "said": 1, "currency": "USD", "becomes": "EUR", "rate_on": date(2026, 1, 1), "rate": Decimal("0.5")}]
    deals = [deal(1, "01-02", "0.02", currency="USD")]
    asked = frame(text=HALDEN.replace("on: deal_created", f"on: {day}"), opportunities=deals, opportunity_changes=changes, rates=rates)
    lines = {row.part: row.figure for row in ask(asked, "pipeline_waterfall", asked.containing(date(2026, 2, 1), "month"))}
    assert {line: amount for line, amount in lines.items() if amount} == {"opening": Decimal("0.01"), "closing": Decimal("0.01")}


def test_a_deal_in_dollars_is_told_apart_as_one_whatever_its_amount_became():
    rates = [{"rate_id": 1, "said": 1, "currency": "USD", "becomes": "EUR", "rate_on": date(2026, 1, 1), "rate": Decimal("0.5")}]
    asked = frame(opportunities=[won(1, "02-01", 100, currency="USD"), won(2, "02-01", 7)], rates=rates)
    for name in ("revenue_closed", "win_rate"):
        assert [row.value for row in ask(asked, name, asked.period("quarter"), "currency")] == ["EUR", "USD"]
    assert [row.figure for row in ask(asked, "revenue_closed", asked.period("quarter"), "currency")] == [7, 50]
    assert one(asked, "revenue_closed", asked.period("quarter"), {"currency": ("USD",)}).figure == 50
