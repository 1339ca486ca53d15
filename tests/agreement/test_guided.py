"""A first draft from a few answers: what was said is in the document, and the document has no fault."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from treaty.agreement.beginning import TEMPLATES, templates, text_of
from treaty.agreement.check import examine
from treaty.agreement.guided import Answers, drafted, next_beginning

SAID = Answers(
    template="small-business", company="Nordwerk", currency="GBP", zone="Europe/London", marketing="ida@nordwerk.example",
    sales="tom@nordwerk.example", takers=("tom@nordwerk.example", "eva@nordwerk.example"), begins=date(2027, 2, 1),
    sponsor="boss@nordwerk.example", contact_within="3 working hours", leads=60, revenue=Decimal(90_000), lookback=120,
)  # fmt: skip


def said_for(template: str) -> Answers:
    return replace(SAID, template=template)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_is_a_whole_agreement_without_a_warning(name: str):
    found = examine(text_of(name))
    assert [str(problem) for problem in found.problems] == []
    assert found.terms is not None
    assert found.terms.attribution
    assert found.terms.cadence
    assert found.terms.reasons.rejected


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_was_answered_is_in_the_draft_and_nothing_is_wrong_with_it(name: str):
    found = examine(drafted(said_for(name)))
    assert [str(problem) for problem in found.problems] == []
    terms = found.terms
    assert terms is not None
    assert (terms.agreement, terms.currency, terms.time_zone) == ("Nordwerk, sales and marketing", "GBP", "Europe/London")
    assert terms.signatories.everyone == ("ida@nordwerk.example", "tom@nordwerk.example")
    assert {member for pool in terms.pools.values() for member in pool.members} == {"tom@nordwerk.example", "eva@nordwerk.example"}
    assert {rule.to for rule in terms.routes if rule.to} == {"tom@nordwerk.example"}
    assert str(terms.promise(terms.promise_that("first_contact")).within) == "3 working hours"
    assert terms.attribution
    assert str(terms.attribution.lookback) == "120 days"
    assert terms.effective == date(2027, 2, 1)
    assert "your-company.example" not in drafted(said_for(name))


@pytest.mark.parametrize(
    ("name", "leads", "per", "target"),
    [("small-business", 60, "month", 90_000), ("long-cycle-abm", 180, "quarter", None), ("home-services", 14, "week", 30_000)],
)
def test_figures_are_said_per_period_of_the_template(name: str, leads: int, per: str, target: int | None):
    """60 leads a month are 180 a quarter and 720 / 52 = 13.8 a week; 90,000 a quarter are 30,000 a month."""
    terms = examine(drafted(said_for(name))).terms
    assert terms is not None
    [volume] = [promise for promise in terms.promises.marketing if promise.deliver in terms.stages]
    assert volume.at_least
    assert (volume.at_least.number, volume.per) == (leads, per)
    targets = [goal.target.number for goal in terms.goals if goal.measure == "revenue_closed" and goal.target]
    assert targets == ([target] if target else [])


def test_what_was_not_answered_stays_as_the_template_says():
    terms = examine(drafted(replace(SAID, leads=None, revenue=None, contact_within=None, lookback=None, sponsor=None))).terms
    assert terms is not None
    first, goal = terms.promises.marketing[0], terms.goals[0]
    assert first.at_least
    assert goal.target
    assert (first.at_least.number, goal.target.number) == (15, 60_000)
    assert terms.sponsor is None


def test_comments_of_the_template_are_in_the_draft():
    text = drafted(SAID)
    assert "# somebody who asks is never made to wait" in text
    assert text.startswith("# A small business")


def test_the_lock_lasts_as_long_as_in_the_template():
    """From 2027-01-01 to 2027-03-31 are 89 days; 89 days after 2027-02-01 is 2027-05-01."""
    terms = examine(drafted(SAID)).terms
    assert terms is not None
    assert terms.locked_until == date(2027, 5, 1)


@pytest.mark.parametrize(
    ("today", "begins"),
    [(date(2026, 12, 1), date(2027, 1, 1)), (date(2026, 12, 28), date(2027, 2, 1)), (date(2027, 1, 24), date(2027, 2, 1))],
)
def test_it_begins_on_the_first_of_a_month(today: date, begins: date):
    assert next_beginning(today) == begins


def test_templates_say_for_whom_they_are():
    assert [one.name for one in templates()] == list(TEMPLATES)
    assert all(len(one.says) > 60 and "#" not in one.says for one in templates())


def test_a_template_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(LookupError, match="no template 'bank': use one of small-business, enterprise"):
        text_of("bank")
