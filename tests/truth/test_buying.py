"""Buying groups: proposals say what speaks for them, a role that is only proposed still is missing."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty.truth.buying import ANY, NEEDED, Missing, Proposed, Seen, is_engaged, missing, needed, propose, stage_name

RULES = {"proposal_sent": ["champion", "economic_buyer", "blocker"], ANY: ["champion"]}


@pytest.mark.parametrize(
    ("seen", "role", "because"),
    [
        (Seen(title="Managing director", seniority="c_level"), "economic_buyer", ["title “Managing director”"]),
        (Seen(title="Leiter Finanzen", seniority="director"), "economic_buyer", ["title “Leiter Finanzen”"]),
        (Seen(department="Finance", seniority="director"), "economic_buyer", ["works in Finance"]),
        (
            Seen(title="Head of maintenance", seniority="director", touches=4, raised=["demo_request", "demo_request"]),
            "champion",
            ["made a demo request", "4 touches in 90 days", "title “Head of maintenance”"],
        ),
        (Seen(touches=3, meetings=1), "champion", ["1 meeting", "3 touches in 90 days"]),
        (
            Seen(title="Head of maintenance", seniority="director", touches=1),
            "influencer",
            ["title “Head of maintenance”", "1 touch in 90 days"],
        ),
        (Seen(title="Service engineer", seniority="individual"), "end_user", ["title “Service engineer”"]),
        (Seen(title="Einkäufer", seniority="individual", objections=1), "blocker", ["title “Einkäufer”", "1 objection"]),
        (
            Seen(title="Chief security officer", seniority="c_level", objections=2),
            "blocker",
            ["title “Chief security officer”", "2 objections"],
        ),
    ],
)
def test_what_somebody_seems_to_be_and_why(seen, role, because):
    assert propose(seen) == Proposed(role, because)


@pytest.mark.parametrize("seen", [Seen(), Seen(title="Student"), Seen(touches=9), Seen(seniority="manager"), Seen(title="Einkauf")])
def test_nothing_is_proposed_where_nothing_speaks_for_it(seen):
    assert propose(seen) is None


@pytest.mark.parametrize(
    ("stage", "known", "roles"),
    [
        ("Proposal sent", (), ["champion", "economic_buyer", "blocker"]),
        ("proposal_sent", ("champion", "end_user"), ["champion"]),
        ("anything else", (), ["champion"]),
    ],
)
def test_what_a_stage_needs(stage, known, roles):
    assert needed(stage, RULES, known) == roles
    assert needed(stage, {}, known) == []


def test_until_the_house_says_otherwise():
    assert needed("discovery", NEEDED, ()) == ["champion"]
    assert needed("negotiation", NEEDED, ()) == ["champion", "economic_buyer"]
    assert stage_name("Angebot übergeben!") == "angebot_ubergeben"


def test_a_proposed_role_is_missing_still_and_says_who_could_have_it():
    offers = [("Ralf", Proposed("economic_buyer", ["title"])), ("Ada", Proposed("champion", ["met"]))]
    assert missing(["champion", "economic_buyer", "blocker"], {"champion", ""}, offers) == [
        Missing("economic_buyer", [("Ralf", ["title"])]),
        Missing("blocker", []),
    ]


def test_engaged_is_within_30_days():
    assert is_engaged(NOON - timedelta(days=30), NOON)
    assert not is_engaged(NOON - timedelta(days=30, seconds=1), NOON)
    assert not is_engaged(None, NOON)
