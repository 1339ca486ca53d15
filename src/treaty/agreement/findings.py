"""What a check reports: a place in the document, what is wrong there, the way out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from treaty.agreement.conditions import Condition
from treaty.agreement.yamltree import Path


@dataclass(frozen=True, slots=True)
class Finding:
    path: Path
    says: str
    way_out: str
    is_warning: bool = False


Findings = Iterator[Finding]


def warn(path: Path, says: str, way_out: str) -> Finding:
    """Something that may be meant, but is worth a look before signing."""
    return Finding(path, says, way_out, is_warning=True)


def nearest(name: str, known: Iterable[str]) -> str:
    """The way out for an unknown name."""
    names = list(known)
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"use one of {', '.join(names)}" if names else "there is none to name yet: add it"


def unknown(path: Path, what: str, name: str, known: Iterable[str]) -> Finding:
    return Finding(path, f"{what} {name!r} is not in this agreement", nearest(name, known))


def twice(names: Iterable[tuple[Path, str]], what: str) -> Findings:
    """A finding for each name that occurs again."""
    seen: set[str] = set()
    for path, name in names:
        if name in seen:
            yield Finding(path, f"{what} {name!r} occurs twice", "give each a name of its own, or delete one")
        seen.add(name)


def nodes(condition: Condition, path: Path) -> Iterator[tuple[Path, Condition]]:
    """A condition and every one below it, each with its path, parents first."""
    yield path, condition
    for group in ("all", "any", "none"):
        for i, child in enumerate(getattr(condition, group) or ()):
            yield from nodes(child, (*path, group, i))
