"""The route, decided from values. Expected turns are worked by hand."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treaty.agreement.terms_handoff import Rule
from treaty.handoff.rules import Candidate, NobodyLeft, Situation, calibrated, next_in_turn, recompute, route

SAM, SOL, KIM = "sam@halden.example", "sol@halden.example", "kim@halden.example"
POOL = Rule(rule="pool", pool="reps", pick="round_robin", weight="capacity")
FALLBACK = Rule(rule="fallback", to=SAM)


def situation(**more):
    given_ = {"segment": "dach", "account_owner": "", "pools": {}, "away": {}, "holds": lambda rule: True}
    return Situation(**{**given_, **more})


def seats(*rows):
    return {"reps": [Candidate(*row) if isinstance(row, tuple) else row for row in rows]}


def test_the_account_owner_comes_first():
    found = route([Rule(rule="account_owner"), FALLBACK], situation(account_owner=SOL))
    assert (found.email, found.rule) == (SOL, "account_owner")


def test_an_absent_account_owner_is_passed_over_and_the_reason_is_kept():
    rules = [Rule(rule="account_owner"), POOL, FALLBACK]
    found = route(rules, situation(account_owner=SOL, away={SOL: "away until 9 March"}, pools=seats((KIM, 1, 0))))
    assert found.email == KIM
    assert f"{SOL} owns the account but is away until 9 March" in found.reasons


def test_that_somebody_is_away_is_said_once_though_they_own_the_account_and_sit_in_two_pools():
    away = "away until 9 March"
    pools = {"south": [Candidate(SOL, 1, 0, away)], **seats((KIM, 1, 0), (SOL, 1, 0, away))}
    rules = [Rule(rule="account_owner"), Rule(rule="pool", pool="south"), POOL, FALLBACK]
    assert route(rules, situation(account_owner=SOL, away={SOL: away}, pools=pools)).reasons == (
        f"{SOL} owns the account but is {away}",
        "nobody in south can take a lead now",
        "next in turn in reps",
    )


def test_of_the_one_a_lead_is_taken_from_the_route_does_not_say_again_that_they_are_away():
    away = "away until 9 March"
    pools, rules = seats((KIM, 1, 0), (SOL, 1, 0, away)), [Rule(rule="account_owner"), POOL, FALLBACK]
    found = route(rules, situation(account_owner=SOL, away={SOL: away}, pools=pools, excluded=frozenset({SOL})))
    assert found.reasons == (f"{SOL} owns the account but is the one it is taken from", "next in turn in reps")


def test_a_pool_for_another_segment_is_not_asked():
    rules = [Rule(rule="pool", pool="reps", segment="rest"), FALLBACK]
    assert route(rules, situation(pools=seats((KIM, 1, 0)))).email == SAM


def test_a_rule_whose_condition_does_not_hold_is_not_asked():
    rules = [Rule(rule="pool", pool="reps", when={"account": {"employees": {"at_least": 1000}}}), FALLBACK]
    assert route(rules, situation(pools=seats((KIM, 1, 0)), holds=lambda rule: False)).email == SAM


def test_when_everyone_is_away_the_fallback_takes_it():
    found = route([POOL, FALLBACK], situation(pools=seats((KIM, 1, 0, "on leave"), (SOL, 1, 0, "paused"))))
    assert (found.email, found.rule) == (SAM, "fallback")
    assert "nobody in reps can take a lead now" in found.reasons


def test_without_a_fallback_it_is_refused_aloud():
    with pytest.raises(NobodyLeft, match="fallback"):
        route([POOL], situation())


def test_turns_follow_the_weights():
    # weights 2 and 1: (1/2 against 1) kim, (2/2 against 1) tie goes to kim by e-mail, then sol, and again
    taken = {KIM: 0, SOL: 0}
    order = []
    for _ in range(6):
        who = next_in_turn([Candidate(KIM, 2, taken[KIM]), Candidate(SOL, 1, taken[SOL])]).email
        taken[who] += 1
        order.append(who)
    assert order == [KIM, KIM, SOL, KIM, KIM, SOL]


def test_a_member_without_room_is_passed_over():
    assert next_in_turn([Candidate(KIM, 1, 0, room=0), Candidate(SOL, 1, 9, room=1)]).email == SOL


def test_whoever_let_the_time_run_out_is_not_asked_again():
    found = route([POOL, FALLBACK], situation(pools=seats((KIM, 1, 0), (SOL, 1, 5)), excluded=frozenset({KIM})))
    assert found.email == SOL


def test_a_newcomer_begins_level_with_the_one_furthest_behind():
    # others stand at 30/3 = 10 and 24/2 = 12 turns per weight: a newcomer of weight 2 begins with 20
    assert calibrated(0, 2, [(30, 3), (24, 2)]) == 20
    assert calibrated(25, 2, [(30, 3)]) == 25
    assert calibrated(0, 1, []) == 0


@given(weights=st.lists(st.integers(1, 5), min_size=1, max_size=6), turns=st.integers(1, 120))
@settings(max_examples=60, deadline=None)
def test_nobody_is_ever_more_than_one_turn_from_their_share(weights, turns):
    taken = Counter()
    for _ in range(turns):
        seats_ = [Candidate(f"m{n}@x.example", w, taken[n]) for n, w in enumerate(weights)]
        taken[int(next_in_turn(seats_).email[1 : -len("@x.example")])] += 1
    for n, weight in enumerate(weights):
        share = Fraction(turns * weight, sum(weights))
        assert abs(taken[n] - share) < 1


@given(rows=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 50), st.booleans()), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_the_ledger_alone_says_who_was_next(rows):
    pool = [Candidate(f"m{n}@x.example", w, t, "away" if a else "") for n, (w, t, a) in enumerate(rows)]
    found = route([POOL, FALLBACK], situation(pools={"reps": pool}))
    if found.rule == "pool":
        assert recompute(found.ledger()) == found.email
