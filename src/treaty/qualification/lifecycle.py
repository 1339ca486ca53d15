"""The walk of a lead through the agreed graph: what a move may be, and which stage a definition reaches."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from treaty.agreement.terms import Terms
from treaty.agreement.terms_stages import Stage


class NotAllowed(Exception):
    """The agreed graph has no such move; the message names the stages one may go to."""


@dataclass(frozen=True, slots=True)
class Step:
    """One move. `passed`: the stage was gone through on the way to another, in the same instant."""

    from_stage: str
    to_stage: str
    passed: bool


def check_move(terms: Terms, from_stage: str, to_stage: str) -> None:
    """Refuse a move that is not in the agreement. The same rule at every door. Raises NotAllowed."""
    if to_stage not in terms.stages:
        raise NotAllowed(f"stage {to_stage!r} is not in the agreement: use one of {', '.join(terms.stages)}")
    moves = terms.stages[from_stage].moves if from_stage in terms.stages else [terms.entry_stage]
    if to_stage not in moves:
        allowed = ", ".join(moves) or "nowhere: it is an end"
        raise NotAllowed(f"a lead in {from_stage} cannot go to {to_stage}; the agreement lets it go to {allowed}")


def check_answers(terms: Terms, to_stage: str, captured: Collection[str]) -> None:
    """Refuse to enter a stage before its answers are noted (R17). Raises NotAllowed that names what is missing."""
    missing = [name for name in terms.stages[to_stage].captured if name not in captured]
    if missing:
        raise NotAllowed(f"{to_stage} needs an answer first: {', '.join(missing)}")


def reached(terms: Terms, stage: str, holding: Collection[str]) -> list[Step]:
    """The steps by which definitions carry a lead onwards from `stage`.

    holding: stages whose definition holds now. The furthest of them, in the order of the document, that can be
    reached through stages a rule may enter is taken; stages in between are passed in the same instant, so no
    history has holes. Empty when no definition leads anywhere.
    """
    order = list(terms.stages)
    targets = [name for name in order if name in holding and name != stage]
    for target in reversed(targets):
        walk = _walk(terms.stages, stage, target)
        if walk:
            return [Step(a, b, passed=b != target) for a, b in zip([stage, *walk], walk, strict=False)]
    return []


def _walk(stages: Mapping[str, Stage], start: str, target: str) -> list[str]:
    """The shortest allowed walk whose every stage can be entered by a rule; empty if there is none."""
    before: dict[str, str] = {start: start}
    line = deque([start])
    while line:
        here = line.popleft()
        for there in stages[here].moves:
            if there in before or stages[there].definition is None:
                continue
            before[there] = here
            if there == target:
                return _trace(before, start, target)
            line.append(there)
    return []


def _trace(before: Mapping[str, str], start: str, target: str) -> list[str]:
    walk = [target]
    while before[walk[-1]] != start:
        walk.append(before[walk[-1]])
    return walk[::-1]


def hands_over(terms: Terms, from_stage: str, to_stage: str) -> bool:
    """True when a move takes a lead from marketing's care into sales' (a handoff must follow)."""
    was = terms.stages[from_stage].owner if from_stage in terms.stages else "marketing"
    return was == "marketing" and terms.stages[to_stage].owner == "sales"


def ends(terms: Terms, stage: str) -> bool:
    """True for a stage that ends the pass: a customer, or one from which only a new pass can start."""
    here = terms.stages[stage]
    if here.when == "opportunity_won":
        return True
    return not here.moves or (stage == "disqualified" and here.owner == "marketing")
