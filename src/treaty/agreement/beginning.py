"""What a first draft begins with: an agreement for a kind of business, complete, its reasons in comments."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_FOLDER = files("treaty.agreement") / "templates"
TEMPLATES = {
    "small-business": "Small business",
    "enterprise": "Enterprise",
    "long-cycle-abm": "Long cycle, named accounts",
    "healthcare-legal": "Healthcare and legal",
    "e-commerce": "E-commerce",
    "home-services": "Home services",
}
"""Names of files, each with its title."""


@dataclass(frozen=True, slots=True)
class Template:
    """title: the kind of business; says: for whom it is and what is different about it, as the document begins."""

    name: str
    title: str
    says: str


def text_of(name: str) -> str:
    """The document. Raises LookupError that lists the names there are."""
    if name not in TEMPLATES:
        raise LookupError(f"there is no template {name!r}: use one of {', '.join(TEMPLATES)}")
    return (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


@lru_cache
def templates() -> tuple[Template, ...]:
    """All of them, in the order they are offered."""
    return tuple(Template(name, title, _first_words(text_of(name))) for name, title in TEMPLATES.items())


def _first_words(text: str) -> str:
    """The comment a document begins with, in one line."""
    rows = iter(text.splitlines())
    said: list[str] = []
    for row in rows:
        if not row.startswith("#"):
            break
        said.append(row.removeprefix("#").strip())
    return " ".join(said)
