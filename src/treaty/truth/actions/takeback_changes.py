"""What becomes of what an import changed, when it is taken back: where still stands what it wrote, stands again what stood before."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db import models

from treaty.trail import plain
from treaty.truth.actions.ahead import label_of
from treaty.truth.actions.takeback_plan import MET, Making, Model, Stays
from treaty.truth.models import Account, SystemRecord

SAID_AGAIN = "a system says the same since"
Kept = Callable[[int, str, Any], bool]
"""Whether a column of a row stays as it is, though this part wrote it: the number, the column, its value."""


def fall(making: Making, model: Model, columns: Collection[str], is_kept: Kept) -> None:
    """Where still stands what this part wrote, there stands again what stood before."""
    images, label = making.trail.changed.get(label_of(model), {}), label_of(model)
    names = sorted({name for pairs in images.values() for name in pairs if not columns or name in columns})
    kept: set[int] = set()
    there = _there(making, model, images, names)
    for row in making.ahead.left(model, model._default_manager.filter(pk__in=list(images)), names) if names else ():
        number, back = row["pk"], {}
        for name, (before, after) in images[number].items():
            if name not in names:
                continue
            stands = plain(row[name]) == after
            if stands and not is_kept(number, name, row[name]):
                back[name] = _value(model, name, before) if before in there.get(name, (before,)) else None
            if making.ahead.is_met(model, number) and (name not in back or model is Account):
                making.plan.left.changed[label].setdefault(number, {})[name] = [before, after]
            if stands and name not in back:
                kept.add(number)
        if back:
            making.plan.falls.setdefault(model, {})[number] = back
            making.ahead.fall(model, number, back)
    if model is not SystemRecord:
        making.plan.stays += [Stays(label, number, MET if making.ahead.is_met(model, number) else SAID_AGAIN) for number in sorted(kept)]


def _there(making: Making, model: Model, images: Mapping[int, Mapping[str, Any]], names: Collection[str]) -> dict[str, set[int]]:
    """By column that names a row, those of the rows it named before that are there still: another import may have made them."""
    found = {}
    for name in names:
        of: Any = model._meta.get_field(name)
        if isinstance(of, models.ForeignKey) and of.null:
            before = {pairs[name][0] for pairs in images.values() if name in pairs} - {None}
            rows = of.related_model._default_manager.filter(pk__in=before)
            found[name] = {row["pk"] for row in making.ahead.left(of.related_model, rows, ())}
    return found


def give_back(making: Making, identity: Model, whose: Model) -> None:
    """An id or a visit that this part moved to another is theirs again whose it was; as whom those are known today, merges say."""
    images, label, of = making.trail.changed.get(label_of(identity), {}), label_of(identity), f"{whose._meta.model_name}_id"
    moves = {number: (_owner(columns, of, 0), _owner(columns, of, 1)) for number, columns in images.items()}
    owners = whose._default_manager.filter(pk__in=[before for before, _ in moves.values()])
    there = {row["pk"] for row in making.ahead.left(whose, owners, ())}
    for row in making.ahead.left(identity, identity._default_manager.filter(pk__in=list(moves)), (of, "seen_as_id")):
        number = row["pk"]
        before, after = moves[number]
        if (row["seen_as_id"] or row[of]) == after and before in there:
            back = {of: before, "seen_as_id": None}
            making.plan.falls.setdefault(identity, {})[number] = back
            making.ahead.fall(identity, number, back)
        elif making.ahead.is_met(identity, number):
            making.plan.left.changed[label][number] = images[number]


def _owner(columns: dict[str, list[Any]], of: str, place: int) -> int:
    """Whose an identity was before it was moved (0) or after (1), by origin."""
    return int(columns.get("seen_as_id", (None, None))[place] or columns[of][place])


def _value(model: Model, name: str, kept: Any) -> Any:
    of: Any = model._meta.get_field(name)
    return kept if kept is None else (of.target_field if isinstance(of, models.ForeignKey) else of).to_python(kept)
