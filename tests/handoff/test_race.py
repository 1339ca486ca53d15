"""Many writers at once: whatever they do to the same leads, each has exactly one owner, and no turn is lost or taken twice.

Real processes, each with a connection of its own, go through the same leads at the same time (`racers`).
"""

import json
import subprocess
import sys
from collections import Counter

import pytest

from tests.conftest import ROOT
from tests.kills import homes

pytestmark = pytest.mark.db
WRITERS, LEADS, REPS = 4, 6, 4
FALLBACK = "sam.okafor@halden.example"
MARKETING = "mira.lang@halden.example"


@pytest.fixture
def race(tmp_path):
    """Run a race in a fresh home; what is there when the last has ended."""
    with homes.fresh(tmp_path / "home") as env:

        def run(**wanted):
            words = [sys.executable, "-m", "tests.handoff.racers", json.dumps(wanted)]
            ended = subprocess.run(words, env=env, cwd=ROOT, text=True, capture_output=True, timeout=120, check=False)
            assert ended.returncode == 0, ended.stderr
            seen = json.loads(ended.stdout)
            assert seen["failed"] == 0 or not wanted.get("is_guarded", True), ended.stderr
            return seen

        yield run


def owners(lead):
    """Whom the ledger, the handoff and the lead itself name; one name if all is well."""
    return {lead["owner"], *lead["assigned"], *lead["handed"]}


def has_one_owner(lead):
    return len(lead["assigned"]) == len(lead["handed"]) == len(owners(lead)) == 1


def check_turns(seen):
    """Numbered without gap or double; each decided on the turns before it, and on no others."""
    taken = dict.fromkeys(seen["seats"], 0)
    for expected, (turn, owner, believed) in enumerate(seen["turns"], start=1):
        assert (turn, believed) == (expected, taken)
        taken[owner] += 1
    assert taken == seen["seats"]
    assert all(seen["again"])
    assert len(seen["again"]) == len(seen["turns"])


def check_journal(seen):
    """Every handoff said once when made, once when moved; no number missing."""
    assert seen["seqs"] == list(range(1, len(seen["seqs"]) + 1))
    assert sorted(seen["made"]) == sorted(seen["handoffs"])
    assert len(seen["moved"]) == len(set(seen["moved"]))


def test_many_writers_leave_each_lead_with_exactly_one_owner(race):
    """Each lead goes once round the four reps and stays with the fallback: 5 handoffs, 4 of them moved, whoever did it."""
    seen = race(leads=LEADS, reps=REPS, racers=["chase"] * WRITERS)
    everybody = [*(f"rep{n}@halden.example" for n in range(REPS)), FALLBACK]
    for lead in seen["leads"]:
        assert has_one_owner(lead), lead
        assert (sorted(lead["had"]), lead["owner"], lead["gaps"]) == (everybody, FALLBACK, 0)
    assert len(seen["turns"]) == LEADS * REPS
    check_turns(seen)
    check_journal(seen)
    assert len(seen["moved"]) == LEADS * REPS


def test_without_transaction_lock_and_constraint_a_lead_has_two_owners(race):
    """The twin of the test above with the guards off: it shows that the test can fail."""
    seen = race(leads=LEADS, reps=REPS, racers=["chase"] * WRITERS, is_guarded=False)
    assert any(len(lead["handed"]) > 1 or len(lead["assigned"]) > 1 for lead in seen["leads"])
    with pytest.raises(AssertionError):
        check_turns(seen)


def test_an_answer_and_a_re_route_at_once_leave_one_of_the_two(race):
    """A lead that was rejected is with marketing and with nobody in sales; every other is with one rep, who alone was answered for."""
    seen = race(leads=12, reps=REPS, handed=True, racers=["chase_handed", "chase_handed", "answer", "give_to_sam"])
    for lead in seen["leads"]:
        if lead["stage"] == "recycled":
            assert (lead["handed"], owners(lead)) == ([], {MARKETING}), lead
        else:
            assert has_one_owner(lead), lead
        assert lead["gaps"] == 0
    check_turns(seen)
    check_journal(seen)
    assert seen["answered_after_they_were_moved"] == 0


def test_deals_clocks_and_re_routes_at_once_wait_for_each_other_in_one_order(race):
    """Nobody fails, as one would whom the database chose to end a deadlock."""
    seen = race(leads=8, reps=REPS, handed=True, racers=["sell", "watch", "chase_handed", "watch", "sell"])
    for lead in seen["leads"]:
        assert len(lead["assigned"]) == 1
        assert set(lead["assigned"]) == {lead["owner"]}
    check_journal(seen)


def test_what_is_logged_on_a_page_waits_for_re_routes_in_the_same_order(race):
    seen = race(leads=6, reps=REPS, handed=True, racers=["log_on_page", "chase_handed", "log_on_page", "watch"])
    assert all(len(lead["assigned"]) == 1 for lead in seen["leads"])
    assert seen["logged"] == 2 * 6 * 3 * 2
    check_journal(seen)


def test_several_leads_at_once_meet_one_at_a_time_and_each_other_backwards(race):
    seen = race(leads=8, reps=3, room=2, racers=["route_all", "route_all_backwards", "route_backwards", "route_all"])
    owners = Counter(lead["owner"] for lead in seen["leads"])
    assert owners == {**{f"rep{n}@halden.example": 2 for n in range(3)}, FALLBACK: 2}


def test_all_taken_away_at_once_go_once_round_whoever_else_takes_them(race):
    seen = race(leads=6, reps=REPS, racers=["chase_all", "chase", "chase_all", "chase_all"])
    assert all(has_one_owner(lead) and lead["owner"] == FALLBACK and lead["gaps"] == 0 for lead in seen["leads"])
    assert len(seen["moved"]) == len(seen["turns"]) == 6 * REPS
    check_turns(seen)
    check_journal(seen)


def test_nobody_gets_more_leads_than_they_have_room_for(race):
    """Two reps with room for two each, eight leads: four go to the fallback."""
    seen = race(leads=8, reps=2, room=2, racers=["route", "route_backwards"] * 2)
    assert Counter(lead["owner"] for lead in seen["leads"]) == {"rep0@halden.example": 2, "rep1@halden.example": 2, FALLBACK: 4}
