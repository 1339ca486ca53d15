"""When a definition holds: cases worked by hand, then random ones against the slow model."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.qualification import histories
from tests.qualification.histories import DAY, SECOND, Case, History
from tests.qualification.replay import definition, disagreements, replayed
from treaty.agreement.conditions import Condition
from treaty.engine import duck
from treaty.qualification import intervals
from treaty.qualification.counters import Definition
from treaty.qualification.measures import holds
from treaty.qualification.schemas import TOUCH_TEXT, named
from treaty.qualification.scores import Rule, Score

NOON = 1_773_144_000 * SECOND  # 2026-03-10 12:00 UTC, 13:00 in Berlin; the next midnight there is 11 h later
MINUTE = 60 * SECOND
HOUR = 3600 * SECOND
ADA, MIRA, SAM = 1, 2, 3
ACME = 70


@pytest.fixture(scope="module")
def cursor():
    return duck.connect().cursor()


def touch(person, at, kind="page_view", known=None, **text):
    return (
        {"person_id": person, "kind": kind, "occurred_us": at, "known_us": at if known is None else known}
        | dict.fromkeys(TOUCH_TEXT)
        | text
    )


def fact(subject, who, field, value, at, known=None):
    text, number = (value, None) if isinstance(value, str) else (None, value)
    row = {"subject": subject, "subject_id": who, "field": field, "text": text, "number": number}
    return row | {"occurred_us": at, "known_us": at if known is None else known}


@pytest.fixture
def judged(cursor):
    """asked, touches, facts -> the spans of Ada, by both forms where both apply."""

    def run(asked, touches=(), facts=(), scores=None):
        rows = History([], [t | {"touch_id": n} for n, t in enumerate(touches)], [f | {"fact_id": n} for n, f in enumerate(facts)])
        case = Case(Condition.model_validate(asked), scores or {}, "Europe/Berlin", NOON, [rows])
        found = replayed(case, cursor)
        assert found == replayed(case, cursor, "sweep")
        return found.get(ADA, [])

    return run


def test_a_touch_exactly_as_old_as_the_window_no_longer_counts(judged):
    asked = {"touches": {"within": "30 days"}}
    assert judged(asked, [touch(ADA, NOON)]) == [(NOON, NOON + 30 * DAY)]


def test_three_downloads_hold_from_the_third_until_the_first_runs_out(judged):
    # downloads at 0, 10 and 20 min, window 60 min: three count from 20 until the first leaves at 60
    asked = {"touches": {"kind": "download", "at_least": 3, "within": "60 minutes"}}
    downloads = [touch(ADA, NOON + n * 10 * MINUTE, "download") for n in range(3)]
    assert judged(asked, downloads) == [(NOON + 20 * MINUTE, NOON + 60 * MINUTE)]


def test_two_touches_at_one_instant_are_one_instant(judged):
    # the first leaves at 60 min, at which moment a third arrives: two count without a gap until the second leaves at 70
    asked = {"touches": {"at_least": 2, "within": "60 minutes"}}
    seen = [touch(ADA, NOON), touch(ADA, NOON + 10 * MINUTE), touch(ADA, NOON + 60 * MINUTE)]
    assert judged(asked, seen) == [(NOON + 10 * MINUTE, NOON + 70 * MINUTE)]


def test_a_touch_counts_from_the_moment_it_is_known_but_its_window_runs_from_when_it_occurred(judged):
    asked = {"touches": {"within": "60 minutes"}}
    assert judged(asked, [touch(ADA, NOON, known=NOON + 20 * MINUTE)]) == [(NOON + 20 * MINUTE, NOON + 60 * MINUTE)]


def test_a_touch_known_after_its_window_never_counts(judged):
    assert judged({"touches": {"within": "60 minutes"}}, [touch(ADA, NOON, known=NOON + 60 * MINUTE)]) == []


def test_touches_that_became_known_out_of_order_are_counted_as_they_are_known(judged):
    # occurred 0 and 10, known at 30 and 10; two count from 30 until the first leaves at 60
    asked = {"touches": {"at_least": 2, "within": "60 minutes"}}
    seen = [touch(ADA, NOON, known=NOON + 30 * MINUTE), touch(ADA, NOON + 10 * MINUTE)]
    assert judged(asked, seen) == [(NOON + 30 * MINUTE, NOON + 60 * MINUTE)]


def test_where_looks_at_the_touch_without_regard_to_case(judged):
    asked = {"touches": {"where": {"path": {"starts_with": "/Pricing"}}}}
    assert judged(asked, [touch(ADA, NOON, path="/pricing/eu"), touch(ADA, NOON - HOUR, path="/blog")]) == [(NOON, None)]


def test_a_field_holds_while_its_value_is_in_force(judged):
    asked = {"person": {"seniority": {"in": ["vp", "c_level"]}}}
    told = [fact("person", ADA, "seniority", value, NOON + n * HOUR) for n, value in enumerate(["VP", "c_level", "manager"])]
    assert judged(asked, facts=told) == [(NOON, NOON + 2 * HOUR)]  # vp and c_level touch: one span


def test_a_late_known_older_value_never_comes_into_force(judged):
    asked = {"person": {"seniority": {"is": "vp"}}}
    told = [fact("person", ADA, "seniority", "manager", NOON), fact("person", ADA, "seniority", "vp", NOON - HOUR, known=NOON + HOUR)]
    assert judged(asked, facts=told) == []


def test_a_withdrawn_value_is_unknown_and_unknown_never_excludes(judged):
    told = [fact("person", ADA, "seniority", "vp", NOON), fact("person", ADA, "seniority", None, NOON + HOUR)]
    assert judged({"person": {"seniority": {"known": True}}}, facts=told) == [(NOON, NOON + HOUR)]
    assert judged({"none": [{"person": {"seniority": {"is": "vp"}}}]}, facts=told) == [(NOON + HOUR, None)]


def test_a_text_is_not_a_number(judged):
    assert judged({"account": {"employees": {"at_least": 50}}}, facts=[employee(), fact("account", ACME, "employees", "60", NOON)]) == []


def employee(who=ADA, at=NOON - DAY, account=float(ACME)):
    return fact("person", who, "account", account, at)


def test_an_account_field_holds_while_the_person_belongs_to_the_account(judged):
    told = [fact("account", ACME, "employees", 60.0, NOON), employee(), employee(at=NOON + HOUR, account=71.0)]
    assert judged({"account": {"employees": {"at_least": 50}}}, facts=told) == [(NOON, NOON + HOUR)]


def test_three_people_of_the_account_count_for_each_of_them(judged):
    # Ada joins when Mira and Sam have each been seen; her own touch makes three until Mira's runs out
    asked = {"touches": {"by": "account", "people": 3, "within": "60 minutes"}}
    seen = [touch(MIRA, NOON), touch(SAM, NOON + MINUTE), touch(SAM, NOON + 2 * MINUTE), touch(ADA, NOON + 10 * MINUTE)]
    told = [employee(MIRA), employee(SAM), employee(ADA, at=NOON + 5 * MINUTE)]
    assert judged(asked, seen, told) == [(NOON + 10 * MINUTE, NOON + 60 * MINUTE)]


def test_a_colleague_who_leaves_takes_the_touches_along(judged):
    asked = {"touches": {"by": "account", "at_least": 2}}
    seen = [touch(MIRA, NOON), touch(ADA, NOON)]
    told = [employee(MIRA), employee(ADA), employee(MIRA, at=NOON + HOUR, account=71.0)]
    assert judged(asked, seen, told) == [(NOON, NOON + HOUR)]


def test_an_empty_condition_holds_from_the_first_moment_anything_is_known(judged):
    assert judged({}, [touch(ADA, NOON, known=NOON + MINUTE)], [employee(at=NOON + HOUR)]) == [(NOON + MINUTE, None)]
    assert judged({}) == []


def test_groups_nest(judged):
    # a demo, or (two views and no unsubscription): two views at 1 h, unsubscribed at 2 h, demo at 3 h
    views = {"all": [{"touches": {"kind": "page_view", "at_least": 2}}], "none": [{"touches": {"kind": "unsubscribed"}}]}
    seen = [touch(ADA, NOON), touch(ADA, NOON + HOUR), touch(ADA, NOON + 2 * HOUR, "unsubscribed"), touch(ADA, NOON + 3 * HOUR, "demo")]
    assert judged({"any": [{"touches": {"kind": "demo"}}, views]}, seen) == [(NOON + HOUR, NOON + 2 * HOUR), (NOON + 3 * HOUR, None)]


def engagement(*rules, half_life=None):
    return {"engagement": Score(tuple(Rule(Condition.model_validate(when), points, cap) for when, points, cap in rules), half_life)}


def test_points_of_touches_add_up_to_the_cap(judged):
    scores = engagement(({"touches": {"kind": "webinar"}}, 10, 25))
    seen = [touch(ADA, NOON + n * HOUR, "webinar") for n in range(3)]
    assert judged({"score": {"engagement": {"at_least": 20}}}, seen, scores=scores) == [(NOON + HOUR, None)]
    assert judged({"score": {"engagement": {"at_least": 25}}}, seen, scores=scores) == [(NOON + 2 * HOUR, None)]
    assert judged({"score": {"engagement": {"at_least": 26}}}, seen, scores=scores) == []


def test_points_shrink_at_midnight_of_the_zone_and_nowhere_else(judged):
    # 10 points, half-life 1 day: 10,000 milli-points, at the next midnight in Berlin (23:00 UTC) 5,000, then 2,500
    scores = engagement(({"touches": {}}, 10, None), half_life=1)
    midnight = NOON + 11 * HOUR
    assert judged({"score": {"engagement": {"at_least": 6}}}, [touch(ADA, NOON)], scores=scores) == [(NOON, midnight)]
    assert judged({"score": {"engagement": {"is": 2}}}, [touch(ADA, NOON)], scores=scores) == [(midnight + DAY, midnight + 2 * DAY)]


def test_a_day_with_clocks_going_forward_has_23_hours(judged):
    # Saturday 28 March 2026 12:00 UTC; midnights in Berlin at 23:00 UTC (CET) and, clocks gone forward, 22:00 UTC
    saturday = 1_774_699_200 * SECOND
    scores = engagement(({"touches": {}}, 10, None), half_life=1)
    assert judged({"score": {"engagement": {"is": 5}}}, [touch(ADA, saturday)], scores=scores) == [
        (saturday + 11 * HOUR, saturday + 34 * HOUR)
    ]


def test_the_cap_comes_after_decay(judged):
    # three touches of 10: 30,000 capped at 12,000; next midnight 15,000, still 12; then 7,500: the cap no longer binds
    scores = engagement(({"touches": {}}, 10, 12), half_life=1)
    seen = [touch(ADA, NOON + n) for n in range(3)]
    assert judged({"score": {"engagement": {"at_least": 12}}}, seen, scores=scores) == [(NOON + 1, NOON + 11 * HOUR + DAY)]


def test_a_rule_on_a_field_gives_points_while_it_holds_and_does_not_shrink(judged):
    scores = engagement(({"person": {"seniority": {"is": "vp"}}}, 20, None), half_life=1)
    told = [fact("person", ADA, "seniority", "vp", NOON), fact("person", ADA, "seniority", "manager", NOON + 9 * DAY)]
    assert judged({"score": {"engagement": {"at_least": 20}}}, facts=told, scores=scores) == [(NOON, NOON + 9 * DAY)]


def test_a_list_that_is_not_embedded_is_refused_by_name():
    asked = Definition(Condition.model_validate({"person": {"email_domain": {"in_list": "free_mail"}}}))
    with pytest.raises(ValueError, match="'free_mail' is not in the agreement: embed it"):
        holds(asked, named())


def test_more_clauses_than_fit_into_one_column(judged):
    # 70 tests of one number: it is 50, so the tests `at least 0..50` hold and the others, `at least 51..69`, do not
    tests = [{"person": {"size": {"at_least": n}}} for n in range(70)]
    told = [fact("person", ADA, "size", 50.0, NOON)]
    assert judged({"all": tests[:51], "none": tests[51:]}, facts=told) == [(NOON, None)]


def test_an_and_of_clauses_is_intersected_and_other_trees_are_swept():
    one, other = {"touches": {"kind": "demo"}}, {"person": {"seniority": {"is": "vp"}}}
    trees = [
        {"all": [one, other]},
        {"all": [one], "none": [other]},
        {"any": [one, other]},
        {"none": [one]},
        {"all": [one], "none": [{"all": [one, other]}]},
    ]
    assert [bool(intervals.conjunction(Condition.model_validate(tree))) for tree in trees] == [True, True, False, False, False]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**9))
def test_random_histories_agree_with_the_slow_model_second_by_second(seed):
    """15 definitions, ten histories each; both forms where the tree allows both."""
    case = histories.case(random.Random(seed), 10)
    cursor = duck.cursor()
    found = replayed(case, cursor)
    assert list(disagreements(case, found)) == []
    if intervals.conjunction(definition(case).condition):
        assert found == replayed(case, cursor, "sweep")
