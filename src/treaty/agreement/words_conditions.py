"""A condition as a sentence: "at least 3 content downloads in the last 30 days, and a company of 50 or more people"."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from treaty.agreement.conditions import Condition, Test, Touches
from treaty.agreement.words_base import Clause, Part, Span, clause, key_of, listed, number, small, value, words
from treaty.agreement.words_names import COUNTRIES, FIELD_NAMES, SENIORITIES, TOUCH_FIELD_NAMES, TOUCH_KINDS
from treaty.agreement.yamltree import Path

Phrase = list[Part]


def sentence(condition: Condition, path: Path) -> Phrase:
    """The whole condition in one line; groups within groups stand in brackets."""
    parts = [phrase for _, phrase in _clauses(condition, path)]
    parts += [_bracketed(child, (*path, "all", i)) for i, child in enumerate(condition.all or ())]
    if condition.any:
        parts.append(
            _group(listed([_bracketed(child, (*path, "any", i)) for i, child in enumerate(condition.any)], "or"), len(condition.any))
        )
    if condition.none:
        parts.append(["none of this: ", listed([_bracketed(child, (*path, "none", i)) for i, child in enumerate(condition.none)], "or")])
    return listed(parts, "and") if parts else [Span("anyone", path, "value")]


def items(condition: Condition, path: Path) -> list[Clause]:
    """What must all hold, one clause each; `any` and `none` become a clause with their own list."""
    found = [clause(place, phrase, key=key_of(place)) for place, phrase in _clauses(condition, path)]
    for i, child in enumerate(condition.all or ()):
        found += _all_item(child, (*path, "all", i))
    for group, says in (("any", "at least one of these:"), ("none", "and none of these:")):
        if children := getattr(condition, group):
            inside = [item(child, (*path, group, i)) for i, child in enumerate(children)]
            found.append(clause((*path, group), says, key=f"{key_of(path)}.{group}", items=inside))
    return found


def item(child: Condition, path: Path) -> Clause:
    """One condition of a group as one clause."""
    return clause(path, sentence(child, path), key=_subject(child) or key_of(path))


def _all_item(child: Condition, path: Path) -> list[Clause]:
    return items(child, path) if child.any or child.none else [item(child, path)]


def _subject(child: Condition) -> str:
    """What a clause is about, so that a changed figure is a change of the clause and not another clause."""
    names = [f"{part}.{field}" for part in ("person", "account", "answer", "score") for field in (getattr(child, part) or {})]
    if child.touches is not None:
        names.append("touches." + ".".join(child.touches.kinds))
    return "+".join(names) if not (child.all or child.any or child.none) else ""


def _bracketed(child: Condition, path: Path) -> Phrase:
    phrase = sentence(child, path)
    parts = len(_clauses(child, path)) + len(child.all or ()) + bool(child.any) + bool(child.none)
    return _group(phrase, parts)


def _group(phrase: Phrase, parts: int) -> Phrase:
    return ["(", phrase, ")"] if parts > 1 else phrase


def _clauses(condition: Condition, path: Path) -> list[tuple[Path, Phrase]]:
    found: list[tuple[Path, Phrase]] = []
    if condition.touches is not None:
        found.append(((*path, "touches"), touches(condition.touches, (*path, "touches"))))
    for subject, say in _SUBJECTS.items():
        for field, test in (getattr(condition, subject) or {}).items():
            place = (*path, subject, field)
            found.append((place, say(field, test, place)))
    return found


def touches(asked: Touches, path: Path) -> Phrase:
    """`at least 3 content downloads in the last 30 days`."""
    many = asked.at_least > 1 and asked.people is None
    count: Phrase = ["at least ", value(asked.at_least if many else "one", *path, "at_least"), " "]
    if asked.people is not None:
        count = [] if asked.at_least == 1 else ["at least ", value(asked.at_least, *path, "at_least"), " "]
        many = True
    return [count, _kinds(asked, path, many=many), _where(asked, path), _by(asked, path), _window(asked, path)]


def each_touch(asked: Touches, path: Path) -> Phrase:
    """`each webinar attended`."""
    return ["each ", _kinds(asked, path, many=False), _where(asked, path), _window(asked, path)]


def _kinds(asked: Touches, path: Path, *, many: bool) -> Phrase:
    if not asked.kinds:
        return ["touches of any kind" if many else "touch of any kind"]
    if isinstance(asked.kind, str):
        return [value(_kind(asked.kind, many=many), *path, "kind")]
    return listed([value(_kind(kind, many=many), *path, "kind", i) for i, kind in enumerate(asked.kinds)], "or")


def _kind(kind: str, *, many: bool) -> str:
    named = words(kind)
    return TOUCH_KINDS.get(kind, (f"touch of the kind “{named}”", f"touches of the kind “{named}”"))[many]


def _where(asked: Touches, path: Path) -> Phrase:
    parts = [[f"whose {TOUCH_FIELD_NAMES[field]} ", verb(test, (*path, "where", field))] for field, test in asked.where.items()]
    return [" ", listed(parts)] if parts else []


def _by(asked: Touches, path: Path) -> Phrase:
    if asked.people is not None:
        return [" by at least ", value(small(asked.people), *path, "people"), " different people of the ", value("account", *path, "by")]
    return [" by anyone of the ", value("account", *path, "by")] if asked.by == "account" else []


def _window(asked: Touches, path: Path) -> Phrase:
    return [" in the last ", value(asked.within, *path, "within")] if asked.within is not None else []


def _account(field: str, test: Test, path: Path) -> Phrase:
    return ["a company ", company(field, test, path)]


def company(field: str, test: Test, path: Path) -> Phrase:
    """What kind of company: `of 50 or more people`, `in manufacturing or life sciences`."""
    if field == "employees" and (test.at_least is not None or test.at_most is not None):
        bound = "at_least" if test.at_least is not None else "at_most"
        shown = value(number(getattr(test, bound)), *path, bound)
        return ["of ", shown, " or more people" if bound == "at_least" else " people at most"]
    if field in ("industry", "country") and (test.in_ is not None or test.is_ is not None):
        return ["in ", _choices(test, path, COUNTRIES if field == "country" else {})]
    return [f"whose {FIELD_NAMES.get(field, words(field))} ", verb(test, path)]


def companies(condition: Condition, path: Path) -> Phrase:
    """`companies of 50 or more people, in manufacturing or life sciences`; other trees as a sentence."""
    parts = [(path, condition), *(((*path, "all", i), child) for i, child in enumerate(condition.all or ()))]
    if condition.is_always:
        return [value("every company", *path)]
    if any((part.all and part is not condition) or part.any or part.none for _, part in parts):
        return sentence(condition, path)
    fields = [company(field, test, (*at, "account", field)) for at, part in parts for field, test in (part.account or {}).items()]
    return ["companies ", *(part for i, field in enumerate(fields) for part in ([", "] if i else []) + [field])]


def _person(field: str, test: Test, path: Path) -> Phrase:
    if field == "seniority" and (test.in_ is not None or test.is_ is not None):
        return ["a person who is ", _choices(test, path, SENIORITIES)]
    if field == "email_domain" and test.in_list == "free_mail":
        return ["an e-mail address of a free provider (", value("the list free_mail", *path, "in_list"), ")"]
    return [f"a person whose {FIELD_NAMES.get(field, words(field))} ", verb(test, path)]


def _choices(test: Test, path: Path, known: dict[str, str]) -> Phrase:
    asked, place = ([test.is_], (*path, "is")) if test.is_ is not None else (list(test.in_ or ()), (*path, "in"))
    paths = [place] if test.is_ is not None else [(*place, i) for i in range(len(asked))]
    return listed([value(known.get(str(one), _shown(one)), *where) for one, where in zip(asked, paths, strict=True)], "or")


def _answer(field: str, test: Test, path: Path) -> Phrase:
    return [f"an answer on {words(field)} that ", verb(test, path)]


def _score(field: str, test: Test, path: Path) -> Phrase:
    return [f"a score for {words(field)} that ", verb(test, path)]


_SUBJECTS: dict[str, Callable[[str, Test, Path], Phrase]] = {"person": _person, "account": _account, "answer": _answer, "score": _score}


def verb(test: Test, path: Path) -> Phrase:
    """`is at least 50`, `begins with /pricing`."""
    if test.is_ is not None:
        return ["is ", value(_shown(test.is_), *path, "is")]
    if test.in_ is not None:
        return ["is ", listed([value(_shown(one), *path, "in", i) for i, one in enumerate(test.in_)], "or")]
    name, asked = next((name, asked) for name, asked in test if asked is not None)
    return [_VERBS[name], value(_shown(asked), *path, name)] if name != "known" else [value("is known", *path, name)]


_LIKE_A_NUMBER = re.compile(r"[-+\d][\d.,_]*|true|false", re.IGNORECASE)
_VERBS = {
    "at_least": "is at least ",
    "at_most": "is at most ",
    "in_list": "is on the list ",
    "starts_with": "begins with ",
    "contains": "contains ",
    "matches": "matches the pattern ",
}


def _shown(asked: Any) -> str:
    if isinstance(asked, bool):
        return "true" if asked else "false"
    if isinstance(asked, int | float):
        return number(Decimal(str(asked)))
    return f"“{asked}”" if _LIKE_A_NUMBER.fullmatch(asked) else str(asked)
