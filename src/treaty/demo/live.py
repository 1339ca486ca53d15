"""The live trickle: a few visitors at once, a touch every few seconds, and about every minute somebody asks for a demo.

Events have the shape of Segment calls and carry no timestamp: they happen when they arrive.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from math import exp
from random import Random
from typing import Any

from treaty.demo import names, words
from treaty.demo.catalogue import HOST, LIBRARY, PLAIN_PATHS, TITLES
from treaty.demo.people import COUNTRIES
from treaty.demo.people import TITLES as JOB_TITLES
from treaty.demo.world import World

Event = dict[str, Any]
VISITORS_AT_ONCE = 4
PAUSE = (1.5, 6.0)
"""Seconds between two events, drawn evenly."""
ASKS_EVERY = 4
"""One visitor in so many asks for a demonstration; the very first does, so that something happens soon."""
CAMPAIGNS: tuple[dict[str, str], ...] = ({}, {}, {}, {"name": "search-bearing-failure", "source": "search", "medium": "cpc"},
             {"name": "thursday-letter", "source": "letter", "medium": "email"})  # fmt: skip


@dataclass(slots=True)
class Visitor:
    """Somebody on the site now; with a company and a position that fit if they will ask for a demonstration."""

    anonymous_id: str
    email: str
    traits: dict[str, Any]
    company: dict[str, Any]
    campaign: dict[str, str]
    asks: bool


def trickle(world: World, after: datetime, seed: int) -> Iterator[tuple[float, Event]]:
    """(seconds to wait, event), without end.

    Message ids are new for each `after`, so a second run is not taken for a repetition of the first.
    """
    rng, run = world.rng("live", seed, after.isoformat()), f"live-{seed}-{int(after.timestamp())}"
    visitors = _visitors(rng, run)
    sessions = [_session(rng, next(visitors)) for _ in range(VISITORS_AT_ONCE)]
    sent = 0
    while True:
        turn = 0 if sent % 2 == 0 else rng.randrange(VISITORS_AT_ONCE)  # the first visitor, who asks, gets on fastest
        event = next(sessions[turn], None)
        if event is None:
            sessions[turn] = _session(rng, next(visitors))
            continue
        sent += 1
        yield round(rng.uniform(*PAUSE), 2), {"messageId": f"{run}-{sent}", **event}


def _visitors(rng: Random, run: str) -> Iterator[Visitor]:
    """The first one, and every third after, asks for a demonstration."""
    for n in count():
        yield _visitor(rng, f"{run}-v{n}", asks=n % ASKS_EVERY == 0)


def _visitor(rng: Random, anonymous_id: str, *, asks: bool) -> Visitor:
    country = rng.choices(tuple(COUNTRIES), tuple(COUNTRIES.values()))[0]
    first, last = names.person_name(rng, country)
    industry = rng.choice(("manufacturing", "life sciences")) if asks else rng.choice(tuple(names.TRADES))
    company, domain = names.company_name(rng, country, industry, 3)
    employees = max(60 if asks else 5, round(exp(rng.gauss(5.3, 0.9))))
    seniority = rng.choice(("director", "vp", "c_level") if asks else tuple(JOB_TITLES))
    email = names.email_address(first, last, domain)
    traits = {
        "email": email, "name": f"{first} {last}", "title": rng.choice(JOB_TITLES[seniority]), "seniority": seniority,
        "country": country, "language": names.LANGUAGES[country], "phone": names.phone_number(rng, country),
    }  # fmt: skip
    firm = {"name": company, "domain": domain, "industry": industry, "employees": employees, "country": country}
    return Visitor(anonymous_id, email, traits, firm, rng.choice(CAMPAIGNS), asks)


def _session(rng: Random, visitor: Visitor) -> Iterator[Event]:
    """A few pages; then perhaps a name and a download; then, for some, the question for a demonstration."""
    for path in rng.choices(PLAIN_PATHS, k=rng.randrange(1, 4)):
        yield _page(visitor, path)
    if not visitor.asks and rng.random() < 0.45:
        return
    yield {
        "type": "identify",
        "anonymousId": visitor.anonymous_id,
        "userId": visitor.email,
        "traits": {**visitor.traits, "company": visitor.company},
    }
    yield {**_known(visitor), "type": "group", "groupId": visitor.company["domain"], "traits": visitor.company}
    yield _download(rng, visitor)
    if not visitor.asks:
        return
    yield _page(visitor, "/pricing", is_known=True)
    yield _track(visitor, "demo_request", {"path": "/demo", "form": "demo", "message": words.pick(rng, words.DEMO_MESSAGES)})


def _download(rng: Random, visitor: Visitor) -> Event:
    item = rng.choice(LIBRARY)
    return _track(
        visitor, "content_download", {"content": item.slug, "title": item.title, "path": f"/library/{item.slug}", "form": "library"}
    )


def _page(visitor: Visitor, path: str, *, is_known: bool = False) -> Event:
    who = _known(visitor) if is_known else {"anonymousId": visitor.anonymous_id}
    properties = {"path": path, "title": TITLES[path], "url": f"https://{HOST}{path}"}
    return {"type": "page", **who, "name": TITLES[path], "properties": properties, "context": _context(visitor)}


def _track(visitor: Visitor, event: str, properties: dict[str, Any]) -> Event:
    return {"type": "track", **_known(visitor), "event": event, "properties": properties, "context": _context(visitor)}


def _known(visitor: Visitor) -> dict[str, str]:
    return {"anonymousId": visitor.anonymous_id, "userId": visitor.email}


def _context(visitor: Visitor) -> dict[str, Any]:
    return {"campaign": visitor.campaign} if visitor.campaign else {}
