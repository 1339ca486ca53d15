"""Can every condition be asked, and can it ever hold?"""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import re2

from treaty.agreement.canonical import lists_of
from treaty.agreement.conditions import FIELDS, Condition, Test
from treaty.agreement.findings import Finding, Findings, nearest, nodes, unknown, warn
from treaty.agreement.impossible import never
from treaty.agreement.terms import Terms
from treaty.agreement.terms_scores import Score
from treaty.agreement.yamltree import Path

NUMBERS = {"account": {"employees", "revenue"}, "person": set[str]()}
"""Fields whose values are numbers; the other fields of the closed vocabulary are text."""
MAX_PROGRAM = 1 << 20
_PATTERNS = re2.Options()
_PATTERNS.log_errors = False
_PATTERNS.max_mem = MAX_PROGRAM


def roots(terms: Terms) -> Iterator[tuple[Path, Condition]]:
    """Every condition of the document with its path."""
    yield ("profile", "accounts"), terms.profile.accounts
    yield from ((("profile", "segments", name), condition) for name, condition in terms.profile.segments.items())
    for name, stage in terms.stages.items():
        if stage.enter is not None:
            yield ("stages", name, "enter"), stage.enter
        yield from ((("stages", name, "shortcuts", i), way) for i, way in enumerate(stage.shortcuts))
    for name, score in terms.scores.items():
        yield from ((("scores", name, "points", i, "when"), rule.when) for i, rule in enumerate(score.points))
    yield from ((("handoff", "route", i, "when"), rule.when) for i, rule in enumerate(terms.routes) if rule.when is not None)


def check(terms: Terms) -> Findings:
    for path, root in roots(terms):
        for place, node in nodes(root, path):
            yield from _clauses(node, place, terms)
        yield from never(root, path)
        yield from _always(root, path)
    yield from _companies_only(terms)
    yield from _segments(terms)
    yield from _scores(terms)


def _clauses(node: Condition, path: Path, terms: Terms) -> Findings:
    for subject in ("person", "account"):
        for field, test in (getattr(node, subject) or {}).items():
            yield from _field(subject, field, test, (*path, subject, field), terms)
    for name, test in (node.score or {}).items():
        yield from _score_clause(name, test, (*path, "score", name), terms)
    captured = {answer for stage in terms.stages.values() for answer in stage.captured}
    for name, test in (node.answer or {}).items():
        yield from _test(test, (*path, "answer", name), terms)
        if name not in captured:
            yield warn((*path, "answer", name), f"no stage captures the answer {name!r}", nearest(name, captured))
    yield from _touches(node, path, terms)


def _field(subject: str, field: str, test: Test, path: Path, terms: Terms) -> Findings:
    extra = getattr(terms.fields, subject)
    if field not in (*FIELDS[subject], *extra):
        way_out = f"{nearest(field, FIELDS[subject])}; a field of your own is named under `fields: {{{subject}: [{field}]}}`"
        yield Finding(path, f"{field!r} is not a field of {'a person' if subject == 'person' else 'an account'}", way_out)
    elif field not in extra:
        yield from _kind(field, test, path, is_number=field in NUMBERS[subject])
    yield from _test(test, path, terms)


def _kind(field: str, test: Test, path: Path, *, is_number: bool) -> Findings:
    values = [test.is_] if test.is_ is not None else list(test.in_ or ())
    asks_number = test.at_least is not None or test.at_most is not None
    asks_text = bool(test.starts_with or test.contains or test.matches or test.in_list) or any(isinstance(v, str) for v in values)
    if is_number and asks_text:
        yield Finding(path, f"{field} is a number, this asks for text", "use at_least, at_most, or is and in with numbers")
    if not is_number and asks_number:
        yield Finding(path, f"{field} is text, this asks for a number", "use is, in, starts_with, contains or matches")


def _test(test: Test, path: Path, terms: Terms) -> Findings:
    if test.in_list is not None and test.in_list not in lists_of(terms):
        yield unknown((*path, "in_list"), "the list", test.in_list, lists_of(terms))
    if test.matches is not None:
        try:
            re2.compile(test.matches, _PATTERNS)
        except re2.error as error:
            why = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
            yield Finding(
                (*path, "matches"),
                f"the pattern {test.matches!r} is not RE2 ({why})",
                "correct it; RE2 has no look-around and no back-references",
            )


def _touches(node: Condition, path: Path, terms: Terms) -> Findings:
    touches = node.touches
    if touches is None:
        return
    if touches.within is not None and touches.within.count == 0:
        yield Finding((*path, "touches", "within"), f"no touch is younger than {touches.within}", "write a longer window")
    for field, test in touches.where.items():
        place = (*path, "touches", "where", field)
        yield from _kind(f"the {field} of a touch", test, place, is_number=False)
        yield from _test(test, place, terms)


def _score_clause(name: str, test: Test, path: Path, terms: Terms) -> Findings:
    if path[0] == "scores":
        yield Finding(path, "a rule of a score asks for a score", "write the clauses themselves")
    elif name not in terms.scores:
        yield unknown(path, "the score", name, terms.scores)
    else:
        most = highest(terms.scores[name])
        if test.at_least is not None and most is not None and test.at_least > most:
            yield warn(path, f"the score {name} reaches at most {most} points, never {test.at_least}", "ask for fewer, or raise the caps")


def highest(score: Score) -> int | None:
    """The most points a score can reach; None when a rule without a cap counts touches."""
    capped = [rule.cap if rule.cap is not None else None if rule.when.touches else rule.points for rule in score.points if rule.points > 0]
    return None if None in capped else sum(points for points in capped if points is not None)


def _always(root: Condition, path: Path) -> Findings:
    if root.is_always and path[0] == "stages":
        yield warn(path, "this asks for nothing, so every lead enters at once", "say what must hold, or delete it")
    if root.is_always and path[0] == "scores":
        yield warn(path, "this asks for nothing, so everybody gets the points", "say what must hold")


def _companies_only(terms: Terms) -> Findings:
    for place, node in nodes(terms.profile.accounts, ("profile", "accounts")):
        for name in ("touches", "person", "answer", "score"):
            if getattr(node, name) is not None:
                yield Finding(
                    (*place, name), f"the customer profile asks for {name}", "ask for fields of the account: it describes companies"
                )


def _segments(terms: Terms) -> Findings:
    names = list(terms.profile.segments.items())
    for i, (name, condition) in enumerate(names):
        before = next((other for other, earlier in names[:i] if earlier.is_always or earlier == condition), None)
        if before is not None:
            path = ("profile", "segments", name)
            yield Finding(
                path, f"the segment {name!r} is never reached: {before!r} takes everyone who would fit", f"move {before!r} below it"
            )
    if names and not names[-1][1].is_always:
        yield warn(
            ("profile", "segments"), "leads that fit no segment have none", "end with a segment that asks for nothing, such as `rest: {}`"
        )


def _scores(terms: Terms) -> Findings:
    for name, score in terms.scores.items():
        yield from _points(score, ("scores", name))
    for name, bands in terms.grid.items():
        yield from _bands(name, bands, terms)


def _points(score: Score, path: Path) -> Findings:
    if score.half_life is not None and (score.half_life.is_working or not 0 < score.half_life.span.days <= 3650):
        yield Finding((*path, "half_life"), f"a half-life of {score.half_life}", "write 1 day to 3650 days of calendar time")
    for i, rule in enumerate(score.points):
        if rule.points == 0:
            yield warn((*path, "points", i), "a rule that gives 0 points", "give points, or delete it")
        elif rule.cap is not None and rule.cap < abs(rule.points):
            yield warn(
                (*path, "points", i, "cap"), f"the cap {rule.cap} is less than {rule.points} points", "raise the cap or lower the points"
            )


def _bands(name: str, bands: Mapping[str, int], terms: Terms) -> Findings:
    path: Path = ("scores", "grid", name)
    if name not in terms.scores:
        yield unknown(path, "the score", name, terms.scores)
        return
    most = highest(terms.scores[name])
    for band, start in bands.items():
        if most is not None and start > most:
            yield warn((*path, band), f"the score {name} reaches at most {most} points, never band {band}", "lower it, or raise the caps")
    for (upper, high), (lower, low) in pairwise(bands.items()):
        if low >= high:
            yield Finding(
                (*path, lower), f"band {lower} starts at {low}, not below band {upper} at {high}", "write bands from best to last"
            )
    if bands and min(bands.values()) > 0:
        yield warn(path, f"leads below {min(bands.values())} points have no band", "end with a band that starts at 0")
