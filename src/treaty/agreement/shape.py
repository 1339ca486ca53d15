"""Which fields a part of the document may have: read off the models, for suggestions and for the order of keys."""

from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from treaty.agreement.base import Term
from treaty.agreement.terms import Terms
from treaty.agreement.terms_scores import Score, ScoreBook


def names_at(path: Iterable[str | int]) -> tuple[str, ...]:
    """Field names at a path, in the order of the document; empty where names are free or there is no such part."""
    return tuple(name for model in models_at(path) for name in _fields(model))


def models_at(path: Iterable[str | int]) -> list[type[Term]]:
    """The models that may stand at a path."""
    kinds: list[Any] = [Terms]
    for step in path:
        kinds = [inner for kind in kinds for inner in _inside(kind, step)]
    return [kind for kind in kinds if _is_term(kind)]


def _is_term(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Term)


def _fields(model: type[Term]) -> Iterator[str]:
    for name, info in model.model_fields.items():
        yield info.alias or name


def _inside(kind: Any, step: str | int) -> Iterator[Any]:
    for annotation in _annotations(kind, step):
        yield from _unwrap(annotation)


def _annotations(kind: Any, step: str | int) -> Iterator[Any]:
    if kind is Score and isinstance(step, int):  # the short form: a list of rules
        yield from get_args(Score.model_fields["points"].annotation)
    elif _is_term(kind):
        known = {info.alias or name: info.annotation for name, info in kind.model_fields.items()}
        if step in known:
            yield known[str(step)]
        elif kind is ScoreBook:
            yield Score
    elif get_origin(kind) is list and isinstance(step, int):
        yield get_args(kind)[0]
    elif get_origin(kind) is dict:
        yield get_args(kind)[1]


def _unwrap(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _unwrap(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for option in get_args(annotation):
            yield from _unwrap(option)
    else:
        yield annotation
