"""Restating: closed bytes never change, each cause has its part, the parts sum, pay is made good once."""

import json
from decimal import Decimal

import pytest

from tests.books.company import CLOSE, DAY, FEBRUARY, LATER, with_deals
from treaty.books.actions import NotClosable
from treaty.books.lines import Key
from treaty.books.mixing import steps
from treaty.books.models import Adjustment, Restatement
from treaty.books.queries import closed_of, restated_of
from treaty.books.restating import restate
from treaty.books.verifying import faults
from treaty.engine import runs
from treaty.engine.pinned import reopened
from treaty.journal.models import Entry
from treaty.truth.models import Opportunity, Person, Touch

pytestmark = pytest.mark.django_db
REVENUE = Key("revenue_closed", "", "", "EUR")


@pytest.fixture
def company(tmp_path):
    return with_deals(tmp_path)


def parts(restatement, measure, by="", value="", unit="EUR"):
    """{cause: amount} of one line, as its bytes say."""
    line = next(
        one
        for one in json.loads(bytes(restatement.restated_bytes))["lines"]
        if (one["measure"], one["by"], one["value"]) == (measure, by, value)
    )
    assert (
        sum(Decimal(part["amount"]) for part in line["causes"])
        == Decimal(line["new"]) - Decimal(line["old"])
        == Decimal(line["difference"])
    )
    for part in line["causes"]:
        assert sum(Decimal(one["amount"]) for one in part["records"]) + Decimal(part["more"]["amount"]) == Decimal(part["amount"])
    return {part["cause"]: Decimal(part["amount"]) for part in line["causes"]}


def again(company, closing, at=LATER):
    return restate(closing, company.lake(at), at=at)


def test_without_news_there_is_no_restatement(company):
    assert again(company, company.closed()) is None


def test_a_merge_of_files_in_the_lake_asks_no_causes(company, monkeypatch):
    """The same touches in other files are no change; a deal that says something else, of as many rows, is one, and asks for no touches."""
    ada = Person.objects.get(email="ada@acme.example")
    for days in (21, 22, 23):
        company.touch(ada, "search", days=days)
        company.lake()
    closing = company.closed()
    monkeypatch.setattr(runs, "MOST_SMALL", 1)
    present = company.lake(LATER)
    pinned = reopened(closed_of(closing).inputs, company.place)
    files = [{file.sha256 for file in lake.manifest.tables["touches"].files} for lake in (pinned, present)]
    assert files[0] != files[1]
    assert steps(pinned, present) == []
    company.edit(Opportunity.objects.get(name="acme"), "1700.00")
    assert [cause for cause, _ in steps(pinned, company.lake(LATER))] == ["edit", "late_record", "rest"]
    company.touch(ada, "search", days=24, received_at=LATER)
    assert "late_touch" in dict(steps(pinned, company.lake(LATER)))


def test_what_is_not_of_the_period_is_no_news(company):
    closing = company.closed()
    company.deal("april", "900.00", closed_at=CLOSE, at=LATER)
    assert again(company, closing) is None or "revenue_closed" not in json.dumps(
        restated_of(Restatement.objects.get()).changes, default=str
    )


def test_an_edit_is_its_own_cause_and_names_the_deal(company):
    closing = company.closed()
    deal = Opportunity.objects.get(name="acme")
    company.edit(deal, "1700.00")
    made = again(company, closing)
    assert parts(made, "revenue_closed") == {"edit": 700}
    change = next(one for one in restated_of(made).changes if one.key == REVENUE)
    assert change.parts[0].records == [("deal", deal.pk, Decimal(700))]
    assert parts(made, "credited", "channel", "webinar") == {"edit": Decimal("300.00")}  # 30 of 70 of 700.00


def test_a_late_touch_moves_credit_and_no_revenue(company):
    """boro had search alone: 300.00. With a webinar before the deal was opened each has 30 of 60."""
    closing = company.closed()
    bo = Touch.objects.get(channel="search", person__email="bo@boro.example").person
    late = company.touch(bo, "webinar", days=25, received_at=LATER)
    made = again(company, closing)
    assert parts(made, "credited", "channel", "webinar") == {"late_touch": 150}
    assert parts(made, "credited", "channel", "search") == {"late_touch": -150}
    change = next(one for one in restated_of(made).changes if one.key[1:3] == ("channel", "webinar"))
    assert change.parts[0].records == [("touch", late.pk, Decimal(150))]
    assert not [one for one in restated_of(made).changes if one.key.measure == "revenue_closed"]


def test_two_people_who_are_one_bring_their_touches_together(company):
    visitor = company.person("nobody")
    company.touch(visitor, "podcast", days=35)
    closing = company.closed()
    company.meet(visitor, company.person("lone", "lo@lone.example"))
    made = again(company, closing)
    assert parts(made, "credited", "channel", "podcast") == {"merge": 50}
    assert parts(made, "revenue_closed", "sourced", "sales_helped") == {"merge": 50}


def test_a_deal_that_arrives_late_is_a_late_record(company):
    closing = company.closed()
    company.deal("slow", "40.00", at=LATER)
    assert parts(again(company, closing), "revenue_closed") == {"late_record": 40}


def test_a_record_that_is_gone_is_the_rest(company):
    closing = company.closed()
    company_deal = Opportunity.objects.get(name="gone")
    company_deal.changes.all().delete()
    company_deal.delete()
    assert parts(again(company, closing), "deals_lost", unit="opportunities") == {"rest": -1}


def test_everything_at_once_each_cause_with_its_part(company):
    visitor = company.person("nobody")
    company.touch(visitor, "podcast", days=35)
    closing, before = company.closed(), None
    before = bytes(closing.closed_bytes)
    company.meet(visitor, company.person("lone", "lo@lone.example"))
    company.edit(Opportunity.objects.get(name="lone"), "80.00")
    bo = Touch.objects.get(channel="search", person__email="bo@boro.example").person
    company.touch(bo, "webinar", days=25, received_at=LATER)
    company.deal("slow", "40.00", at=LATER)
    made = again(company, closing)
    assert parts(made, "credited", "channel", "podcast") == {"merge": 50, "edit": 30}
    assert parts(made, "revenue_closed") == {"edit": 30, "late_record": 40}
    assert parts(made, "credited", "channel", "search") == {"late_touch": -150}
    assert parts(made, "credited") == {"merge": 50, "edit": 30}
    closing.refresh_from_db()
    assert bytes(closing.closed_bytes) == before
    assert list(faults(closing, company.place)) == []


def records(restatement, measure, part=""):
    """{cause: [(kind, record)]} of one line that is asked as a whole; none of them has an amount."""
    line = next(one for one in restated_of(restatement).changes if (one.key.measure, one.key.value) == (measure, part))
    assert {amount for one in line.parts for _, _, amount in one.records} <= {Decimal(0)}
    return {one.cause: [(kind, record) for kind, record, _ in one.records] for one in line.parts}


def test_rates_averages_and_medians_name_the_records_that_entered_left_or_changed(company):
    """Won 3 of 4, 1,350.00 of 1,550.00, 20 days each. boro turns out lost, a late deal of 40 days is won, acme is worth more: of the
    win rate boro changed and slow came; the lengths lost boro and have slow; acme is in the average, in no rate by count."""
    closing = company.closed()
    boro, acme = (Opportunity.objects.get(name=name) for name in ("boro", "acme"))
    Opportunity.objects.filter(pk=boro.pk).update(outcome="lost")
    company.edit(acme, "1700.00")
    slow = company.deal("slow", "40.00", at=LATER)
    Opportunity.objects.filter(pk=slow.pk).update(opened_at=FEBRUARY - 40 * DAY)
    made = again(company, closing)
    assert records(made, "win_rate") == {"edit": [("deal", boro.pk)], "late_record": [("deal", slow.pk)]}
    assert records(made, "average_won") == {"edit": [("deal", acme.pk), ("deal", boro.pk)], "late_record": [("deal", slow.pk)]}
    assert records(made, "sales_cycle_mean")["late_record"] == [("deal", slow.pk)]
    assert list(faults(closing, company.place)) == []


def test_a_deal_in_another_currency_is_no_case_of_an_average(company):
    closing = company.closed()
    dollar = company.deal("dollar", "77.00", currency="USD", at=LATER)
    made = again(company, closing)
    assert records(made, "win_rate") == {"late_record": [("deal", dollar.pk)]}
    assert not [one for one in restated_of(made).changes if one.key.measure == "average_won"]


def test_twice_is_once(company):
    closing = company.closed()
    company.edit(Opportunity.objects.get(name="acme"), "1700.00")
    assert again(company, closing).number == 1
    assert again(company, closing, LATER + DAY) is None
    assert (Restatement.objects.count(), Adjustment.objects.filter(measure="revenue_closed").count()) == (1, 1)


def test_pay_is_made_good_over_one_percent_in_the_next_open_quarter(company):
    """1,350.00 were closed: 13.00 more is less than 1 percent and waits; 3.00 more still make 16.00 together."""
    closing, acme = company.closed(), Opportunity.objects.get(name="acme")
    company.edit(acme, "1013.00")
    again(company, closing)
    assert not Adjustment.objects.filter(measure="revenue_closed").exists()
    company.edit(acme, "1016.00", LATER + DAY)
    again(company, closing, LATER + DAY)
    company.edit(acme, "1020.00", LATER + 2 * DAY)
    again(company, closing, LATER + 2 * DAY)
    rows = Adjustment.objects.filter(measure="revenue_closed")
    assert [(row.amount, row.unit, row.into, row.restatement.number) for row in rows] == [(Decimal(16), "EUR", "2026-Q2", 2)]
    assert Entry.objects.filter(verb="books.adjusted", codes__measure="revenue_closed").count() == 1


def test_the_next_closing_says_what_was_brought_into_it(company):
    first = company.closed()
    company.edit(Opportunity.objects.get(name="acme"), "1700.00")
    again(company, first)
    july = CLOSE.replace(month=7, day=8)
    second = company.both_sign(company.close("2026-Q2", july), july)
    said = [one for one in closed_of(second).adjustments if one["measure"] == "revenue_closed"]
    assert said == [
        {"of": "2026-Q1", "restatement": Restatement.objects.get().hash, "measure": "revenue_closed", "unit": "EUR", "amount": "700"}
    ]
    company.edit(Opportunity.objects.get(name="acme"), "1000.00", july + DAY)
    again(company, first, july + DAY)
    assert [(row.amount, row.into) for row in Adjustment.objects.filter(measure="revenue_closed").order_by("pk")] == [
        (Decimal(700), "2026-Q2"), (Decimal(-700), "2026-Q3"),
    ]  # fmt: skip
    assert list(faults(second, company.place)) == []


def test_what_goes_back_is_restated_too(company):
    closing, acme = company.closed(), Opportunity.objects.get(name="acme")
    company.edit(acme, "1700.00")
    again(company, closing)
    company.edit(acme, "1000.00", LATER + DAY)
    back = again(company, closing, LATER + DAY)
    line = next(one for one in restated_of(back).changes if one.key == REVENUE)
    assert (line.old, line.before, line.new, line.parts) == (1350, 2050, 1350, [])
    assert sum(row.amount for row in Adjustment.objects.filter(measure="revenue_closed")) == 0


def test_what_is_not_closed_is_not_restated(company):
    closing = company.close()
    with pytest.raises(NotClosable, match="is not signed by both sides yet"):
        again(company, closing)


def test_the_chain_continues_from_the_closing(company):
    closing, acme = company.closed(), Opportunity.objects.get(name="acme")
    for n in (1, 2, 3):
        company.edit(acme, f"{1000 + 100 * n}.00", LATER + n * DAY)
        assert again(company, closing, LATER + n * DAY).number == n
    rows = list(Restatement.objects.order_by("number"))
    assert [row.previous for row in rows] == [closing.hash, rows[0].hash, rows[1].hash]
    assert [json.loads(bytes(row.restated_bytes))["previous"] for row in rows] == [closing.hash, rows[0].hash, rows[1].hash]
    assert FEBRUARY < CLOSE
    assert list(faults(closing, company.place)) == []
