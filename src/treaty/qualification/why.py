"""Why is a lead where it is, and what would take it on: the evaluator's explanation, in the agreement's words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from treaty.agreement.conditions import Condition, Test
from treaty.agreement.models import Version
from treaty.agreement.queries import signed_of
from treaty.agreement.words_base import spans
from treaty.agreement.words_conditions import each_touch, sentence
from treaty.moments import from_us, to_us
from treaty.qualification import rows
from treaty.qualification.accounts import as_table
from treaty.qualification.explained import Explained
from treaty.qualification.grades import Banded, banded
from treaty.qualification.live import own_of
from treaty.qualification.panel import Name, Panel, explainer_of, panel_of
from treaty.qualification.scores import MILLI, Rule
from treaty.truth.models import Lead, StageMove, Touch
from treaty.truth.queries import names_of, touch_words

GROUPS = {"all": "All of these", "any": "At least one of these", "none": "None of these"}


@dataclass(frozen=True, slots=True)
class Cause:
    """A touch that counts. person: who did it, empty when it was the lead's own person."""

    at: datetime
    says: str
    person: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """One node of a definition at a moment, in words.

    kind: all, any, none, touches, person, account, answer, score or rule. is_wanted: False within `none`, where a
    clause serves by not holding. found: what there is (`2 of 3`, `240`, `42 of 60 points`). unknown: the field
    whose value nobody knows. next_at: when this turns by itself.
    """

    kind: str
    says: str
    holds: bool
    found: str = ""
    unknown: str = ""
    next_at: datetime | None = None
    causes: tuple[Cause, ...] = ()
    below: tuple["Clause", ...] = ()
    is_wanted: bool = True

    @property
    def serves(self) -> bool:
        """Whether it does what the definition wants of it."""
        return self.holds == self.is_wanted

    def walk(self) -> Iterator["Clause"]:
        yield self
        for clause in self.below:
            yield from clause.walk()


@dataclass(frozen=True, slots=True)
class Way:
    """One way into a stage (`enter` or `shortcut`) as it stood or stands `at` a moment."""

    stage: str
    way: str
    at: datetime
    clause: Clause

    @property
    def holds(self) -> bool:
        return self.clause.holds

    @property
    def next_at(self) -> datetime | None:
        return self.clause.next_at


@dataclass(frozen=True, slots=True)
class Graded:
    """The grade of a lead at a moment and the scores it is made of. next_at: when it turns, if that is near enough to know."""

    grade: str
    scores: tuple[Banded, ...]
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """A lead's stage and its grounds. reached: the ways that held when a definition last moved it, as of then;
    ahead: the ways into the stages it could be moved to next, as of `at`. rests_until: until then only a
    shortcut wakes it. graded: None where the agreement has no grid, and once the lead is closed."""

    lead: str
    person: str
    stage: str
    since_at: datetime
    version: int
    at: datetime
    reached: tuple[Way, ...] = ()
    ahead: tuple[Way, ...] = ()
    rests_until: datetime | None = None
    graded: Graded | None = None

    @property
    def next_at(self) -> datetime | None:
        """The next moment at which a way ahead turns although nothing arrives."""
        return min((way.next_at for way in self.ahead if way.next_at), default=None)


def why(lead: Lead, at: datetime) -> Why:
    """Explain one lead, by the one evaluator and the version it is judged under.

    Reads the touches and facts of the person (and of the account, where a clause looks at it) once. Raises
    TookTooLong. Source: agreement, stages (R20, R21).
    """
    panel, found = panel_of(lead.version), _Found(lead)
    move = StageMove.objects.filter(lead=lead, how=StageMove.How.DEFINITION, withdrawn_at=None).order_by("-at", "-id").first()
    grounds = [(str(one["stage"]), str(one["way"])) for one in (move.because if move else []) if "stage" in one and "way" in one]
    reached = [_asked(lead.version, name, found, move.at) for name in grounds if move and name in panel.conditions]
    ahead = [_asked(lead.version, name, found, at) for name in _ways_ahead(lead, panel)] if lead.closed_at is None else []
    write = _Writer(lead, [explained for _, _, explained in (*reached, *ahead)])
    return Why(
        lead.key,
        str(lead.person),
        lead.stage,
        lead.stage_since,
        lead.version.number,
        at,
        tuple(write.way(*one) for one in reached),
        tuple(write.way(*one) for one in ahead),
        lead.rests_until if lead.rests_until and lead.rests_until > at else None,
        _graded(lead, panel, found, at) if lead.closed_at is None else None,
    )


def _graded(lead: Lead, panel: Panel, found: "_Found", at: datetime) -> Graded | None:
    """What the grid says of the lead at a moment, counted anew: the points it keeps are those of its last judging."""
    grid = signed_of(lead.version).terms.grid
    scored = panel.scored(found.own(at), found.facts, found.turns, [lead.person_id], at=at).get(lead.person_id)
    if not grid or scored is None:
        return None
    return Graded(scored.grade, banded(grid, scored.points), from_us(scored.turns_us) if scored.turns_us is not None else None)


def _ways_ahead(lead: Lead, panel: Panel) -> list[Name]:
    stages = signed_of(lead.version).terms.stages
    onward = stages[lead.stage].moves if lead.stage in stages else []
    return [name for name in panel.conditions if name[0] in onward and name[1] in ("enter", "shortcut")]


class _Found:
    """The rows that are judged, read once. A touch of the lead's person before its return no longer counts, once it has returned."""

    def __init__(self, lead: Lead) -> None:
        panel = panel_of(lead.version)
        accounts = rows.accounts_of([lead.person_id])
        everyone = {lead.person_id} | (rows.members_of(accounts) if panel.accounts.clauses else set())
        self.person_id, self._floor = lead.person_id, lead.evidence_from
        self.facts, self.touches = rows.facts_of(everyone, accounts), rows.touches_of(everyone, panel.kinds)
        self.turns = as_table(panel.accounts.turns(self.touches, self.facts))

    def since_us(self, at: datetime) -> int | None:
        """From when on the person's own touches count."""
        return to_us(self._floor) if self._floor is not None and self._floor <= at else None

    def own(self, at: datetime) -> pa.Table:
        return own_of(self.touches, self.person_id, self.since_us(at))


Asked = tuple[Name, datetime, Explained]


def _asked(version: Version, name: Name, found: _Found, at: datetime) -> Asked:
    return (
        name,
        at,
        explainer_of(version, name).explain(found.touches, found.facts, found.person_id, to_us(at), since_us=found.since_us(at)),
    )


class _Writer:
    """Puts explanations into words; the touches they rest on are read together, in two queries."""

    def __init__(self, lead: Lead, explanations: Iterable[Explained]) -> None:
        ids = {touch for one in explanations for node in one.walk() for touch in node.touch_ids}
        touches = list(Touch.objects.filter(pk__in=ids).select_related("person"))
        titles = names_of(touches)
        self.causes: Mapping[int, Cause] = {
            touch.pk: Cause(touch.occurred_at, touch_words(touch, titles), "" if touch.person_id == lead.person_id else str(touch.person))
            for touch in touches
        }

    def way(self, name: Name, at: datetime, explained: Explained) -> Way:
        return Way(name[0], name[1], at, self.clause(explained))

    def clause(self, node: Explained, *, is_wanted: bool = True) -> Clause:
        below = [self.clause(part, is_wanted=is_wanted and node.kind != "none") for part in _flat(node)]
        return Clause(
            node.kind,
            says(node),
            node.holds,
            found_words(node),
            node.unknown.removeprefix("unknown: ").replace("_", " "),
            from_us(node.next_us) if node.next_us is not None else None,
            tuple(sorted((self.causes[touch] for touch in node.touch_ids if touch in self.causes), key=lambda cause: cause.at)),
            tuple(below),
            is_wanted,
        )


def _flat(node: Explained) -> Iterator[Explained]:
    """What a node is made of; an `all` within an `all` is one list."""
    for part in node.parts:
        if node.kind == part.kind == "all":
            yield from _flat(part)
        else:
            yield part


def says(node: Explained) -> str:
    """The node as the agreement says it."""
    if node.kind in GROUPS:
        return GROUPS[node.kind]
    if isinstance(node.asks, Rule):
        return _rule_words(node.asks)
    condition = Condition.model_validate({"touches": node.asks} if node.kind == "touches" else {node.kind: {node.field: node.asks}})
    return _text(sentence(condition, ()))


def _rule_words(rule: Rule) -> str:
    touches = rule.when.touches
    what = _text(each_touch(touches, ())) if rule.is_per_touch and touches is not None else _text(sentence(rule.when, ()))
    limit = f", {rule.cap} at most" if rule.cap is not None else ""
    return f"{rule.points} {'point' if rule.points == 1 else 'points'} for {what}{limit}"


def _text(phrase: Sequence[Any]) -> str:
    return "".join(span.text for span in spans(phrase))


def graded_words(graded: Graded) -> list[tuple[str, str]]:
    """Each score in words: `fit: 20 points, band B` and `A from 30`."""
    return [(_banded_words(one), f"{one.better} from {one.better_from}" if one.better else "") for one in graded.scores]


def _banded_words(one: Banded) -> str:
    points = f"{one.points} {'point' if one.points == 1 else 'points'}"
    return f"{one.score.replace('_', ' ')}: {points}, {f'band {one.band}' if one.band else 'no band'}"


def found_words(node: Explained) -> str:
    """What there is of what is asked: `2 of 3`, `3 people of 3`, `240`, `42 of 60 points`, `12.5 points`."""
    if node.kind in GROUPS or node.unknown:
        return ""
    if node.kind == "rule":
        points = (node.milli or 0) / MILLI
        return f"{points:g} {'point' if points == 1 else 'points'}"
    if node.kind == "score":
        return f"{node.have or 0} points" if node.need is None else f"{node.have or 0} of {node.need} points"
    if node.kind == "touches":
        if node.people_need is not None:
            return f"{node.people_have} of {node.people_need} people"
        return f"{node.have} of {node.need}"
    return _value(node)


def _value(node: Explained) -> str:
    """The value in force; a number where the test looks at one."""
    asks_number = isinstance(node.asks, Test) and (node.asks.at_least is not None or node.asks.at_most is not None)
    if node.number is not None and (asks_number or node.text is None):
        return f"{node.number:,.10g}"
    return (node.text or "").replace("_", " ")
