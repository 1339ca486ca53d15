"""One account's story while it is being written: what is planned, and how its details are drawn."""

from datetime import timedelta
from typing import NamedTuple

from treaty.demo.catalogue import GENERAL, PLAIN_PATHS, PRICING_PATHS, TECHNICAL, webinar_key
from treaty.demo.people import Account, Person
from treaty.demo.world import World

ACCOUNT, EMPLOYEES, PERSON, ALIAS, MOVE = ":account", ":employees", ":person", ":alias", ":move"
"""Kinds of planned records that are not touches."""
DAY, HOUR = 86_400, 3600


class Planned(NamedTuple):
    """Something that will be recorded. `at` and `known` in seconds since 1970; `known` 0 means at once."""

    at: int
    order: int
    kind: str
    account: Account
    person: Person | None = None
    ref: str = ""
    """The path of a page, the key of content, or the text of a message."""
    channel: str = ""
    campaign: str = ""
    known: int = 0
    under_alias: bool = False

    @property
    def due(self) -> int:
        return self.known or self.at


class Story:
    """Collects what is planned for one account, numbering it as it goes."""

    def __init__(self, world: World, account: Account) -> None:
        self.world, self.account = world, account
        self.rng = world.rng("journey", account.idx)
        self.planned: list[Planned] = []

    def add(self, person: Person, kind: str, at: int, ref: str = "", channel: str = "", campaign: str = "", known: int = 0) -> None:
        order = self.account.idx * 1000 + len(self.planned)
        self.planned.append(Planned(at, order, kind, self.account, person, ref, channel, campaign, known))

    def of(self, person: Person) -> list[Planned]:
        return [p for p in self.planned if p.person is person]

    def later(self, day: int, soonest: int, latest: int) -> int:
        """Some reading time between so many days after `day`."""
        return self.world.reading_time(self.rng, day + soonest + int(self.rng.random() * (latest - soonest)))

    def download(self, person: Person, at: int, channel: str = "", campaign: str = "") -> None:
        """Engineers and heads of maintenance take technical items more often."""
        share = 0.55 if person.seniority in ("director", "individual") else 0.35
        library = TECHNICAL if self.rng.random() < share else GENERAL
        item = library[int(self.rng.random() * len(library))]
        self.add(person, "content_download", at, item.slug, channel or self.return_channel(), campaign)

    def prices(self, person: Person, day: int, count: int, within: int) -> None:
        self._views(person, PRICING_PATHS, [self.later(day, 1, within) for _ in range(count)])

    def pages(self, person: Person, day: int, count: int, within: int) -> None:
        self._views(person, PLAIN_PATHS, [self.later(day, 0, within) for _ in range(count)])

    def attend(self, person: Person, webinar_day: int) -> None:
        key = self.webinar_key(webinar_day)
        at = self.world.midnights[webinar_day] + 11 * HOUR + int(self.rng.random() * 400)
        self.add(person, "webinar_attended", at, key, "webinar", key)

    def webinar_key(self, day: int) -> str:
        return webinar_key(self.world.start_on + timedelta(day))

    def return_channel(self) -> str:
        """How somebody who knows us comes back."""
        draw = self.rng.random()
        return "direct" if draw < 0.4 else "email" if draw < 0.7 else "organic_search"

    def _views(self, person: Person, paths: tuple[str, ...], times: list[int]) -> None:
        for at in times:
            path = paths[int(self.rng.random() * len(paths))]
            self.add(person, "page_view", at, path, self.return_channel())
