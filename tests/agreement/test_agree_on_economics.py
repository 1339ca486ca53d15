"""What goes into cost is agreed: read, said, checked; and a document without it keeps its bytes."""

import copy
from decimal import Decimal

import pytest

from tests.agreement.test_say_in_words import another, leaves
from treaty.agreement import canonical
from treaty.agreement.canonical import Bindings
from treaty.agreement.check import examine
from treaty.agreement.layout import fmt
from treaty.agreement.words import as_text, contract

GIVEN = Bindings(files={"message-house.yaml": "e3" * 32})
AGREED = """economics:
  spend: [paid_search, webinar]
  unassigned: by_touches
  costs:
    - {id: salaries, what: salaries, side: marketing, amount: 21_000, per: month, from: 2026-01-01, until: 2026-12-31}
  lag: sales_cycle
  margin: 62%
  amount_covers: 12 months
  churn: {share: 18%, per: year}

"""


@pytest.fixture
def with_economics(text):
    return text.replace("\nincentives:", f"\n{AGREED}incentives:", 1)


def problems(text):
    return [f"{one.says} → {one.way_out}" for one in examine(text).errors]


def test_it_is_read_and_reads_as_a_sentence(with_economics):
    loaded = examine(with_economics)
    assert loaded.problems == ()
    assert loaded.terms.economics.costs[0].amount == Decimal(21000)
    said = " ".join(as_text(loaded.terms).split())
    for line in (
        "What a customer costs counts the spend on paid search and webinar.",
        "Spend that names no channel or no campaign is shared evenly among the touches of its month that name one.",
        "Added is salaries in marketing: €21,000 each month from 1 January 2026 until 31 December 2026, day by day. (salaries)",
        "New customers of a period are compared with the cost of one median sales cycle before",
        "The gross margin is 62%.",
        "The amount of an opportunity is what a customer pays for 12 months.",
        "18% of customers leave in a year.",
        "What a customer is worth is average revenue per account per period × gross margin / churn per period",
    ):
        assert line in said


def test_a_document_without_it_says_nothing_of_it_in_its_bytes(halden):
    assert b"economics" not in canonical.signed_bytes(halden, GIVEN)


def test_its_bytes_are_read_back_as_the_same_terms(with_economics):
    terms = examine(with_economics).terms
    raw = canonical.signed_bytes(terms, GIVEN)
    assert canonical.read(raw).terms == terms
    assert canonical.signed_bytes(canonical.read(raw).terms, GIVEN) == raw


def test_nothing_of_it_goes_unsaid(with_economics):
    """Every value is changed, one at a time, and the words change with it."""
    terms = examine(with_economics).terms
    data, said = canonical.as_data(terms), as_text(terms)
    there = [(path, value) for path, value in leaves(data) if path[0] == "economics"]
    assert len(there) >= 15
    for path, value in there:
        choices = {"by_touches": "by_won", "sales_cycle": "none", "marketing": "sales"}
        other = another_choice(data, path, choices[value]) if value in choices else another(copy.deepcopy(data), path, value)
        assert other is not None, path
        assert as_text(other) != said, path


def another_choice(data, path, value):
    from treaty.agreement.terms import Terms

    copied = copy.deepcopy(data)
    inner = copied
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return Terms.model_validate(copied)


@pytest.mark.parametrize(
    ("written", "instead", "says"),
    [
        ("until: 2026-12-31", "until: 2025-12-31", "cost salaries ends before it begins → write a later day, or leave it out"),
        ("amount: 21_000", "amount: -1", "cost salaries is less than nothing → write what it costs"),
        ("share: 18%", "share: 0%", "nobody ever leaves: a customer's worth has no end → write a share above 0%"),
        ("margin: 62%", "margin: 0%", "a margin of 0%: no customer is worth anything → write the share of revenue that is left"),
        ("  margin: 62%", "  margin: 62%\n  lifetime: 4 years", "churn and lifetime both say how long a customer stays → keep one of them"),
        ("amount_covers: 12 months", "amount_covers: 90 days", "'90 days' is not a number of months → write it as 18 months or 3 years"),
        ("spend: [paid_search, webinar]", "spend: []", "0 is empty → name at least one"),
    ],
)
def test_what_does_not_hold_together_is_told_with_the_way_out(with_economics, written, instead, says):
    assert written in with_economics
    assert any(says.split(" → ")[1] in one for one in problems(with_economics.replace(written, instead))), problems(
        with_economics.replace(written, instead)
    )


def test_every_value_points_to_the_term_it_says(with_economics):
    terms = examine(with_economics).terms
    data = terms.model_dump(by_alias=True)
    for clause in contract(terms).clauses():
        for span in clause.spans:
            inner = data
            for step in span.path if span.kind == "value" else ():
                inner = inner[step]


def test_it_has_one_layout(with_economics):
    assert "\n\neconomics:\n  spend: [paid_search, webinar]\n" in fmt(with_economics)
    assert fmt(fmt(with_economics)) == fmt(with_economics)
