"""People behind a figure: those one may not see stay unnamed, and visitors have no name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from treaty.moments import from_us
from treaty.team.models import Member
from treaty.team.queries import sees_every_lead
from treaty.truth.models import Person
from treaty.truth.queries import leads, people
from treaty.web.listing import Field
from treaty.web.pages.figures.rows import UNSEEN


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person of a figure. says: what made them count; href: their lead, if they are one this member may see."""

    name: str
    account: str
    title: str
    at: datetime | None
    says: str
    href: str


FIELDS: tuple[Field[PersonLine], ...] = (
    Field(words="What counts", key="says", value=lambda line: line.says),
    Field(words="Title", key="title", value=lambda line: line.title),
)


def person_lines(member: Member, rows: Iterable[Mapping[str, Any]]) -> list[PersonLine]:
    """rows: (person_id, at_us, says) of a measure. Two to four queries, whatever their number."""
    found = list(rows)
    ids = {row["person_id"] for row in found}
    known = Person.objects.select_related("account").in_bulk(ids)
    seen = ids if sees_every_lead(member) else set(people(member).filter(pk__in=ids).values_list("pk", flat=True))
    own: dict[int, str] = dict(leads(member).select_related(None).filter(person__in=ids).order_by("number").values_list("person", "key"))
    return [_line(row, known[row["person_id"]], row["person_id"] in seen, own) for row in found if row["person_id"] in known]


def _line(row: Mapping[str, Any], person: Person, is_seen: bool, own: Mapping[int, str]) -> PersonLine:
    at = None if row["at_us"] is None else from_us(row["at_us"])
    if not person.email:
        return PersonLine("a visitor without a name", "", "", at, row["says"], "")
    if not is_seen:
        return PersonLine(f"{UNSEEN} contact", "", "", at, row["says"], "")
    href = f"/leads/{own[person.pk]}/" if person.pk in own else ""
    return PersonLine(str(person), str(person.account or ""), person.title, at, row["says"], href)
