"""The evaluator's independent judge: the same meaning, written as plainly as possible, and slow.

It shares no code with `treaty.qualification`. Given all raw rows and one moment it looks through the rows
and says whether a condition holds for a person at that moment. Moments are microseconds since 1970.
"""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import re2


@dataclass
class World:
    """Raw rows as dicts, with the zone of the agreement, its lists and its scores.

    scores: name -> (half-life in days or None, [(condition, points, cap or None)])
    """

    touches: list = field(default_factory=list)
    facts: list = field(default_factory=list)
    zone: str = "Europe/Berlin"
    lists: dict = field(default_factory=dict)
    scores: dict = field(default_factory=dict)


def starts(row):
    return max(row["occurred_us"], row["known_us"])


def exists(world, person, at):
    own = [t for t in world.touches if t["person_id"] == person]
    own += [f for f in world.facts if f["subject"] == "person" and f["subject_id"] == person]
    return any(starts(row) <= at for row in own)


def definition_holds(world, condition, person, at):
    return exists(world, person, at) and holds(world, condition, person, at)


def holds(world, condition, person, at):
    if condition.all is not None and not all(holds(world, c, person, at) for c in condition.all):
        return False
    if condition.any is not None and not any(holds(world, c, person, at) for c in condition.any):
        return False
    if condition.none is not None and any(holds(world, c, person, at) for c in condition.none):
        return False
    if condition.touches is not None and not touches_hold(world, condition.touches, person, at):
        return False
    for name, test in (condition.person or {}).items():
        if not passes(world, test, value(world, "person", person, name, at)):
            return False
    for name, test in (condition.answer or {}).items():
        if not passes(world, test, value(world, "person", person, "answer." + name, at)):
            return False
    for name, test in (condition.account or {}).items():
        account = account_of(world, person, at)
        if account is None or not passes(world, test, value(world, "account", account, name, at)):
            return False
    return all(passes(world, test, (None, points(world, name, person, at))) for name, test in (condition.score or {}).items())


def value(world, subject, who, name, at):
    """(text, number) of the row last in (occurred, known, id) among those that have started, or (None, None)."""
    started = [f for f in world.facts if (f["subject"], f["subject_id"], f["field"]) == (subject, who, name) and starts(f) <= at]
    if not started:
        return None, None
    last = max(started, key=lambda f: (f["occurred_us"], f["known_us"], f["fact_id"]))
    return last["text"], last["number"]


def account_of(world, person, at):
    number = value(world, "person", person, "account", at)[1]
    return None if number is None else int(number)


def members(world, account, at):
    people = {f["subject_id"] for f in world.facts if f["subject"] == "person"}
    return {person for person in people if account_of(world, person, at) == account}


def counted(world, clause, person, at):
    """The person's own touches that count at this moment."""
    return [t for t in world.touches if t["person_id"] == person and is_meant(world, clause, t) and is_alive(clause, t, at)]


def is_meant(world, clause, touch):
    if clause.kinds and touch["kind"] not in clause.kinds:
        return False
    return all(passes(world, test, (touch[name], None)) for name, test in clause.where.items())


def is_alive(clause, touch, at):
    if starts(touch) > at:
        return False
    return clause.within is None or at < touch["occurred_us"] + clause.within.span // timedelta(microseconds=1)


def touches_hold(world, clause, person, at):
    if clause.by == "person":
        return len(counted(world, clause, person, at)) >= clause.at_least
    account = account_of(world, person, at)
    if account is None:
        return False
    per_person = [len(counted(world, clause, member, at)) for member in members(world, account, at)]
    enough_people = clause.people is None or sum(n > 0 for n in per_person) >= clause.people
    return sum(per_person) >= clause.at_least and enough_people


def points(world, name, person, at):
    half_life, rules = world.scores[name]
    return sum(rule_milli(world, half_life, rule, person, at) for rule in rules) // 1000


def rule_milli(world, half_life, rule, person, at):
    when, each, cap = rule
    if is_about_touches(when):
        given = sum(milli(world.zone, half_life, each, t["occurred_us"], at) for t in counted(world, when.touches, person, at))
    else:
        given = each * 1000 if holds(world, when, person, at) else 0
    if cap is None:
        return given
    return min(given, cap * 1000) if each > 0 else max(given, -cap * 1000)


def is_about_touches(when):
    only = when.touches is not None and all(part is None for name, part in when if name != "touches")
    return only and when.touches.at_least == 1 and when.touches.people is None and when.touches.by == "person"


def milli(zone, half_life, each, occurred, at):
    if half_life is None:
        return each * 1000
    midnights = (local_date(zone, at) - local_date(zone, occurred)).days
    size = math.floor(abs(each) * 1000 * 2.0 ** (-midnights / float(half_life)) + 0.5)
    return size if each > 0 else -size


def local_date(zone, us):
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)).astimezone(ZoneInfo(zone)).date()


def small(text):
    return "".join(letter.lower()[0] for letter in text)


def passes(world, test, known):
    text, number = known
    if test.known:
        return text is not None or number is not None
    if test.at_least is not None:
        return number is not None and number >= float(test.at_least)
    if test.at_most is not None:
        return number is not None and number <= float(test.at_most)
    if test.in_list is not None:
        return text is not None and small(text) in [small(member) for member in world.lists[test.in_list]]
    if test.starts_with is not None:
        return text is not None and small(text).startswith(small(test.starts_with))
    if test.contains is not None:
        return text is not None and small(test.contains) in small(text)
    if test.matches is not None:
        return text is not None and re2.search("(?is)" + test.matches, text) is not None
    return any(equals(wanted, text, number) for wanted in ([test.is_] if test.in_ is None else test.in_))


def equals(wanted, text, number):
    if isinstance(wanted, bool):
        return text is not None and small(text) == ("true" if wanted else "false")
    if isinstance(wanted, str):
        return text is not None and small(text) == small(wanted)
    return number is not None and number == wanted
