"""The brief as a page draws it: from the handoff as it was handed over, and what is known since."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from treaty.agreement.queries import signed_of
from treaty.agreement.words_names import COUNTRIES
from treaty.feedback import rules
from treaty.handoff.models import Handoff
from treaty.sla.whose import history_of
from treaty.sla.worktime import elapsed
from treaty.team.models import Member
from treaty.truth.models import Fact, Lead, Person, Touch
from treaty.truth.queries import detail_of, names_of, touch_words
from treaty.web import formats
from treaty.web.figures import campaign_names, words
from treaty.web.here import Here
from treaty.web.pieces import BriefPart, BriefRow, Link, Piece, Reach
from treaty.web.plain import plain

Cited = Mapping[str, Any]
Parts = Mapping[str, Sequence[Cited]]
TRAIL, MOST_TOUCHES = 8, 200
CUT = " · "
"""Stands in a brief between a channel and its campaign."""
_EMAIL = re.compile(r"[\w.+-]+@[\w.-]+\w")


def said(line: Cited) -> str:
    """A line of the brief: the person's own words in quotes, ours without codes."""
    return f"“{line['says']}”" if line.get("quoted") else plain(str(line["says"]))


def title(person: Person) -> Piece:
    """Who they are and where they work, with the way to everyone of that account."""
    account = person.account
    parts: list[Piece] = [person.title] if person.title else []
    if account is not None:
        parts.append(Link(str(account), f"/leads/?account={account.key}"))
        if account.employees:
            parts.append(formats.count(account.employees, "person", "people"))
    country = person.country or (account.country if account else "")
    if country:
        parts.append(COUNTRIES.get(country.upper(), country))
    return [piece for number, part in enumerate(parts) for piece in ((", ", part) if number else (part,))]


def reach(person: Person) -> list[Reach]:
    """How to call and write to them."""
    dialled = re.sub(r"[^\d+]", "", person.phone)
    ways = [Reach(person.phone, f"tel:{dialled}")] if person.phone else []
    return [*ways, *([Reach(person.email, f"mailto:{person.email}")] if person.email else [])]


def gist(parts: Parts) -> list[str]:
    """Two sentences at most: what they want solved, and what shows that they mean it."""
    sentences = [said(line) for line in parts.get("problem", ())[:1]]
    signs = [said(line) for line in parts.get("intent", ())[:3]]
    if signs:
        sentences.append(formats.capital("; ".join([signs[0], *(_small(sign) for sign in signs[1:])])))
    if not sentences:
        sentences = [f"Last seen: {_small(said(line))}" for line in parts.get("last_touch", ())]
    return [sentence if sentence.endswith((".", "?", "!", "”")) else f"{sentence}." for sentence in sentences]


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def opening(parts: Parts) -> tuple[str, str]:
    """What to say first, and what to do."""
    line = next(iter(parts.get("next_action", ())), {})
    return str(line.get("opening", "")), str(line.get("says", ""))


def trail(person: Person, here: Here) -> BriefPart | None:
    """What they did, newest first; the same thing twice on a day is one line."""
    touches = list(Touch.objects.filter(person=person).order_by("-occurred_at", "-id")[:MOST_TOUCHES])
    if not touches:
        return None
    titles = names_of(touches[:50])
    lines: list[tuple[str, str, str, int]] = []
    for touch in touches[:50]:
        day, words = _day(touch.occurred_at, here), _touch_words(touch, titles)
        if lines and lines[-1][:2] == (day, words):
            lines[-1] = (day, words, lines[-1][2], lines[-1][3] + 1)
        else:
            lines.append((day, words, detail_of(touch, titles), 1))
    rows = [BriefRow(f"{words}, {n} times" if n > 1 else words, aside, day) for day, words, aside, n in lines[:TRAIL]]
    days = (touches[0].occurred_at - touches[-1].occurred_at).days + 1
    seen = "over " if len(touches) == MOST_TOUCHES else ""
    return BriefPart(
        title="What they did",
        kind="trail",
        rows=rows,
        note=f"{seen}{formats.count(len(touches), 'touch', 'touches')} in {formats.count(days, 'day')}",
    )


def _touch_words(touch: Touch, titles: Mapping[str, str]) -> str:
    words = touch_words(touch, titles)
    message = str((touch.fields or {}).get("message", ""))[:200]
    return f"{words}: “{message}”" if message else words


def _day(at: datetime, here: Here) -> str:
    zone = here.viewer.zone
    return formats.day(at.astimezone(zone).date(), here.at.astimezone(zone).date(), here.viewer.manner)


def side(parts: Parts, person: Person) -> list[BriefPart]:
    """Who else is active, what they may say against it, and where they stand."""
    found = []
    if group := parts.get("buying_group"):
        active = sum(1 for line in group if line.get("touches_count"))
        found.append(
            BriefPart(
                title=f"Who else at {person.account}" if person.account else "Who else",
                note=f"{active} active" if active else "",
                kind="people",
                rows=[BriefRow(str(line["says"]), str(line.get("role") or line.get("title") or "")) for line in group],
            )
        )
    if heard := parts.get("objections"):
        rows = [BriefRow(said(line), plain(str(line.get("theme", ""))) if line.get("quoted") else "") for line in heard]
        found.append(BriefPart(title="Expect to hear", rows=rows))
    where = [BriefRow(words) for words in _named([said(line) for name in ("journey_stage", "source") for line in parts.get(name, ())])]
    if where:
        found.append(BriefPart(title="Where they come from", rows=where))
    return found


def _named(lines: Sequence[str]) -> list[str]:
    """`First came by webinar · webinar-2026-10` with the campaign's name: a brief keeps its slug. One query, or none."""
    names = campaign_names(slug for line in lines if (slug := line.rpartition(CUT)[2]) != line)
    return [f"{before}{cut}{names.get(slug, slug)}" for before, cut, slug in (line.rpartition(CUT) for line in lines)]


def answered(known: Mapping[str, str]) -> BriefPart | None:
    """What they told us already, so that nobody asks twice."""
    rows = [BriefRow(plain(name).capitalize(), value) for name, value in known.items()]
    return BriefPart(title="Already answered", kind="people", rows=rows) if rows else None


def captured(person: Person) -> dict[str, str]:
    """The latest answer to each question, by its name in the agreement."""
    rows = Fact.objects.filter(subject=Fact.Subject.PERSON, subject_id=person.pk, field__startswith="answer.").order_by("occurred_at", "id")
    return {row.field.removeprefix("answer."): row.text if row.text is not None else str(row.number) for row in rows}


def why_you(handoff: Handoff) -> BriefPart | None:
    """The reasons of the route, with people by their names."""
    reasons = with_names([str(reason) for reason in handoff.assignment.reasons])
    rows = [BriefRow(formats.capital(with_pools(reason, signed_of(handoff.version).terms.pools))) for reason in reasons]
    return BriefPart(title=f"Why {handoff.owner.name}", rows=rows) if rows else None


def with_names(reasons: Sequence[str]) -> list[str]:
    """Reasons of a route with people by their names, where they are written as addresses. One query, or none."""
    emails = {email for reason in reasons for email in _EMAIL.findall(reason)}
    names = dict(Member.objects.filter(email__in=emails).values_list("email", "name")) if emails else {}
    return [_EMAIL.sub(lambda found: names.get(found[0], found[0]), reason) for reason in reasons]


def with_pools(reason: str, pools: Iterable[str]) -> str:
    """A reason of a route with the agreement's pools in words: `next in turn in all-reps` as `next in turn in all reps`."""
    for pool in sorted(pools, key=len, reverse=True):
        reason = re.sub(rf"(?<![\w-]){re.escape(pool)}(?![\w-])", words(pool), reason)
    return reason


def delays(handoff: Handoff, contacted_at: datetime | None, at: datetime) -> BriefPart:
    """Where the time went: in the source, in our system, with people. Only the last is anybody's to change (R25)."""
    human = _worked(handoff, contacted_at or at)
    rows = [
        BriefRow("From the signal until we had it", _length(handoff.received_at - handoff.qualified_at)),
        BriefRow("From there until it was handed over", _length(handoff.made_at - handoff.received_at)),
        BriefRow("Then until the first contact" if contacted_at else "Since then, in working time", formats.duration(human)),
    ]
    return BriefPart(title="Where the time went", kind="people", rows=rows)


def _worked(handoff: Handoff, until: datetime) -> timedelta:
    """Time since the handoff in the owner's hours, by the calendar of sales' first promise that counts them."""
    signed = signed_of(handoff.version)
    calendar = next((promise.calendar for promise in signed.terms.promises.sales if promise.needs_calendar), None)
    if calendar is None:
        wall: timedelta = until - handoff.made_at
        return max(wall, timedelta())
    return elapsed(handoff.made_at, until, history_of(handoff.owner, signed, calendar))


def _length(length: timedelta) -> str:
    return "at once" if length < timedelta(seconds=1) else formats.duration(length, in_days=True)


def reasons_words(lead: Lead, made: int) -> list[tuple[str, str, str, str]]:
    """Each reason of the agreement: id, words, what happens then, and what it asks."""
    terms = signed_of(lead.version).terms
    needed = rules.attempts_promised(terms)
    found = []
    for reason in terms.reasons.rejected:
        then = {"merge": "merged with the other", "marketing_review": "marketing looks again"}.get(reason.returns, plain(reason.returns))
        if reason.after is not None:
            then = f"returns in {reason.after}" if reason.after.count else "back to marketing"
        if reason.needs:
            then += f", after {needed} attempts; {made} made"
        found.append((reason.id, rules.words(reason.id), then, reason.asks or ""))
    return found
