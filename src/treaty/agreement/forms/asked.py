"""A part of the document as questions: what a page shows for each place, with its names, choices, words and faults."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from treaty.agreement.forms import changes, tree_asked, weights
from treaty.agreement.forms.heard import NAME
from treaty.agreement.forms.kinds import Asked, Kind, Many, Named, One, Part, Rows, Tick, Tree, fields_of
from treaty.agreement.forms.labels import help_of, label, said
from treaty.agreement.forms.questions import (
    Around,
    Choice,
    Condition,
    Group,
    Line,
    List,
    Option,
    Row,
    Several,
    Silent,
    Ticked,
    Weight,
    Weights,
)
from treaty.agreement.forms.state import SHORT
from treaty.agreement.quantities import plain
from treaty.agreement.terms_credit import Attribution
from treaty.agreement.terms_handoff import Rule
from treaty.agreement.terms_promises import Promise
from treaty.agreement.vocabulary import ANCHORS, WEIGHTED_MODELS
from treaty.agreement.yamltree import Path

SHOWN: dict[tuple[type, str], tuple[str, ...]] = {
    (Promise, "deliver"): ("id", "deliver", "at_least", "at_most", "per", "by_segment"),
    (Promise, "keep"): ("id", "keep", "at_least", "at_most", "per"),
    (Promise, "answer"): ("id", "answer", "within", "in", "calendar"),
    (Promise, "do"): ("id", "do", "within", "at_least", "in", "warn_at", "on_breach", "calendar"),
    (Rule, "account_owner"): ("rule", "segment", "when"),
    (Rule, "pool"): ("rule", "pool", "segment", "when", "pick", "weight"),
    (Rule, "fallback"): ("rule", "to"),
}
"""Fields that belong to a kind of row. What is filled in is shown too, whatever it belongs to."""

TITLES = ("id", "meeting", "team", "measure", "what")


def asked(kind: Kind, state: Any, name: str, path: Path, names: Around, of: str = "", must: bool = False) -> Any:
    """The question for a state. name: of its field; path: of its place in the document; of: `Promise.within`, for its words."""
    part, _, own = of.rpartition(".")
    common: dict[str, Any] = {
        "name": name, "label": label(part, own) if own else "", "help": help_of(part, own), "problems": names.problems.get(path, ()),
    }  # fmt: skip
    if state is None and isinstance(kind, Rows | Named):
        return List(**common, rows=(), adds=_adds(kind, name), is_flat=True, is_there=False)
    if state is None and isinstance(kind, Part | Tree):
        return Silent(**common, adds=((f"add:{name}", "Say something of it" if isinstance(kind, Part) else "Add a condition"),))
    match kind:
        case One():
            return _line(kind, state or "", common, names, of, must=must)
        case Tick(default):
            return Ticked(**common, is_on=default if state is None else state, is_stated=state is not None)
        case Many(one):
            return _several(one, state, common, names, of)
        case Rows(inner):
            return List(**common, rows=_rows(inner, state, name, path, names), adds=_adds(kind, name), is_flat=not _is_folded(inner))
        case Named(One()) if of == "Attribution.weights":
            return _weights(state, common, name)
        case Named():
            return List(**common, rows=_named(kind, state, name, path, names, of), adds=_adds(kind, name), is_flat=not _is_folded(kind.of))
        case Tree():
            node = tree_asked.node(state, name, names.of)
            return Condition(**common, node=node, says=tree_asked.sentence_of(state), may_go=not must)
        case Part(model):
            return Group(**common, parts=_parts(model, state, name, path, names), short=SHORT in state, may_go=bool(path) and not must)


def _line(kind: One, value: str, common: Mapping[str, Any], names: Around, of: str, *, must: bool) -> Line | Choice:
    options = [(one, said(one, of)) for one in kind.choices] or (list(names.of(kind.names)) if kind.names not in ("", "people") else [])
    if options:
        known = [one for one, _ in options]
        extra = [(value, value)] if value and value not in known else []
        return Choice(**common, value=value, options=[*([] if must and value else [("", "")]), *options, *extra], must=must)
    offered = names.of("people") if kind.names == "people" else ()
    return Line(**common, value=value, widget=kind.widget, hint=kind.hint, must=must, options=offered)


def _several(one: One, state: Sequence[str] | None, common: Mapping[str, Any], names: Around, of: str) -> Several:
    chosen = state or ()
    common = {**common, "is_there": state is not None}
    options = [(choice, said(choice, of)) for choice in one.choices] or (list(names.of(one.names)) if one.names else [])
    if not options:
        return Several(**common, lines="\n".join(chosen), hint=one.hint)
    known = dict(options)
    in_order = [*chosen, *(value for value in known if value not in chosen)]
    return Several(**common, options=[(value, known.get(value, value), value in chosen) for value in in_order])


def _weights(state: Sequence[Any], common: Mapping[str, Any], name: str) -> Weights:
    rows, at = [], Decimal(0)
    for i, (own, line) in enumerate(state):
        part = 100 * (weights.share_of(line) or Decimal(0))
        width = min(part, max(Decimal(0), 100 - at))
        rows.append(Weight(name=f"{name}.{i}", own=own, title=said(own), value=line, percent=plain(part), x=plain(at), width=plain(width)))
        at += part
    return Weights(**common, rows=rows, adds=(), is_custom=False)


def _freely(shown: Weights) -> None:
    """The weights of a custom model: any anchor may be weighed, and none need be."""
    had = {row.own for row in shown.rows}
    shown.is_custom, shown.adds = True, [(f"weigh:attribution:{name}", says) for name, says in ANCHORS.items() if name not in had]


def _is_folded(kind: Kind) -> bool:
    return isinstance(kind, Part)


def _adds(kind: Rows | Named, name: str) -> list[Option]:
    found = changes.variants(kind.of)
    return [(f"add:{name}:{variant}", ADDS[variant]) for variant in found] if found else [(f"add:{name}", "Add another")]


ADDS = {
    "deliver": "So many leads, or so much", "keep": "A figure is kept", "answer": "Requests are answered",
    "do": "Something is done for each lead",
    "account_owner": "The owner of the account", "pool": "A pool takes turns", "fallback": "Somebody named",
}  # fmt: skip


def _rows(of: Kind, state: Sequence[Any], name: str, path: Path, names: Around) -> list[Row]:
    found = []
    for i, row in enumerate(state):
        at, place = f"{name}.{i}", (*path, i)
        found.append(_row(at, _title(row), None, asked(of, row, at, place, names, must=True), place, names))
    return found


def _named(kind: Named, state: Sequence[Any], name: str, path: Path, names: Around, of: str) -> list[Row]:
    found = []
    for i, (own, row) in enumerate(state):
        at, place = f"{name}.{i}", (*path, own)
        common = {"name": f"{at}.{NAME}", "label": "Name"}
        key = _line(kind.name, own, common, names, of, must=False)
        found.append(_row(at, own, key, asked(kind.of, row, f"{at}.of", place, names, must=True), place, names))
    return found


def _row(name: str, title: str, own: Any, inside: Any, place: Path, names: Around) -> Row:
    problems = [text for path, texts in names.problems.items() if path[: len(place)] == place for text in texts]
    return Row(
        name=name,
        title=title,
        says=names.says.get(place, ""),
        own=own,
        inside=inside,
        is_open=bool(problems) or not title,
        problems=problems,
    )


def _title(row: Any) -> str:
    """What a row is known by: its id, its measure, what a rule does."""
    if not isinstance(row, Mapping):
        return ""
    named = next((row[key] for key in TITLES if row.get(key)), "")
    return str(named or (said(row["rule"], "Rule.rule") if row.get("rule") else ""))


def _parts(model: Any, state: Mapping[str, Any], name: str, path: Path, names: Around) -> list[Any]:
    found = []
    for one in _shown(model, state):
        place = path if not one.name else (*path, one.name)
        of = f"{model.__name__}.{one.name}" if one.name else "ScoreBook.named"
        found.append(asked(one.kind, state.get(one.name), f"{name}.{one.name or 'own'}", place, names, of, one.must))
        if isinstance(found[-1], Weights) and state.get("model") == "custom":
            _freely(found[-1])
    return found


def _shown(model: Any, state: Mapping[str, Any]) -> list[Asked]:
    wanted = next(
        (fields for (of, kind), fields in SHOWN.items() if of is model and (state.get(kind) is not None or state.get("rule") == kind)), None
    )
    if model is Attribution and state.get("model") not in {*WEIGHTED_MODELS, "custom"}:
        wanted = tuple(one.name for one in fields_of(model) if one.name != "weights")
    return [one for one in fields_of(model) if wanted is None or one.name in wanted or state.get(one.name)]
