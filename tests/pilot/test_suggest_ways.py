"""The few clauses that say most: on small sets where every set can be tried, and along the curve."""

from itertools import combinations

import numpy as np
import pytest

from tests.world import HALDEN
from treaty.agreement.conditions import Condition
from treaty.agreement.document import load
from treaty.pilot.suggesting.drafting import drafted, plain
from treaty.pilot.suggesting.points import condition_of
from treaty.pilot.suggesting.signals import Counted, Signal, of_touches, says, united
from treaty.pilot.suggesting.ways import CLAUSES, WAYS, Part, curve

PARTS = [Part(at, at, is_for=at != 3) for at in range(5)]


def made(seed, rows=2000):
    draw = np.random.default_rng(seed)
    holds = draw.random((5, rows)) < np.array([0.3, 0.2, 0.4, 0.3, 0.1])[:, None]
    chance = np.full(rows, 0.05)
    chance[holds[0] & holds[1]] = 0.5
    chance[holds[4]] = 0.6
    chance[holds[3]] *= 0.2
    return holds, draw.random(rows) < chance


def covered(ways, holds):
    found = np.zeros(holds.shape[1], np.bool_)
    for way in ways:
        found |= np.all([holds[one.place] == one.is_for for one in way], axis=0)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_the_curve_goes_from_many_leads_to_few_of_which_more_are_won(seed):
    holds, won = made(seed)
    sets = curve(holds, won, PARTS)
    sizes = [covered(ways, holds).sum() for ways in sets]
    shares = [won[covered(ways, holds)].mean() for ways in sets]
    assert len(sets) > 2
    assert sizes == sorted(sizes, reverse=True)
    assert shares == sorted(shares)
    for ways in sets:
        assert 1 <= len(ways) <= WAYS
        for way in ways:
            assert 1 <= len(way) <= CLAUSES
            assert any(one.is_for for one in way)
            assert len({one.question for one in way}) == len(way)


@pytest.mark.parametrize("seed", range(5))
def test_the_first_way_is_the_best_of_all_there_are(seed):
    """Every set of up to three clauses tried; a lead costs half a won one."""
    holds, won = made(seed)
    price = won.mean() * 2.0
    every = [way for size in (1, 2, 3) for way in combinations(PARTS, size) if any(one.is_for for one in way)]
    worth = {way: won[covered([way], holds)].sum() - price * covered([way], holds).sum() for way in every}
    best = max(worth.values())
    found = [ways[0] for ways in curve(holds, won, PARTS)]
    assert any(abs(worth[tuple(sorted(way))] - best) <= 0.01 * won.sum() for way in found)


def test_without_clauses_or_wins_there_is_no_curve():
    holds, won = made(1)
    assert curve(holds, won, []) == []
    assert curve(holds, np.zeros_like(won), PARTS) == []


DEMO = Signal("demo_request", "demo_request", Condition.model_validate({"touches": {"kind": "demo_request"}}))
ADS = Signal("ad_click", "ad_click", Condition.model_validate({"touches": {"kind": "ad_click"}}))


def test_a_way_asks_what_must_hold_and_what_must_not_and_keeps_what_is_excluded():
    free = Condition.model_validate({"person": {"email_domain": {"in_list": "free_mail"}}})
    assert condition_of((Part(0, 0, is_for=True),), [DEMO, ADS], []) == DEMO.condition
    both = condition_of((Part(0, 0, is_for=True), Part(1, 1, is_for=False)), [DEMO, ADS], [free])
    assert plain(both) == {
        "all": [{"touches": {"kind": "demo_request"}}],
        "none": [{"touches": {"kind": "ad_click"}}, {"person": {"email_domain": {"in_list": "free_mail"}}}],
    }


def test_every_threshold_and_window_is_asked_the_simplest_first():
    found = list(of_touches(Counted("page_view /pricing", "page_view", (("path", (("starts_with", "/pricing"),)),))))
    assert len(found) == 20
    assert plain(found[0][0].condition) == {"touches": {"kind": "page_view", "where": {"path": {"starts_with": "/pricing"}}}}
    assert found[7][1] == (90, 5, None)
    assert found[7][0].says == "at least 5 page views whose page begins with /pricing in the last 90 days"
    assert len({one.question for one, _ in found}) == 1
    there = list(of_touches(Counted("anybody at the account", by="account")))
    assert len(there) == 35
    assert len({one.question for one, _ in there}) == 2


def test_levels_of_one_field_are_asked_together():
    levels = [Signal("account.industry", f"i {level}", Condition(), "account.industry", (level,)) for level in ("food", "energy")]
    assert says(united(levels).condition) == "a company in food or energy"


def test_a_draft_has_the_definition_and_keeps_its_comments():
    terms = load(HALDEN).terms
    way = Condition.model_validate(
        {"all": [{"touches": {"kind": "webinar_attended", "at_least": 2, "within": "30 days"}}, {"person": {"region": {"is": "north"}}}]}
    )
    text = drafted(HALDEN, terms, "marketing_qualified", [way, DEMO.condition])
    loaded = load(text)
    assert loaded.errors == ()
    stage = loaded.terms.stages["marketing_qualified"]
    assert (stage.enter, stage.shortcuts) == (way, [DEMO.condition])
    assert loaded.terms.fields.person == ["region"]
    assert "# one person, from this moment on" in text
    assert load(drafted(HALDEN, terms, "marketing_qualified", [DEMO.condition])).terms.stages["marketing_qualified"].shortcuts == []
