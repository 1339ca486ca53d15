"""When a lead is ready: stages, definitions, scores, in words."""

from treaty.agreement.conditions import Condition
from treaty.agreement.terms import Terms
from treaty.agreement.terms_scores import PointRule, Score
from treaty.agreement.terms_stages import Stage
from treaty.agreement.vocabulary import STAGE_EVENTS
from treaty.agreement.words_base import Clause, Part, Span, clause, listed, side, term, value, values, words
from treaty.agreement.words_conditions import each_touch, item, items, sentence
from treaty.agreement.yamltree import Path


def stages(terms: Terms) -> list[Clause]:
    """Every stage: who is responsible, where it leads, what brings a lead there."""
    found = [clause for name, one in terms.stages.items() for clause in _stage(terms, name, one)]
    if terms.journey:
        phases: list[Part] = []
        for phase, names in terms.journey.items():
            inside = [term(name, "journey", phase, i) for i, name in enumerate(names)]
            phases += ["; " if phases else "", term(phase, "journey", phase), " is ", listed(inside)]
        found.append(clause(("journey",), "In the buyer's journey, ", phases, "."))
    return found


def _stage(terms: Terms, name: str, one: Stage) -> list[Clause]:
    path: Path = ("stages", name)
    heading = Span(words(name).capitalize(), path, "term")
    who: list[Part] = [heading, ": ", side(one.owner, (*path, "owner"), begins=False), " is responsible. "]
    begins = "Every lead begins here. " if name == terms.entry_stage else ""
    how, inside = _definition(one, (*path, "enter"))
    found = [clause(path, who, begins, _by_hand(one, path), _onward(one, path), how, items=inside)]
    if one.shortcuts:
        ways = [item(way, (*path, "shortcuts", i)) for i, way in enumerate(one.shortcuts)]
        also = "also " if one.enter is not None else ""
        lead = ["A lead ", also, "becomes ", term(name, *path, "shortcuts"), " at once with any one of these:"]
        found.append(clause((*path, "shortcuts"), lead, items=ways))
    return found


def _by_hand(one: Stage, path: Path) -> list[Part]:
    parts: list[Part] = []
    if one.when is not None:
        parts += ["A lead comes here as soon as ", value(STAGE_EVENTS[one.when], *path, "when"), ". "]
    if one.by is not None:
        parts += ["Only its ", value("owner", *path, "by"), " moves a lead here. "]
    if one.captured:
        parts += ["Before that, the owner has noted ", values(one.captured, (*path, "captured")), ". "]
    return parts


def _onward(one: Stage, path: Path) -> list[Part]:
    targets = [term(target, *path, "moves", i) for i, target in enumerate(one.moves)]
    return ["From here it may become ", listed(targets, "or"), "."] if targets else ["It stays here."]


def _definition(one: Stage, path: Path) -> tuple[str, list[Clause]]:
    condition = one.enter
    if condition is None:
        return "", []
    if condition.is_always:
        return " A lead comes here at once, whatever is known of it.", []
    lead = " A lead comes here from the first moment that "
    if condition.any and condition == Condition(any=condition.any):
        return f"{lead}one of these holds:", [item(way, (*path, "any", i)) for i, way in enumerate(condition.any)]
    return f"{lead}all of these hold:", items(condition, path)


def scores(terms: Terms) -> list[Clause]:
    """Every score with its rules, and the grid."""
    found = [_score(name, score) for name, score in terms.scores.items()]
    for name, bands in terms.grid.items():
        path: Path = ("scores", "grid", name)
        parts = [["band ", value(band, *path, band), " from ", value(start, *path, band), " points"] for band, start in bands.items()]
        found.append(clause(path, "By ", term(name, *path), " a lead is in ", listed(parts, "and"), "."))
    return found


def _score(name: str, score: Score) -> Clause:
    path: Path = ("scores", name)
    decay: list[Part] = ["."]
    if score.half_life is not None:
        decay = [
            "; points for touches halve every ", value(score.half_life, *path, "half_life"),
            ", in one step at each midnight of the agreement's time zone.",
        ]  # fmt: skip
    rules = [_rule(rule, (*path, "points", i)) for i, rule in enumerate(score.points)]
    return clause(path, "The score for ", term(name, *path), " is the sum of these whole points", decay, items=rules)


def _rule(rule: PointRule, path: Path) -> Clause:
    points: list[Part] = [value(rule.points, *path, "points"), " point" if abs(rule.points) == 1 else " points"]
    cap: list[Part] = [", at most ", value(rule.cap, *path, "cap"), " in all"] if rule.cap is not None else []
    subject = item(rule.when, (*path, "when"))
    place = (*path, "when")
    what = each_touch(rule.when.touches, (*place, "touches")) if _is_per_touch(rule) and rule.when.touches else sentence(rule.when, place)
    return clause(path, points, " for ", what, cap, key=f"{path[1]}.{subject.key}")


def _is_per_touch(rule: PointRule) -> bool:
    touches = rule.when.touches
    alone = rule.when == Condition(touches=touches)
    return alone and touches is not None and touches.at_least == 1 and touches.people is None and touches.by == "person"
