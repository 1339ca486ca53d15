"""Does a value pass a test? The one place that says what `is`, `contains` or `at_least` mean, for every engine.

A value has a text, a number, both or neither (unknown). A test looks at one of the two; where that one is
missing the value is unknown to the test, and an unknown never passes.

| test                  | looks at | passes when                                                        |
|-----------------------|----------|--------------------------------------------------------------------|
| at_least, at_most     | number   | it is that much or more, or less; the text '50' is not a number    |
| is, in: text          | text     | equal without regard to case                                       |
| is, in: number        | number   | equal                                                              |
| is, in: true, false   | text     | it is 'true', or 'false'                                           |
| in_list               | text     | a member of the embedded list, without regard to case              |
| starts_with, contains | text     | without regard to case; `%` and `_` are ordinary letters           |
| matches               | text     | the RE2 pattern is found, without regard to case; `.` takes a line break too |
| known                 | either   | it is there; the empty text is a known text                        |

The fields of a touch are texts. A score is a number, and always known.

Without regard to case: both sides are lowered letter by letter (`Σ` to `σ` wherever it stands, `İ` to `i`;
`ß` stays `ß`), which is what the engines' own `lower` does and a test compares over all of Unicode. Accents
and composed letters are not unified: that is the work of the door a text comes in by.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from operator import or_
from typing import Any

import ibis

from treaty.agreement.conditions import Test

Joined = Callable[[Any, Any], Any]


def balanced(join: Joined, parts: Sequence[Any]) -> Any:
    """Many expressions joined by one operator, as a shallow tree: a hundred in a row would be nested too deep to compile."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return join(balanced(join, parts[:middle]), balanced(join, parts[middle:]))


Lists = Mapping[str, Sequence[str]]
"""The lists embedded in the agreement, by name."""


def folded(text: str) -> str:
    """The text in small letters, letter by letter, as the engines' `lower` does it."""
    return "".join(letter.lower()[0] for letter in text)


def passes(test: Test, text: Any, number: Any, lists: Lists) -> Any:
    """Whether a value passes, never null. text, number: an Ibis column each, or None where there is none.

    Raises ValueError for a list the agreement does not embed.
    """
    parts = [_at_number(test, number)] if number is not None else []
    parts += [_at_text(test, text, lists)] if text is not None else []
    held = [part for part in parts if part is not None]
    return balanced(or_, [part.fill_null(False) for part in held]) if held else ibis.literal(False)


def passes_points(test: Test, milli: Any) -> Any:
    """The same for a score, given in milli-points and asked in whole points: 59,999 milli-points are 59 points."""
    if test.known:
        return ibis.literal(True)
    if test.at_least is not None:
        return milli >= math.ceil(test.at_least) * 1000
    if test.at_most is not None:
        return milli < (math.floor(test.at_most) + 1) * 1000
    whole = [int(n) for n in _numbers(test) if n == int(n)]
    return balanced(or_, [(milli >= n * 1000) & (milli < (n + 1) * 1000) for n in whole]) if whole else ibis.literal(False)


def _at_number(test: Test, number: Any) -> Any:
    if test.known:
        return number.notnull()
    if test.at_least is not None:
        return number >= float(test.at_least)
    if test.at_most is not None:
        return number <= float(test.at_most)
    return number.isin(_numbers(test)) if _numbers(test) else None


def _at_text(test: Test, text: Any, lists: Lists) -> Any:
    if test.known:
        return text.notnull()
    if test.starts_with is not None:
        return text.lower().startswith(folded(test.starts_with))
    if test.contains is not None:
        return text.lower().contains(folded(test.contains))
    if test.matches is not None:
        return text.re_search(f"(?is){test.matches}")
    members = _texts(test) if test.in_list is None else [folded(member) for member in _members(test.in_list, lists)]
    return text.lower().isin(members) if members else None


def _members(name: str, lists: Lists) -> Sequence[str]:
    if name not in lists:
        raise ValueError(f"the list {name!r} is not in the agreement: embed it under `lists`")
    return lists[name]


def _asked(test: Test) -> list[Any]:
    return [test.is_] if test.is_ is not None else list(test.in_ or ())


def _numbers(test: Test) -> list[float]:
    return [float(value) for value in _asked(test) if isinstance(value, int | float) and not isinstance(value, bool)]


def _texts(test: Test) -> list[str]:
    return [folded(value) if isinstance(value, str) else str(value).lower() for value in _asked(test) if isinstance(value, str | bool)]
