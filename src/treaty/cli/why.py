"""`treaty agreement why LEAD`: the version, the clauses, the touches, in words or as data."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from treaty.cli.agreement_io import print_json

if TYPE_CHECKING:
    from treaty.qualification.why import Clause, Graded, Way, Why
    from treaty.truth.models import Lead

MOST_CAUSES = 10


def why_lead(lead: str, *, as_json: bool = False, at: datetime | None = None) -> None:
    """Explain one lead as things stand at a moment, now if none is given. Raises LookupError for one that is not there."""
    from treaty.qualification.why import why as explain

    found = explain(lead_named(lead), at or datetime.now(UTC))
    if as_json:
        print_json(as_data(found))
        return
    for line in as_lines(found):
        typer.echo(line)


why = why_lead


def lead_named(name: str) -> "Lead":
    """A lead by its key, or the newest one of the person with this e-mail."""
    from django.db.models import Q

    from treaty.truth.models import Lead

    meant = Q(key=name) | Q(person__email=name.strip().lower())
    found = Lead.objects.select_related("person", "version").filter(meant).order_by("-opened_at", "-id").first()
    if found is None:
        raise LookupError(f"no lead is called {name!r}: give its key, as it stands in the address of its page, or the person's e-mail")
    return found


def as_data(found: "Why") -> dict[str, Any]:
    """All of it as plain data: moments in ISO 8601, UTC."""
    data: dict[str, Any] = _plain({**asdict(found), "next_at": found.next_at})
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def as_lines(found: "Why") -> Iterator[str]:
    stage = found.stage.replace("_", " ")
    yield f"{found.person} is {stage} since {_moment(found.since_at)}, under agreement version {found.version}."
    if found.rests_until:
        yield f"It rests until {_moment(found.rests_until)}: until then only a new request for sales moves it."
    if found.graded:
        yield from _graded(found.graded)
    for way in found.reached:
        yield from ("", f"How it became {way.stage.replace('_', ' ')}, as of {_moment(way.at)}:", *_lines(way.clause, 1))
    for way in found.ahead:
        yield from ("", f"{_ahead(way)}", *_lines(way.clause, 1))
    if not found.reached and not found.ahead:
        yield "No definition brought it here and none leads on: a person moves it."
    if found.next_at:
        yield from ("", f"If nothing arrives, this changes next on {_moment(found.next_at)}.")


def _graded(graded: "Graded") -> Iterator[str]:
    from treaty.qualification.why import graded_words

    turns = f" (turns {_moment(graded.next_at)})" if graded.next_at else ""
    yield f"Its grade is {graded.grade}{turns}:" if graded.grade else f"It has no grade{turns}:"
    for says, better in graded_words(graded):
        yield f"  {says}{f' ({better})' if better else ''}"


def _ahead(way: "Way") -> str:
    how = "by a shortcut" if way.way == "shortcut" else "by its definition"
    return f"Towards {way.stage.replace('_', ' ')} {how}, as of {_moment(way.at)}: {'it holds' if way.holds else 'it does not hold'}"


def _lines(clause: "Clause", depth: int) -> Iterator[str]:
    mark = "unknown " if clause.unknown else "holds   " if clause.holds else "does not"
    found = f"not known: {clause.unknown}" if clause.unknown else clause.found
    turns = f" (turns {_moment(clause.next_at)})" if clause.next_at and not clause.below else ""
    yield f"{'  ' * depth}{mark}  {clause.says}{f': {found}' if found else ''}{turns}"
    for cause in clause.causes[-MOST_CAUSES:]:
        who = f", {cause.person}" if cause.person else ""
        yield f"{'  ' * depth}            {_moment(cause.at)}  {cause.says}{who}"
    if len(clause.causes) > MOST_CAUSES:
        yield f"{'  ' * depth}            and {len(clause.causes) - MOST_CAUSES} earlier"
    for below in clause.below:
        yield from _lines(below, depth + 1)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
