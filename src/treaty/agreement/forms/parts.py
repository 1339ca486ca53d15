"""The agreement in the parts a person edits at once, each with the names that stand around it."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from treaty.agreement.document import Loaded
from treaty.agreement.forms import changes
from treaty.agreement.forms.asked import asked
from treaty.agreement.forms.heard import Said, heard
from treaty.agreement.forms.kinds import Names, fields_of
from treaty.agreement.forms.questions import Around
from treaty.agreement.forms.state import data_of, same, state_of
from treaty.agreement.forms.weights import balanced, laid, weighed
from treaty.agreement.rewriting import GONE
from treaty.agreement.terms import Terms
from treaty.agreement.vocabulary import MEASURES, RETURNS
from treaty.agreement.words import contract
from treaty.agreement.words_base import words
from treaty.agreement.yamltree import Path

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the agreement. fields: of the document, in its order. says: what is decided here."""

    name: str
    title: str
    says: str
    fields: tuple[str, ...]


PIECES = (
    Piece("goals", "What we both own", "The figures both teams answer for.", ("goals",)),
    Piece("profile", "Who we sell to", "Companies, segments, who takes part in buying.", ("profile",)),
    Piece("stages", "When a lead is ready", "The stages of a lead, who is responsible, what brings a lead there.", ("stages", "journey")),
    Piece("scores", "How interest is scored", "Points for what is known and done, and what they are worth.", ("scores",)),
    Piece("handoff", "Who takes a lead", "Pools, the route, who is away, what the brief says.", ("handoff",)),
    Piece("promises", "What we promise each other", "Both sides’ promises and the hours they count in.", ("promises",)),
    Piece("reasons", "Why leads come back and deals end", "The reasons there are, and where a lead goes then.", ("reasons",)),
    Piece("attribution", "How credit is shared", "The model, its weights, how far it looks back.", ("attribution",)),
    Piece("economics", "What a customer costs, and is worth", "Which costs count, margin, how long customers stay.", ("economics",)),
    Piece("incentives", "What pay rests on", "Shares of variable pay.", ("incentives",)),
    Piece("meetings", "When we meet, and how we are told", "Meetings, the channel, fresh data.",
        ("cadence", "notices", "message", "freshness")),
    Piece("pilot", "How a change is tried", "One segment under the change, one for comparison.", ("pilot",)),
    Piece(
        "start", "From when this holds, and who signs", "Names, money, days, both signatories.",
        ("agreement", "currency", "rates", "time_zone", "fiscal_year", "applies_to", "effective", "locked_until", "mode", "on_start",
         "review", "signatories", "sponsor", "steward"),
    ),
    Piece("lists", "How this is to be read", "Lists and further fields that conditions name.", ("lists", "fields")),
)  # fmt: skip


def piece_of(name: str) -> Piece:
    """Raises LookupError."""
    found = next((piece for piece in PIECES if piece.name == name), None)
    if found is None:
        raise LookupError(f"there is no part {name!r}: choose one of {', '.join(piece.name for piece in PIECES)}")
    return found


def field_owner(field: str) -> str:
    """The part in which a field of the document is edited; empty for none."""
    return next((piece.name for piece in PIECES if field in piece.fields), "")


_KINDS = {one.name: one for one in fields_of(Terms)}


def shown(piece: Piece, data: Mapping[str, Any]) -> State:
    """The form's state for a document. Raises Unfit for what forms cannot show: it is edited as text."""
    return {name: state_of(_KINDS[name].kind, data.get(name)) for name in piece.fields}


def sent(piece: Piece, fields: Iterable[tuple[str, list[str]]]) -> State:
    """The state of what a browser sent."""
    said = Said.of(fields)
    state = {name: heard(_KINDS[name].kind, said[name]) for name in piece.fields}
    return _with_credit(state, balanced)


def _with_credit(state: State, do: Callable[[Mapping[str, Any]], dict[str, Any]]) -> State:
    return {**state, "attribution": do(state["attribution"])} if state.get("attribution") else state


def pressed(piece: Piece, state: State, do: str) -> State:
    """After a press of `add:promises.sales:do`, `drop:goals.2`, `up:handoff.route.1`, `lay:attribution`. Unknown presses change nothing."""
    verb, _, rest = do.partition(":")
    place, _, variant = rest.partition(":")
    field, *at = place.split(".")
    if verb == "lay":
        return _with_credit(state, laid)
    if verb == "weigh":
        return _with_credit(state, lambda credit: weighed(credit, variant))
    if field not in piece.fields or verb not in ("add", "drop", "up", "down"):
        return state
    now = {**state, field: changes.changed(_KINDS[field].kind, state[field], verb, at, variant)}
    return _with_credit(now, balanced)


def written(piece: Piece, state: State, data: Mapping[str, Any]) -> dict[Path, Any]:
    """What `rewriting.put` is to write: the fields that say something else than before. Raises Twice."""
    found: dict[Path, Any] = {}
    for name in piece.fields:
        now = data_of(_KINDS[name].kind, state[name])
        if now is None and name in data:
            found[(name,)] = GONE
        elif now is not None and not same(now, data.get(name)):
            found[(name,)] = now
    return found


def digest(piece: Piece, data: Mapping[str, Any]) -> str:
    """A name for what a part says, to see whether somebody else has changed it since."""
    said = {name: data.get(name) for name in piece.fields}
    return hashlib.sha256(json.dumps(said, default=str, ensure_ascii=False).encode()).hexdigest()[:24]


def questions(piece: Piece, state: State, around: Around) -> list[Any]:
    """What a page asks: one question for each field of the document."""
    return [asked(_KINDS[name].kind, state[name], name, (name,), around, f"Terms.{name}", _KINDS[name].must) for name in piece.fields]


def around(loaded: Loaded, data: Mapping[str, Any], people: Sequence[tuple[str, str]]) -> Around:
    """The names, sentences and faults of a document. people: e-mail and name of who can be named."""
    says = {clause.path: clause.text for clause in contract(loaded.terms).clauses()} if loaded.terms else {}
    problems: dict[Path, list[str]] = {}
    for one in loaded.problems:
        way = f": {one.way_out}" if one.way_out else ""
        problems.setdefault(one.path, []).append(f"{one.says}{way}")
    return Around(_names(data, people), says, problems)


def _names(data: Mapping[str, Any], people: Sequence[tuple[str, str]]) -> Callable[[Names], Sequence[tuple[str, str]]]:
    """Names by their kind, from a document that may be half written."""

    def keys(*path: str) -> list[tuple[str, str]]:
        inside: Any = data
        for step in path:
            inside = inside.get(step) if isinstance(inside, Mapping) else None
        return [(str(name), words(str(name))) for name in inside] if isinstance(inside, Mapping | list) else []

    stages, money = keys("stages"), [(name, one.says) for name, one in MEASURES.items() if one.unit == "money"]
    found: dict[str, Sequence[tuple[str, str]]] = {
        "stages": stages, "returns": [*stages, *RETURNS.items()], "pools": keys("handoff", "pools"),
        "segments": keys("profile", "segments"),
        "calendars": keys("promises", "calendars") or [("default", "default")], "lists": keys("lists"), "people": people,
        "measures": [(name, one.says) for name, one in MEASURES.items()], "deliverable": [*stages, *money],
        "person": keys("fields", "person"), "account": keys("fields", "account"),
        "score": [pair for pair in keys("scores") if pair[0] != "grid"], "answer": _captured(data),
    }  # fmt: skip
    return lambda kind: found.get(kind, ())


def _captured(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    stages = data.get("stages")
    kept = [stage.get("captured") for stage in stages.values() if isinstance(stage, Mapping)] if isinstance(stages, Mapping) else []
    return [(name, words(name)) for names in kept if isinstance(names, list) for name in names if isinstance(name, str)]
