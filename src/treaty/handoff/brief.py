"""The brief: what a rep reads in twenty seconds before calling. From data alone; every part cites its records."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from treaty.agreement.terms import Terms
from treaty.agreement.words_base import words

ASKED = {
    "demo_request": "asked for a demonstration",
    "meeting_request": "asked for a meeting",
    "callback_request": "asked to be called back",
    "contact_request": "asked to be contacted",
    "quote_request": "asked for a quote",
    "trial_start": "started a trial",
}
"""Requests for sales."""
STRONG = ASKED | {
    "pricing": "looked at prices",
    "webinar_attended": "attended a webinar",
    "event_visit": "visited us at an event",
    "content_download": "downloaded content",
    "form_submit": "filled in a form",
}
"""Signals worth a sentence, the strongest first."""

MOST_LETTERS = 160
"""Of a title or a name in a line of ours; their own words are given more room where they are gathered."""

Cited = dict[str, Any]
"""One line of the brief: `says`, and the records it rests on (`touches`, `people`, `objections`)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One touch as the brief needs it. says: the whole touch in words; content: the slug, in small letters."""

    id: int
    kind: str
    at: datetime
    says: str = ""
    path: str = ""
    title: str = ""
    channel: str = ""
    campaign: str = ""
    content: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Colleague:
    key: str
    name: str
    title: str
    role: str
    touches: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Material:
    """All the brief is made from.

    touches: the person's, newest first, at most a few hundred; first: the very first, where it is not among them.
    colleagues: others at the account, most active first. objections: (text, theme) newest first. stage: the lead's.
    """

    stage: str
    touches: Sequence[Seen] = ()
    first: Seen | None = None
    colleagues: Sequence[Colleague] = ()
    objections: Sequence[tuple[str, str]] = ()
    contents: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Known content by slug: title, objection, journey_stage."""
    source: str = ""
    journey_step: str = ""


def write(material: Material, terms: Terms) -> tuple[dict[str, list[Cited]], float]:
    """The agreed parts, in the agreed order, and the share of them that say something (R25, completeness)."""
    step = next((name for name, stages in terms.journey.items() if material.stage in stages), "")
    parts: dict[str, list[Cited]] = {part: PARTS[part](replace(material, journey_step=step)) for part in terms.handoff.brief}
    filled = sum(1 for lines in parts.values() if lines)
    return parts, round(filled / len(parts), 4) if parts else 1.0


def _problem(m: Material) -> list[Cited]:
    """What they seem to want solved: their own words first, else the subject they read about most."""
    own = next((t for t in m.touches if t.message.strip()), None)
    if own:
        return [{"says": _line(own.message, 300), "quoted": True, "touches": [own.id]}]
    read = Counter(t.content for t in m.touches if t.content)
    if not read:
        return []
    slug, times = read.most_common(1)[0]
    title = _title(m, next(t for t in m.touches if t.content == slug))
    topic = m.contents.get(slug, {}).get("objection")
    says = f"Reads about {topic}: “{title}”" if topic else f"Came back to “{title}”" if times > 1 else f"Read “{title}”"
    return [{"says": says + (f", {times} times" if times > 1 else ""), "touches": [t.id for t in m.touches if t.content == slug][:20]}]


def _journey_stage(m: Material) -> list[Cited]:
    return [{"says": f"In {m.journey_step}, by stage {m.stage.replace('_', ' ')}"}] if m.journey_step else []


def _last_touch(m: Material) -> list[Cited]:
    if not m.touches:
        return []
    last = m.touches[0]
    return [{"says": _line(last.says), "at": last.at.isoformat(), "touches": [last.id]}]


def _source(m: Material) -> list[Cited]:
    """The channel and campaign of the first touch; where it says none, the source somebody stated."""
    first = m.first or (m.touches[-1] if m.touches else None)
    origin = " · ".join(word for word in (words(first.channel), first.campaign) if word) if first else ""
    if first and origin:
        return [{"says": _line(f"First came by {origin}"), "at": first.at.isoformat(), "touches": [first.id]}]
    return [{"says": _line(f"Lead source: {m.source.replace('_', ' ')}")}] if m.source else []


def _content(m: Material) -> list[Cited]:
    lines: dict[str, Cited] = {}
    for touch in m.touches:
        if touch.content and touch.content not in lines:
            lines[touch.content] = {"says": _title(m, touch), "at": touch.at.isoformat(), "touches": [touch.id]}
    return list(lines.values())[:6]


def _intent(m: Material) -> list[Cited]:
    found = []
    for signal, says in STRONG.items():
        seen = [t for t in m.touches if t.kind == signal or (signal == "pricing" and _is_pricing(t))]
        if seen:
            times = f", {len(seen)} times" if len(seen) > 1 else ""
            found.append({"says": says[0].upper() + says[1:] + times, "at": seen[0].at.isoformat(), "touches": [t.id for t in seen[:20]]})
    return found[:4]


def _buying_group(m: Material) -> list[Cited]:
    return [
        {
            "says": _line(c.name),
            "title": _line(c.title),
            "role": c.role.replace("_", " "),
            "touches_count": c.touches,
            "people": [c.key],
            "at": c.last_at.isoformat() if c.last_at else "",
        }
        for c in m.colleagues[:6]
    ]


def _objections(m: Material) -> list[Cited]:
    heard = [{"says": _line(text, 300), "theme": theme, "quoted": True} for text, theme in m.objections[:4]]
    if heard:
        return heard
    read = [c["objection"] for t in m.touches if (c := m.contents.get(t.content)) and c.get("objection")]
    likely = [theme for theme, _ in Counter(read).most_common(2)]
    return [{"says": f"May ask about {theme}", "likely": True} for theme in likely]


def _next_action(m: Material) -> list[Cited]:
    """One opening, chosen from what they did; the rep may say something better."""
    hook = _hook(m)
    if any(t.kind in ASKED for t in m.touches):
        return [{"says": "Call now: they asked for you. Offer two times this week.", "opening": hook}]
    if any(_is_pricing(t) for t in m.touches):
        return [{"says": "Call, and ask which line or site they are pricing for.", "opening": hook}]
    return [{"says": "Call; if nobody answers, write two lines that name what they read.", "opening": hook}]


def _hook(m: Material) -> str:
    latest = next((t for t in m.touches if t.content), None)
    if latest is None:
        return "What made you look at us just now?"
    return f"You read “{_title(m, latest)}”. What are you trying to solve with it?"


def _title(m: Material, touch: Seen) -> str:
    """What a touch's content is called: as we know it, else as the touch says."""
    return _line(m.contents.get(touch.content, {}).get("title") or touch.title or touch.content)


def _is_pricing(touch: Seen) -> bool:
    return touch.path.lower().startswith("/pricing")


def _line(text: str, most: int = MOST_LETTERS) -> str:
    """Words of others on one line, cut with an ellipsis: a brief is read in twenty seconds, whatever was typed."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


PARTS: dict[str, Callable[[Material], list[Cited]]] = {
    "problem": _problem,
    "journey_stage": _journey_stage,
    "last_touch": _last_touch,
    "source": _source,
    "content": _content,
    "intent": _intent,
    "buying_group": _buying_group,
    "objections": _objections,
    "next_action": _next_action,
}
