"""The demo company, whose causes are known: planted signals are found again, what only looks busy and what leaks is not proposed."""

import pytest

from tests.given_lake import given
from tests.pilot.lived import LEAKS, lived
from tests.world import HALDEN
from treaty.agreement.document import load
from treaty.moments import from_us
from treaty.pilot.replayed import of_draft
from treaty.pilot.suggesting.ranking import HOLDS
from treaty.pilot.suggesting.suggestion import suggest

pytestmark = pytest.mark.django_db
LEADS, FEW = 40_000, 12_000
"""So many that 250 are won; and so many that all but recall can be seen."""
CAUSES = {
    "prices looked at again": ("page_view /pricing",),
    "colleagues": ("anybody at the account", "page_view at the account", "content_download at the account"),
    "technical content": ("content_download for plant-engineer", "content_download against integration_effort"),
    "referral brings the best": ("person.lead_source", "channel referral", "campaign partner-circle"),
    "paid social brings the poorest": ("person.lead_source", "channel paid_social", "campaign social-plant-managers"),
}
"""By what a cause may be found: those who did the same hold it alike. That somebody asked for a demonstration is no cause that can be
found: the agreement of this company lets those in who fit less, so that among the leads sales worked asking goes with fitting less."""
AGAINST = ("paid social brings the poorest",)
BUSY = ("email_open", "email_click", "ad_click", "content_download for operations", "content_download for board")
"""What looks busy and does nothing."""
HONEST = {
    "person.lead_source",
    "person.seniority",
    "account.industry",
    "account.employees",
    "page_view",
    "demo_request",
    "content_download",
}
DOCUMENT = of_draft(load(HALDEN).terms)


def suggested(seed, tmp_path, leads=LEADS):
    rows = lived(seed, leads).plant(seed)
    return suggest(given(tmp_path, from_us(rows.now_us), **rows.tables), DOCUMENT)


def causes_found(found):
    """The causes that hold, in the direction they have."""
    told = [one for one in found.told if one.ranked.verdict == HOLDS]
    return {
        cause
        for cause, names in CAUSES.items()
        if any(one.signal.name in names and one.ranked.is_for != (cause in AGAINST) and _says(one, cause) for one in told)
    }


def _says(one, cause):
    """A lead source is found by its level, colleagues by how many people they are."""
    if one.signal.name == "person.lead_source":
        return one.signal.levels == (("paid_social",) if cause in AGAINST else ("referral",))
    return cause != "colleagues" or (one.signal.condition.touches.people or 0) >= 2


def faults(found):
    """What is believed and should not be, or refused and should not be, or not refused; in words, empty if nothing is."""
    told = [one for one in found.told if one.ranked.verdict == HOLDS]
    wrong = [f"believed: {one.signal.says}" for one in told if one.signal.name in BUSY and one.ranked.is_for]
    wrong += [f"believed: {one.signal.says}" for one in told if one.signal.name.startswith("person.noise_")]
    refused = {one.name for one in found.verdicts if not one.is_used}
    wrong += [f"not refused: {name}" for name in sorted(LEAKS - refused)]
    return wrong + [f"refused: {name}" for name in sorted(HONEST & refused)]


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(1, 21))
def test_planted_signals_are_found_and_decoys_and_leaks_are_not(seed, tmp_path):
    found = suggested(seed, tmp_path)
    assert faults(found) == []
    assert len(causes_found(found)) >= 2  # of five; with 250 won leads the weaker ones are found now and then


def test_decoys_and_leaks_are_not_proposed_whatever_the_size(tmp_path):
    found = suggested(1, tmp_path, FEW)
    assert faults(found) == []
    assert {one.name: one.evidence[0].kind for one in found.verdicts if one.name in LEAKS} == {
        "onboarding_started": "alone",
        "person.how_it_went": "dates",
        "person.lead_quality": "alone",
        "person.region_code": "fill",
    }
    assert {"person.answer.budget", "person.answer.need"} <= {one.name for one in found.verdicts if not one.is_used}  # asked after contact


def test_a_company_too_small_is_told_how_many_would_be_enough(tmp_path):
    found = suggested(1, tmp_path, leads=300)
    assert found.points == ()
    assert found.enough.won < found.enough.won_needed
    assert found.told == ()
