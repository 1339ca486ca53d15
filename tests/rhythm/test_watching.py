"""An alarm that may be looked at every day: it finds what moved, and cries wolf no oftener than it says."""

import random

import pytest

from treaty.rhythm.watching import ALARMS_A_YEAR, Share, evidence, has_moved, needed, risk
from treaty.shares import wilson


def alarms(seed, *, share, since_share=None, cases=300, before=200, spend, test):
    """Whether a year of cases, looked at after each of them, ever alarms."""
    chance = random.Random(seed)
    signed = Share(sum(chance.random() < share for _ in range(before)), before)
    k = 0
    for n in range(1, cases + 1):
        k += chance.random() < (share if since_share is None else since_share)
        if test(signed, Share(k, n), spend):
            return True
    return False


def naive(signed, since, spend):
    """What one would do without thinking of how often one looks: the two ranges, at 95 of 100, do not meet."""
    low, high = wilson(signed.k, signed.n)
    return since.n >= 10 and (wilson(since.k, since.n)[1] < low or wilson(since.k, since.n)[0] > high)


@pytest.mark.parametrize("share", [0.2, 0.6, 0.9])
def test_false_alarms_are_no_more_than_stated(share):
    """One measure, one window a year: 400 years in which nothing changed. Stated are at most 0.2 a year, 80 of 400."""
    spend = risk(1, 1)
    assert spend == ALARMS_A_YEAR
    found = sum(alarms(seed, share=share, spend=spend, test=has_moved) for seed in range(400))
    assert found <= ALARMS_A_YEAR * 400


def test_looking_each_day_with_an_ordinary_test_cries_wolf():
    """The twin without the guard, at a risk of 5 in 100 for one look."""
    assert sum(alarms(seed, share=0.6, spend=0.05, test=naive) for seed in range(200)) > 2 * 0.05 * 200


def test_a_planted_change_is_found_within_a_quarter_of_leads():
    """Acceptance falls from 80 to 55 of 100: found within 180 answers in 95 of 100 years, one of two measures in one of four windows."""
    spend = risk(4, 2)
    found = sum(alarms(seed, share=0.8, since_share=0.55, cases=180, before=400, spend=spend, test=has_moved) for seed in range(100))
    assert found >= 95


def test_a_rise_is_told_as_a_fall_is():
    assert has_moved(Share(100, 400), Share(60, 100), 0.025)
    assert not has_moved(Share(100, 400), Share(26, 100), 0.025)


def test_nothing_is_said_of_no_cases():
    assert not has_moved(Share(0, 0), Share(5, 5), 0.5)
    assert not has_moved(Share(5, 9), Share(0, 0), 0.5)


def test_evidence_by_hand():
    """One yes under a share of one half, with the mixture's mean at one half: both give it one half, so there is none."""
    assert evidence(Share(1, 1), 0.5, 0.5) == pytest.approx(0)
    assert evidence(Share(1, 1), 0.0, 0.5) == float("inf")


def test_how_soon_a_change_would_be_found():
    soon = needed(Share(320, 400), 0.6, risk(4, 2))
    assert soon is not None
    assert 20 < soon < 200
    assert needed(Share(320, 400), 0.79, risk(4, 2), most=500) is None


def test_all_windows_and_measures_share_the_risk_of_a_year():
    assert risk(4, 5) * 4 * 5 == pytest.approx(ALARMS_A_YEAR)
