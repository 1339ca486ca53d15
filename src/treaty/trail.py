"""What some work writes, row by row, so that it can be taken back: what it made, what it changed, and what it found said already.

Nothing is noted unless somebody keeps a trail; `bulk` notes what is written through it, and who writes otherwise says so here.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec
from django.db import models

Images = dict[int, dict[str, list[Any]]]
"""By row number and column [what stood there before, what was written], as JSON has them."""


@dataclass(slots=True)
class Trail:
    """By the label of a model (`truth.touch`): made: numbers of new rows · met: of rows that were told of and were there already ·
    changed: of rows there before, each column that was written.

    apps: whose rows are noted
    """

    apps: tuple[str, ...] = ()
    made: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    met: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    changed: dict[str, Images] = field(default_factory=lambda: defaultdict(dict))

    def told_of(self, label: str) -> set[int]:
        """Rows of a model that were there before."""
        return self.met.get(label, set()) | self.changed.get(label, {}).keys()

    def add(self, later: "Trail") -> None:
        """What was written next: of a column written twice the first value before and the last one written are kept."""
        for label, numbers in later.made.items():
            self.made[label] |= numbers
        for label, numbers in later.met.items():
            self.met[label] |= numbers - self.made[label]
        for label, images in later.changed.items():
            for number, columns in images.items():
                self._change(label, number, columns)

    def _change(self, label: str, number: int, columns: Mapping[str, list[Any]]) -> None:
        if number in self.made[label]:
            return
        known = self.changed[label].setdefault(number, {})
        for column, (before, after) in columns.items():
            known[column] = [known[column][0] if column in known else before, after]

    @property
    def is_empty(self) -> bool:
        return not (any(self.made.values()) or any(self.changed.values()))

    def packed(self) -> bytes:
        """As it is stored: numbers as ranges, columns that were written as they stood left out."""
        return zlib.compress(msgspec.json.encode(_Packed(_ranges_of(self.made), _ranges_of(self.met), self._differing())))

    def _differing(self) -> dict[str, Images]:
        found: dict[str, Images] = {}
        for label, images in self.changed.items():
            for number, columns in images.items():
                if kept := {name: pair for name, pair in columns.items() if pair[0] != pair[1]}:
                    found.setdefault(label, {})[number] = kept
        return found


class _Packed(msgspec.Struct):
    made: dict[str, list[tuple[int, int]]]
    met: dict[str, list[tuple[int, int]]]
    changed: dict[str, Images]


def unpacked(raw: bytes | memoryview) -> Trail:
    """A stored trail."""
    found = msgspec.json.decode(zlib.decompress(raw), type=_Packed)
    changed = defaultdict(dict, found.changed)
    return Trail(made=_numbers_of(found.made), met=_numbers_of(found.met), changed=changed)


def _ranges_of(every: Mapping[str, set[int]]) -> dict[str, list[tuple[int, int]]]:
    return {label: ranges(numbers) for label, numbers in every.items() if numbers}


def _numbers_of(every: Mapping[str, list[tuple[int, int]]]) -> dict[str, set[int]]:
    return defaultdict(set, {label: {n for low, high in of for n in range(low, high + 1)} for label, of in every.items()})


def ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers as (first, last) of each stretch without a gap, in order."""
    listed = sorted(numbers)
    if not listed:
        return []
    firsts = [listed[0], *(after for before, after in pairwise(listed) if after > before + 1)]
    lasts = [*(before for before, after in pairwise(listed) if after > before + 1), listed[-1]]
    return list(zip(firsts, lasts, strict=True))


_kept: ContextVar[Trail | None] = ContextVar("_kept", default=None)


@contextmanager
def keeping(*apps: str) -> Iterator[Trail]:
    """Note what is written within into rows of these apps."""
    found = Trail(apps)
    token = _kept.set(found)
    try:
        yield found
    finally:
        _kept.reset(token)


@contextmanager
def whole() -> Iterator[None]:
    """Around what is rolled back when it raises: then it is not noted either."""
    outer = _kept.get()
    if outer is None:
        yield
        return
    with keeping(*outer.apps) as within:
        yield
    outer.add(within)


def is_kept(model: type[models.Model]) -> bool:
    """Whether anybody keeps a trail of rows of this model."""
    found = _kept.get()
    return found is not None and model._meta.app_label in found.apps


def made(model: type[models.Model], numbers: Iterable[int]) -> None:
    """These rows are new."""
    if is_kept(model):
        _now().made[model._meta.label_lower].update(numbers)


def met(model: type[models.Model], numbers: Iterable[int]) -> None:
    """These rows were told of and were there already."""
    if is_kept(model):
        found, label = _now(), model._meta.label_lower
        found.met[label].update(number for number in numbers if number not in found.made[label])


def changing(model: type[models.Model], after: Mapping[int, Mapping[str, Any]]) -> None:
    """Said before columns are written: by row number what will stand in each. What stands there is read."""
    if not after or not is_kept(model):
        return
    columns = sorted({name for values in after.values() for name in values})
    for row in model._default_manager.filter(pk__in=list(after)).values("pk", *columns):
        number = row["pk"]
        _now()._change(model._meta.label_lower, number, {name: [plain(row[name]), plain(value)] for name, value in after[number].items()})


def update(rows: models.QuerySet[Any], **values: Any) -> int:
    """`QuerySet.update`, noted: plain values by the names of columns (`person_id`)."""
    if is_kept(rows.model):
        changing(rows.model, dict.fromkeys(rows.values_list("pk", flat=True), values))
    return rows.update(**values)


def plain(value: Any) -> Any:
    """A value as JSON keeps it, so that it can be compared with one that was kept; a field's `to_python` reads it."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")  # 100 is 100.0000
    return msgspec.json.decode(msgspec.json.encode(value))


def _now() -> Trail:
    found = _kept.get()
    if found is None:
        raise LookupError("nobody keeps a trail")
    return found
