"""Plans the demo's marketing writes for its campaigns: one that is met or missed, one sealed late, one that waits; most have none."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from treaty.agreement.models import Version
from treaty.attribution import actions
from treaty.attribution.plans import Draft
from treaty.demo.catalogue import Campaign
from treaty.demo.world import World
from treaty.team.models import Member

MEASURED = 60
"""Days after its end in which what a campaign brought still counts."""
SOON, LATE = 10, 20
"""Days before its start on which a plan is written, and after it for the one that comes late."""
EUROS_BACK = {"trade_fair": 9, "paid_search": 5}
"""Pipeline expected for each euro of budget; a webinar is expected to bring leads."""


@dataclass(frozen=True, slots=True)
class Planned:
    """On a day of the simulation a plan is proposed; sealed says whether sales confirms it the same afternoon."""

    day: int
    draft: Draft
    sealed: bool = True


def planned(world: World) -> list[Planned]:
    """Every plan of the period: the fairs', the first webinar's that can still have one and the last one's, and one come late."""
    webinars = [one for one in world.campaigns if one.channel == "webinar" and one.first > SOON]
    found = [Planned(one.first - SOON, _draft(world, one)) for one in world.campaigns if one.channel == "trade_fair" and one.first > SOON]
    found += [Planned(one.first - SOON, _draft(world, one)) for one in webinars[:1]]
    found += [Planned(one.first - SOON, _draft(world, one), sealed=False) for one in webinars[-1:] if len(webinars) > 1]
    search = [one for one in world.campaigns if one.channel == "paid_search" and one.last >= LATE]
    return found + [Planned(one.first + LATE, _draft(world, one)) for one in search[:1]]


def _draft(world: World, one: Campaign) -> Draft:
    first, last = world.start_on + timedelta(one.first), world.start_on + timedelta(one.last + MEASURED)
    if one.channel == "webinar":
        goal, metric, expected = "Reach people who read spectra themselves", "marketing_qualified", Decimal(max(1, world.leads // 400))
    else:
        goal, metric = "Meet plants that plan a retrofit this year", "pipeline_created"
        expected = Decimal(max(1000, int(one.budget * EUROS_BACK[one.channel]) // 1000 * 1000))
    audience = "Heads of maintenance and technical directors, 50 employees and more"
    return Draft(campaign=one.key, goal=goal, audience=audience, metric=metric, expected=expected, starts_on=first, ends_on=last)


def write(world: World, day: int) -> None:
    """The plans of a day, through the product's own actions: proposed in the morning, sealed in the afternoon."""
    for one in _of_day(world, day):
        version = Version.objects.order_by("number").first()
        people = {member.role: member for member in Member.objects.filter(role__in=["marketing", "sales_manager"]).order_by("-pk")}
        if version is not None and len(people) == 2:
            plan = actions.propose(one.draft, version, by=people["marketing"], at=_at(world, day, 9))
            if one.sealed:
                actions.seal(plan, version, by=people["sales_manager"], at=_at(world, day, 15), late=True)


def _of_day(world: World, day: int) -> Iterator[Planned]:
    return (one for one in planned(world) if one.day == day)


def _at(world: World, day: int, hour: int) -> datetime:
    return datetime.combine(world.start_on + timedelta(day), time(hour), tzinfo=ZoneInfo(world.zone))
