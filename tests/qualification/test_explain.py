"""Why a definition holds or not: clause by clause, with causes, values and the next turn."""

import random

import pytest

from tests.qualification import histories, slow_model
from tests.qualification.replay import definition, judge_for, world
from tests.qualification.test_holds import ACME, ADA, DAY, HOUR, MIRA, NOON, SAM, employee, engagement, fact, touch
from tests.qualification.test_judge import rows
from treaty.agreement.conditions import Condition
from treaty.qualification.counters import Definition
from treaty.qualification.explanation import part_of
from treaty.qualification.live import Explainer


def explainer(asked, scores=None):
    return Explainer(Definition(Condition.model_validate(asked), scores or {}), "Europe/Berlin")


def test_each_clause_says_what_it_needs_what_it_has_and_why():
    why_of = explainer(
        {"all": [{"touches": {"kind": "download", "at_least": 3, "within": "30 days"}}, {"account": {"employees": {"at_least": 50}}}]}
    )
    seen = [touch(ADA, NOON, "download"), touch(MIRA, NOON, "download"), touch(ADA, NOON + HOUR, "download"), touch(ADA, NOON, "page_view")]
    why = why_of.explain(*rows(seen, [employee()]), ADA, NOON + 2 * HOUR)
    downloads, employees = why.parts
    assert (why.kind, why.holds, why.next_us) == ("all", False, None)
    assert (downloads.holds, downloads.need, downloads.have, downloads.touch_ids) == (False, 3, 2, (0, 2))
    assert (employees.holds, employees.unknown) == (False, "unknown: employees")


def test_the_value_in_force_and_its_next_turn_are_named():
    why_of = explainer({"person": {"seniority": {"is": "vp"}}})
    told = [fact("person", ADA, "seniority", "VP", NOON), fact("person", ADA, "seniority", "manager", NOON + DAY)]
    why = why_of.explain(*rows(facts=told), ADA, NOON + HOUR)
    assert (why.kind, why.field, why.holds, why.text, why.unknown, why.next_us) == ("person", "seniority", True, "VP", "", NOON + DAY)


def test_without_an_account_the_account_is_what_is_unknown():
    why = explainer({"account": {"employees": {"at_least": 50}}}).explain(*rows([touch(ADA, NOON)]), ADA, NOON)
    assert why.unknown == "unknown: account"


def test_colleagues_touches_are_causes_and_people_are_counted():
    why_of = explainer({"touches": {"by": "account", "people": 3, "within": "60 minutes"}})
    seen = [touch(MIRA, NOON), touch(MIRA, NOON + 1), touch(ADA, NOON), touch(SAM, NOON)]
    told = [employee(MIRA), employee(ADA), fact("account", ACME, "employees", 60.0, NOON)]
    why = why_of.explain(*rows(seen, told), ADA, NOON + HOUR // 2)
    assert (why.holds, why.people_need, why.people_have, why.have, why.touch_ids) == (False, 3, 2, 3, (0, 1, 2))


def test_a_score_says_what_each_rule_gives():
    # two touches of 10 capped at 15, and 4 for the seniority: 19 points; at the next midnight 5 + 5 + 4 = 14
    rules = engagement(({"touches": {}}, 10, 15), ({"person": {"seniority": {"is": "vp"}}}, 4, None), half_life=1)
    why_of = explainer({"score": {"engagement": {"at_least": 20}}}, rules)
    seen, told = [touch(ADA, NOON), touch(ADA, NOON + 1)], [fact("person", ADA, "seniority", "vp", NOON)]
    why = why_of.explain(*rows(seen, told), ADA, NOON + HOUR)
    touches, seniority = why.parts
    assert (why.holds, why.need, why.have, why.next_us) == (False, 20, 19, None)
    assert (touches.milli, touches.touch_ids, touches.next_us) == (15_000, (0, 1), NOON + 11 * HOUR)
    assert (seniority.milli, seniority.parts[0].text) == (4_000, "vp")
    assert why_of.explain(*rows(seen, told), ADA, NOON + 11 * HOUR).have == 14


def test_of_a_person_nobody_knows_nothing_holds():
    why = explainer({"none": [{"touches": {"kind": "unsubscribed"}}]}).explain(*rows([touch(MIRA, NOON)]), ADA, NOON)
    assert (why.holds, why.next_us) == (False, None)


def pairs(part, explained):
    yield part, explained
    if part.kind in ("all", "any", "none"):
        for below, told in zip(part.parts, explained.parts, strict=True):
            yield from pairs(below, told)


@pytest.mark.parametrize("seed", range(100, 104))
def test_random_explanations_agree_with_the_verdict_and_every_clause_with_the_slow_model(seed):
    case = histories.case(random.Random(seed), 1)
    history = case.histories[0]
    judge, why_of, rows_ = judge_for(case), Explainer(definition(case), case.zone), world(case, history)
    tables = histories.touches_table(history.touches), histories.facts_table(history.facts)
    at = case.midnight_us + 7 * histories.SECOND
    for said in judge.judge(*tables, at)["it"].values():
        why = why_of.explain(*tables, said.person_id, at)
        assert (why.holds, why.next_us) == (said.holds, said.next_us)
        for part, told in list(pairs(part_of(case.condition), why))[1:]:
            if slow_model.exists(rows_, said.person_id, at):
                assert told.holds == slow_model.holds(rows_, part.condition, said.person_id, at), part
            if part.kind == "touches" and part.condition.touches.by == "person":
                assert told.have == len(slow_model.counted(rows_, part.condition.touches, said.person_id, at))
            if part.kind == "score":
                assert told.have == slow_model.points(rows_, part.field, said.person_id, at)
    judge.close()
    why_of.close()
