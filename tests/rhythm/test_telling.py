"""What leads that came back have in common: one clause, counted, or nothing where chance would do."""

import random

from treaty.rhythm.telling import Answered, telling

SIZE, INDUSTRY = ("account", "employees"), ("account", "industry")


def test_the_clause_that_tells_them_apart_is_found_with_its_counts():
    """30 small companies came back and 40 larger ones were taken, one small one too: at most 49 people holds for 30 of 30 and 1 of 41."""
    back = [Answered(True, {SIZE: 10 + i, INDUSTRY: "retail" if i % 2 else "metal"}) for i in range(30)]
    taken = [Answered(False, {SIZE: 60 + i, INDUSTRY: "metal" if i % 2 else "retail"}) for i in range(40)] + [Answered(False, {SIZE: 12})]
    found = telling([*back, *taken])
    assert found is not None
    assert found.condition == {"account": {"employees": {"at_most": 49}}}
    assert (found.came_back, found.of_came_back, found.accepted, found.of_accepted) == (30, 30, 1, 41)


def test_a_level_that_only_those_who_came_back_have_is_found():
    back = [Answered(True, {INDUSTRY: "agencies"}) for _ in range(14)] + [Answered(True, {INDUSTRY: "metal"}) for _ in range(6)]
    found = telling([*back, *(Answered(False, {INDUSTRY: "metal"}) for _ in range(60))])
    assert found is not None
    assert found.condition == {"account": {"industry": {"is": "agencies"}}}


def test_too_few_or_alike_say_nothing():
    few = [Answered(True, {INDUSTRY: "agencies"})] * 4 + [Answered(False, {INDUSTRY: "metal"})] * 60
    assert telling(few) is None
    assert telling([]) is None
    assert telling([Answered(True, {})] * 30 + [Answered(False, {})] * 30) is None


def test_chance_alone_is_believed_in_no_more_than_one_of_twenty():
    """Thirty levels of a field that says nothing, a hundred times: the best of them looks good, and must not be believed."""
    believed = 0
    for seed in range(100):
        chance = random.Random(seed)
        leads = [
            Answered(chance.random() < 0.3, {INDUSTRY: f"i{chance.randrange(6)}", SIZE: float(chance.randrange(1, 500))})
            for _ in range(120)
        ]
        believed += telling(leads) is not None
    assert believed <= 5


def test_a_word_and_a_number_are_never_compared():
    mixed = [Answered(True, {SIZE: "many"})] * 20 + [Answered(False, {SIZE: 20.0})] * 40
    found = telling(mixed)
    assert found is not None
    assert found.condition == {"account": {"employees": {"is": "many"}}}
