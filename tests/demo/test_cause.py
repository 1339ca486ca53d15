"""The causes are what they are said to be: odds worked by hand, shares that follow, and signals that only look busy."""

from random import Random

import pytest

from treaty.demo import causes
from treaty.demo.causes import Seen
from treaty.demo.fates import decide
from treaty.demo.people import Account, Person


def seen(**other) -> Seen:
    plain = {"channel": "paid_search", "employees": 100, "industry": "manufacturing", "seniority": "director"}
    return Seen(**(plain | other))


def test_the_odds_of_an_ordinary_lead_are_the_base_times_its_fit():
    # 0.135 for winning, 1.2 for manufacturing, 1.0 for director, 1.0 for 50 to 249 people, 1.0 for paid search
    assert causes.odds(seen(), 0).won == pytest.approx(0.135 * 1.2)
    assert causes.odds(seen(), 0).accepted == pytest.approx(5.0 * 1.2 * 1.1)


def test_two_price_views_and_two_technical_downloads_multiply():
    # 1.9 for prices again, 2.1 for technical content
    busy = seen(pricing_views=2, technical_downloads=2)
    assert causes.odds(busy, 0).won / causes.odds(seen(), 0).won == pytest.approx(1.9 * 2.1)


def test_what_only_looks_busy_changes_nothing():
    busy = seen(letters_opened=9, page_views=40, ad_clicks=3, general_downloads=5, pricing_views=1, technical_downloads=1)
    assert causes.odds(busy, 2) == causes.odds(seen(), 2)


def test_each_working_hour_costs_three_percent_of_the_odds_of_winning_up_to_a_day():
    plain = causes.odds(seen(), 0).won
    assert causes.odds(seen(), 4).won / plain == pytest.approx(0.97 * 0.97 * 0.97 * 0.97)
    assert causes.odds(seen(), 24) == causes.odds(seen(), 300)


def test_the_november_webinar_works_and_the_others_only_invite():
    best = max(causes.WEBINARS, key=lambda month: causes.WEBINARS[month].effect.won)
    assert best == 11
    november, october = (causes.odds(seen(webinars=1, webinar_months={month}), 0).won for month in (11, 10))
    assert november / october == pytest.approx(1.5)
    assert causes.WEBINARS[11].pull == max(w.pull for w in causes.WEBINARS.values())


def test_shares_of_channels_industries_and_seniorities_sum_to_one():
    assert sum(c.share for c in causes.CHANNELS.values()) == pytest.approx(1)
    assert sum(share for share, _ in causes.INDUSTRIES.values()) == pytest.approx(1)
    assert sum(share for share, _ in causes.SENIORITIES.values()) == pytest.approx(1)


@pytest.mark.parametrize("hours", [0.0, 8.0])
def test_fates_follow_the_odds(hours):
    account = Account(0, "a.example", "A", "DE", "manufacturing", 100)
    person = Person("0-0", "A", "B", "a.b@a.example", "DE", 0, "evaluating", "paid_search", seniority="director")
    what = seen(pricing_views=2)
    rng, times = Random(5), 4000
    fates = [decide(rng, account, person, what, hours, by_alias=False) for _ in range(times)]
    for gate, value in zip(("is_accepted", "is_qualified", "is_opened", "is_won"), causes.odds(what, hours), strict=True):
        expected = value / (1 + value)
        spread = (expected * (1 - expected) / times) ** 0.5
        assert abs(sum(getattr(f, gate) for f in fates) / times - expected) < 4 * spread


def test_reasons_follow_their_causes():
    assert causes.rejected_weights(seen(channel="paid_social"))["not_in_market"] == 2 * causes.rejected_weights(seen())["not_in_market"]
    assert causes.lost_weights(seen(), 5)["competitor"] == 2.5 * causes.lost_weights(seen(), 3)["competitor"]
    assert causes.lost_weights(seen(industry="chemicals"), 0)["missing_capability"] == 36


def test_a_wrong_address_is_rejected_as_such_whatever_the_odds():
    account = Account(0, "a.example", "A", "DE", "manufacturing", 100)
    person = Person("0-0", "A", "B", "a.b@a.example", "DE", 0, "asks", "referral", seniority="director", has_wrong_data=True)
    fate = decide(Random(1), account, person, seen(demo_requests=1), 0, by_alias=False)
    assert (fate.is_accepted, fate.reason) == (False, "wrong_contact")
    assert decide(Random(1), account, person, seen(), 0, by_alias=True).reason == "duplicate"
