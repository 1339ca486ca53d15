"""What must be known of a lead at each stage, and what of it is missing. Pure.

A field is named as clauses name it: `phone` of the person, `account.industry` of the account, `answer.budget` for what was captured.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from treaty.agreement.terms import Terms

PERSON = ("name", "email", "phone", "title", "seniority", "department", "country", "language", "lead_source", "consent", "account")
ACCOUNT = ("domain", "industry", "employees", "country", "revenue", "account_type")
ANSWER = "answer."
AGREED = "agreed by both sides for this stage"
_ENTRY = re.compile(r"\s*([a-z][a-z0-9_.-]*)\s*(?:\(([^()]*)\))?\s*")


class Wanted(NamedTuple):
    """A field that must be known, and what for."""

    field: str
    reason: str = ""


Gates = Mapping[str, Sequence[Wanted]]
"""By stage of a lead."""


def otherwise(terms: Terms) -> Gates:
    """Until the house says something else: at the handoff, who it is and where they work, so that the route and the rep can begin."""
    try:
        stage = terms.handoff_stage
    except LookupError:
        return {}
    return {stage: [Wanted("name", "so that sales knows whom to ask for"), Wanted("account", "so that the route can tell whose it is")]}


def gates(terms: Terms, house: Gates) -> Gates:
    """What each stage asks: what both sides agreed to capture before it, then what the house wants beside."""
    found: dict[str, list[Wanted]] = {}
    for name, stage in terms.stages.items():
        agreed = [Wanted(f"{ANSWER}{answer}", AGREED) for answer in stage.captured]
        if wanted := [*agreed, *house.get(name, ())]:
            found[name] = wanted
    return found


def missing(wanted: Iterable[Wanted], known: Collection[str]) -> list[Wanted]:
    return [one for one in wanted if one.field not in known]


def words_of(field: str) -> str:
    """`account.industry` is `industry of the account`."""
    if field.startswith("account."):
        return f"{field.removeprefix('account.').replace('_', ' ')} of the account"
    return field.removeprefix(ANSWER).replace("_", " ")


def written(rules: Gates) -> str:
    """One line for each stage: `sales_accepted: phone (for the first call), account.industry`."""
    lines = (f"{stage}: {', '.join(_entry(one) for one in wanted)}" for stage, wanted in rules.items())
    return "\n".join(lines)


def _entry(one: Wanted) -> str:
    return f"{one.field} ({one.reason})" if one.reason else one.field


def read(text: str, terms: Terms) -> dict[str, list[Wanted]]:
    """What `written` writes. Raises ValueError that names the stage or field that is not there, and those that are."""
    found: dict[str, list[Wanted]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        stage, colon, entries = line.partition(":")
        stage = stage.strip()
        if not colon or stage not in terms.stages:
            raise ValueError(
                f"{stage[:60]!r} is no stage of the agreement: write a stage, a colon and fields; it has {', '.join(terms.stages)}"
            )
        if stage in found:
            raise ValueError(f"{stage!r} stands there twice: write all its fields on one line")
        found[stage] = [_read_entry(entry, terms) for entry in re.split(r",(?![^()]*\))", entries) if entry.strip()]
    return found


def _read_entry(entry: str, terms: Terms) -> Wanted:
    fit = _ENTRY.fullmatch(entry)
    field = fit.group(1) if fit else entry.strip()[:60]
    if fit is None or not _is_field(field, terms):
        there = ", ".join([*PERSON, *(f"account.{name}" for name in ACCOUNT), "answer.NAME"])
        raise ValueError(f"{field!r} is no field: use {there}, each with its reason in brackets")
    return Wanted(field, (fit.group(2) or "").strip()[:200])


def _is_field(field: str, terms: Terms) -> bool:
    if field.startswith(ANSWER):
        return len(field) > len(ANSWER)
    if field.startswith("account."):
        return field.removeprefix("account.") in (*ACCOUNT, *terms.fields.account)
    return field in (*PERSON, *terms.fields.person)
