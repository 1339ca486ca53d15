"""Which deals of two systems may be one: every rule with its points, by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from treaty.truth.alike_deals import ENOUGH, MOST, Deal, Line, is_news, lines, pairs

CRM, HUB, THIRD = frozenset({1}), frozenset({2}), frozenset({3})
MARCH = date(2026, 3, 3)


def deal(number=1, systems=CRM, **more):
    given = {
        "account": 7,
        "company": "Kessler GmbH",
        "name": "Pumps 2026",
        "amount": Decimal(10_000),
        "currency": "EUR",
        "closes_on": MARCH,
    }
    return Deal(number, systems, **{**given, **more})


def points(rule, one, other):
    return next((line.points for line in lines(one, other) if line.rule == rule), None)


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ({}, {}, 3),
        ({}, {"account": 8, "company": "Other", "buyers": frozenset({5})}, None),
        ({"buyers": frozenset({4, 5})}, {"account": 8, "company": "Other", "buyers": frozenset({5})}, 3),
        ({"domain": "kessler.example"}, {"account": 8, "company": "K.", "domain": "kessler.example"}, 2),
        ({}, {"account": 8, "company": "KESSLER"}, 2),  # without legal form and case
        ({"account": None, "company": ""}, {"account": None, "company": ""}, None),
    ],
)
def test_the_company(mine, theirs, expected):
    assert points("company", deal(**mine), deal(2, HUB, **theirs)) == expected


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("10000", "EUR", 3),
        ("10000.0001", "EUR", 2),
        ("9500", "EUR", 2),  # 500 of 10,000 is 5%
        ("9499.99", "EUR", 1),
        ("12500", "EUR", 1),  # 2,500 of 12,500 is 20%
        ("12500.01", "EUR", -2),
        ("0", "EUR", -2),
        ("-10000", "EUR", -2),
        ("10000", "USD", None),
        (None, "EUR", None),
    ],
)
def test_the_amount(amount, currency, expected):
    other = deal(2, HUB, amount=None if amount is None else Decimal(amount), currency=currency)
    assert points("amount", deal(), other) == points("amount", other, deal()) == expected


def test_two_amounts_of_nothing_are_the_same():
    assert points("amount", deal(amount=Decimal(0)), deal(amount=Decimal(0))) == 3


@pytest.mark.parametrize(("days", "expected"), [(0, 2), (3, 2), (-3, 2), (4, 1), (31, 1), (32, None), (180, None), (181, -2)])
def test_the_day_of_the_close(days, expected):
    assert points("close", deal(), deal(2, HUB, closes_on=MARCH + timedelta(days=days))) == expected


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ("Pumps 2026", "pumps, 2026", 3),
        ("Kessler GmbH: Pumps 2026", "Pumps 2026", 3),  # the company's words say nothing
        ("Pumps 2026", "Pumps", 1),  # one of two
        ("Pumps 2026 North", "Pumps", None),  # one of three
        ("Pumps", "Seals", None),
        ("Kessler GmbH", "Kessler GmbH", 3),  # it has no other words
        ("", "Pumps", None),
    ],
)
def test_the_name(mine, theirs, expected):
    assert points("name", deal(name=mine), deal(2, HUB, name=theirs)) == expected


def test_won_and_lost_speak_against_it():
    assert points("outcome", deal(outcome="won"), deal(2, HUB, outcome="lost")) == -3
    assert points("outcome", deal(outcome="won"), deal(2, HUB)) is None


def test_a_pair_says_in_words_what_was_found():
    other = deal(2, HUB, name="Pumps", amount=Decimal("9800.50"), closes_on=date(2026, 3, 4))
    assert lines(deal(), other) == (
        Line("company", "both are of Kessler GmbH", 3),
        Line("amount", "10,000.00 EUR and 9,800.50 EUR", 2),
        Line("close", "3 March 2026 and 4 March 2026, 1 day apart", 2),
        Line("name", "Pumps 2026 and Pumps share words", 1),
    )


def test_six_points_make_a_pair_and_five_none():
    """One account 3, amount within 20% 1, close within a month 1: five; with half the name six."""
    other = deal(2, HUB, amount=Decimal(8500), closes_on=MARCH + timedelta(days=20), name="Seals")
    assert pairs([deal(), other]) == []
    (pair,) = pairs([deal(), deal(2, HUB, amount=Decimal(8500), closes_on=MARCH + timedelta(days=20), name="Pumps")])
    assert (pair.one, pair.other, pair.points) == (1, 2, ENOUGH)


def test_deals_of_one_system_or_told_by_one_of_both_are_no_pair():
    assert pairs([deal(), deal(2, CRM), deal(3, CRM | HUB)]) == []
    assert [(pair.one, pair.other) for pair in pairs([deal(1, CRM | HUB), deal(2, THIRD)])] == [(1, 2)]


def test_of_several_the_best_stands_and_two_that_are_as_good_both_do():
    """Deal 1 has 11 points with 2 and fewer with 3; 4 is as like 5 as 6, and nothing says which it is."""
    near = deal(3, HUB, amount=Decimal(9900))
    other = {"account": 9, "company": "Warneck"}
    alike = [deal(4, CRM, **other), deal(5, HUB, **other), deal(6, HUB, **other)]
    assert [(pair.one, pair.other) for pair in pairs([deal(), deal(2, HUB), near, *alike])] == [(1, 2), (4, 5), (4, 6)]


def test_whichever_way_they_come_the_pairs_are_the_same():
    some = [deal(n, (CRM, HUB)[n % 2], account=n % 5, amount=Decimal(1000 + n % 7), name=f"Deal {n % 3}") for n in range(1, 40)]
    assert pairs(some) == pairs(some[::-1])
    assert pairs(some)


def test_among_very_many_deals_of_one_company_nothing_is_compared():
    assert pairs([deal(n, (CRM, HUB)[n % 2], amount=Decimal(n), name=f"{n}") for n in range(MOST + 1)]) == []


def test_news_is_what_speaks_for_it_more_than_before():
    then = [Line("company", "", 3), Line("amount", "", 2), Line("close", "", -2)]
    assert not is_news(then, then)
    assert not is_news([Line("company", "", 2), Line("close", "", -2)], then)
    assert is_news([Line("company", "", 3), Line("amount", "", 3)], then)
    assert is_news([Line("close", "", 1)], then)
