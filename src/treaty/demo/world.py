"""The frame of a simulated period: its days, its events, and a random generator for every purpose."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from random import Random
from zoneinfo import ZoneInfo

from treaty.demo.catalogue import Campaign, campaigns, fair_days, webinar_days
from treaty.demo.causes import CHANNELS, WEBINARS

WEBINAR_LEAD_IN = 9
"""People register from nine days before a webinar on."""
_MONTH = 30
_WEEK_END = {5: 0.25, 6: 0.3}
HOURS = (7, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 12, 13, 13, 14, 14, 14, 15, 15, 16, 16, 17, 18, 19, 20, 21)
"""When people read: one is drawn at random, so hours named more often are busier."""


@dataclass(frozen=True)
class World:
    seed: int
    leads: int
    start_on: date
    days: int
    zone: str

    def rng(self, *purpose: object) -> Random:
        """A generator of its own for each purpose, the same in every process and on every machine."""
        return Random("|".join(map(str, (self.seed, *purpose))))  # noqa: S311 - a simulation, not a secret

    @cached_property
    def midnights(self) -> list[int]:
        """Seconds since 1970 at which each local day begins; a year beyond the period, for stories that run on."""
        zone = ZoneInfo(self.zone)
        days = (self.start_on + timedelta(n) for n in range(self.days + 370))
        return [int(datetime.combine(on, time(0), zone).timestamp()) for on in days]

    @cached_property
    def webinars(self) -> list[tuple[int, int]]:
        """(day, month)."""
        return webinar_days(self.start_on, self.days)

    @cached_property
    def fairs(self) -> list[tuple[int, int, int]]:
        return fair_days(self.days)

    @cached_property
    def campaigns(self) -> tuple[Campaign, ...]:
        return campaigns(self.start_on, self.days, self.leads)

    @cached_property
    def channel_weights(self) -> list[dict[str, float]]:
        """For each day, how many people each channel brings, relative to an ordinary day's one."""
        return [self._channels_on(day) for day in range(self.days)]

    @cached_property
    def arrivals(self) -> list[float]:
        """Running sum of the days' weights, from 0 to 1: the share of people who came before each day."""
        sums = [0.0]
        for weights in self.channel_weights:
            sums.append(sums[-1] + sum(weights.values()))
        return [part / sums[-1] for part in sums]

    @property
    def last_weekday(self) -> int:
        """The last day of the period that is not on a week-end."""
        last = self.days - 1
        return last - max(0, self.weekday(last) - 4)

    def moment(self, seconds: int) -> datetime:
        return datetime.fromtimestamp(seconds, UTC)

    def weekday(self, day: int) -> int:
        return (self.start_on.weekday() + day) % 7

    def reading_time(self, rng: Random, day: int) -> int:
        """A moment of that day at which people read; most of a week-end's reading waits for Monday."""
        if self.weekday(day) > 4 and rng.random() < 0.7:
            day += 7 - self.weekday(day)
        hour = HOURS[int(rng.random() * len(HOURS))]
        return self.midnights[day] + hour * 3600 + int(rng.random() * 3600)

    def webinar_after(self, day: int) -> tuple[int, int] | None:
        """The webinar people register for on that day, if its time has come."""
        return next((w for w in self.webinars if 0 < w[0] - day <= WEBINAR_LEAD_IN), None)

    def fair_on(self, day: int) -> tuple[int, int, int] | None:
        return next((fair for fair in self.fairs if fair[1] <= day <= fair[2]), None)

    def _channels_on(self, day: int) -> dict[str, float]:
        weights = {name: c.share * self._pulse(day) for name, c in CHANNELS.items() if name not in ("webinar", "trade_fair")}
        if webinar := self.webinar_after(day):
            pull = WEBINARS[webinar[1]].pull
            weights["webinar"] = CHANNELS["webinar"].share * _MONTH / WEBINAR_LEAD_IN * pull
        if self.fair_on(day):
            weights["trade_fair"] = CHANNELS["trade_fair"].share * self.days / (3 * len(self.fairs))
        return weights

    def _pulse(self, day: int) -> float:
        """Week-ends, summer and the days around the new year are quiet; the rest grows a little."""
        on = self.start_on + timedelta(day)
        season = 0.45 if (on.month, on.day) > (12, 21) or (on.month, on.day) < (1, 6) else 0.85 if on.month in (7, 8) else 1.0
        return _WEEK_END.get(on.weekday(), 1.0) * season * (0.95 + 0.1 * day / self.days) * 7 / 5.55
