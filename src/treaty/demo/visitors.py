"""People who look and leave: half as many again as those who engage, mostly without a name."""

from collections.abc import Iterator
from random import Random

from treaty.demo import names
from treaty.demo.catalogue import HOST, PLAIN_PATHS, TITLES
from treaty.demo.people import COUNTRIES
from treaty.demo.world import World
from treaty.truth.records import PersonRecord, PersonRef, Record, TouchRecord

PER_LEAD = 1.5
SUBSCRIBES = 0.12
"""The share who leave an address for the Thursday letter; they become subscribers, not leads."""
LOOKS_AT_PRICES = 0.06


def visits(world: World, day: int) -> Iterator[tuple[int, Record]]:
    """(second, record) of that day's passing visitors."""
    rng = world.rng("visitors", day)
    share = world.arrivals[day + 1] - world.arrivals[day]
    weights = {name: w for name, w in world.channel_weights[day].items() if name not in ("webinar", "trade_fair")}
    count = int(share * world.leads * PER_LEAD + rng.random())
    channels = rng.choices(tuple(weights), tuple(weights.values()), k=count)
    for n, channel in enumerate(channels):
        yield from _visit(world, rng, f"{day}-{n}", day, channel)


def _visit(world: World, rng: Random, key: str, day: int, channel: str) -> Iterator[tuple[int, Record]]:
    at = world.midnights[day] + int(rng.uniform(7, 22) * 3600)
    ref = PersonRef(anonymous_id=f"visitor-{key}")
    for n in range(1 + int(rng.random() ** 2 * 3)):
        path = "/pricing" if rng.random() < LOOKS_AT_PRICES else PLAIN_PATHS[int(rng.random() * len(PLAIN_PATHS))]
        yield at, _view(world, ref, f"v-{key}-{n}", at, path, channel)
        at += 20 + int(rng.random() * 200)
    if rng.random() < SUBSCRIBES:
        yield from _subscribes(world, rng, key, at, channel)


def _view(world: World, ref: PersonRef, message_id: str, at: int, path: str, channel: str) -> TouchRecord:
    moment = world.moment(at)
    return TouchRecord(
        ref=ref, kind="page_view", occurred_at=moment, message_id=message_id, known_at=moment,
        path=path, host=HOST, title=TITLES[path], channel=channel,
    )  # fmt: skip


def _subscribes(world: World, rng: Random, key: str, at: int, channel: str) -> Iterator[tuple[int, Record]]:
    country = rng.choices(tuple(COUNTRIES), tuple(COUNTRIES.values()))[0]
    first, last = names.person_name(rng, country)
    number = int(key.replace("-", "")) + 100
    email = names.email_address(first, last, rng.choice(names.FREE_MAIL), number)
    ref, moment = PersonRef(email=f"news.{email}", anonymous_id=f"visitor-{key}"), world.moment(at)
    fields = {"name": f"{first} {last}", "country": country, "lead_source": channel}
    yield at, PersonRecord(ref=ref, fields={**fields}, created_at=moment, occurred_at=moment, known_at=moment)
    yield at, TouchRecord(
        ref=ref, kind="form_submitted", occurred_at=moment, message_id=f"v-{key}-form", known_at=moment,
        path="/letter", host=HOST, title="The Thursday letter", channel=channel, form="newsletter",
    )  # fmt: skip
