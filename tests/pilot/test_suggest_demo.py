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
LEADS = 20_000
CAUSES = {
    "prices looked at again": ("page_view /pricing",),
    "technical content": (
        "content_download for plant-engineer",
        "content_download against integration_effort",
        "content_download for automation",
    ),
    "asked for a demonstration": ("demo_request", "demo_request /demo", "demo_request demo"),
    "colleagues": ("anybody at the account",),
}
"""By what a cause may be found: those who did the same hold it alike."""
BUSY = ("email_open", "email_click", "ad_click", "content_download for operations", "content_download for board")
DOCUMENT = of_draft(load(HALDEN).terms)


def suggested(seed, tmp_path, leads=LEADS):
    rows = lived(seed, leads).plant(seed)
    return suggest(given(tmp_path, from_us(rows.now_us), **rows.tables), DOCUMENT)


def faults(found):
    """What is not as the causes say, in words; empty if everything is."""
    told = [one for one in found.told if one.ranked.verdict == HOLDS]
    good = {one.signal.name for one in told if one.ranked.is_for}
    wrong = [f"not found: {cause}" for cause, names in CAUSES.items() if not good & set(names)]
    wrong += [f"believed: {name}" for name in BUSY if name in good]
    wrong += [f"believed: {one.signal.says}" for one in told if one.signal.name.startswith("person.noise_")]
    refused = {one.name for one in found.verdicts if not one.is_used}
    wrong += [f"not refused: {name}" for name in sorted(LEAKS - refused)]
    honest = {"person.lead_source", "person.seniority", "account.industry", "account.employees", "page_view", "demo_request"}
    return wrong + [f"refused: {name}" for name in sorted(honest & refused)]


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.proof) for seed in range(2, 21))])
def test_planted_signals_are_found_and_decoys_and_leaks_are_not(seed, tmp_path):
    found = suggested(seed, tmp_path)
    assert faults(found) == []
    assert found.enough.is_enough


def test_a_company_too_small_is_told_how_many_would_be_enough(tmp_path):
    found = suggested(1, tmp_path, leads=300)
    assert found.points == ()
    assert found.enough.won < found.enough.won_needed
    assert found.told == ()
