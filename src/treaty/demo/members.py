"""The two teams of Halden Instruments, who they report to, how fast they answer, when they are away."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from random import Random
from zoneinfo import ZoneInfo

from treaty.demo.diary import Diary
from treaty.demo.names import LANGUAGES, email_address, person_name
from treaty.demo.steps import AbsenceSeen
from treaty.demo.world import World
from treaty.truth.records import MemberRecord

HOME = "halden.example"
SAM, MIRA = f"sam.okafor@{HOME}", f"mira.lang@{HOME}"
ZONES = {"DE": ("Europe/Berlin", "BE"), "AT": ("Europe/Vienna", "9"), "GB": ("Europe/London", "ENG")}
LEADS_PER_REP, LEADS_PER_CLOSER = 1700, 2500


@dataclass(frozen=True, slots=True)
class Worker:
    """A rep or account executive. pace: working hours to a first contact, the median on an ordinary day."""

    email: str
    name: str
    country: str
    languages: tuple[str, ...]
    pace: float = 1.0
    is_rep: bool = True
    role: str = "sales_rep"
    absences: tuple[AbsenceSeen, ...] = ()

    @property
    def is_dach(self) -> bool:
        return "de" in self.languages

    @property
    def diary(self) -> Diary:
        zone, region = ZONES[self.country]
        return Diary(zone, self.country, region, self.absences)


STAFF = (
    ("mira.lang", "Mira Lang", "marketing", ""),
    ("ines.duarte", "Ines Duarte", "marketing", MIRA),
    ("tomas.eriksen", "Tomas Eriksen", "marketing", MIRA),
    ("rui.costa", "Rui Costa", "revops", ""),
    ("ada.brandt", "Ada Brandt", "executive", ""),
)
FIRST_REPS = (
    ("sol.meyer", "Sol Meyer", "DE", ("de", "en"), 0.9, "sales_rep"),
    ("sam.okafor", "Sam Okafor", "DE", ("de", "en", "fr"), 1.5, "sales_manager"),
    ("kim.dale", "Kim Dale", "GB", ("en", "sv"), 2.0, "sales_rep"),
)
FIRST_CLOSERS = (
    ("priya.nair", "Priya Nair", "DE", ("en", "de")),
    ("lena.horvat", "Lena Horvat", "AT", ("de", "en", "it")),
)


class Team:
    """Everybody who logs in. Reps and closers grow with the number of leads; the named ones are always there."""

    def __init__(self, world: World) -> None:
        self.world = world
        rng = world.rng("team")
        reps = [_rep(*row) for row in FIRST_REPS] + self._more(rng, round(world.leads / LEADS_PER_REP) - 3, True)
        closers = [_closer(*row) for row in FIRST_CLOSERS]
        closers += self._more(rng, round(world.leads / LEADS_PER_CLOSER) - 2, False)
        self.reps = [self._with_absences(rng, rep) for rep in reps]
        self.closers = closers
        self.by_email = {worker.email: worker for worker in self.reps + self.closers}

    @cached_property
    def records(self) -> list[MemberRecord]:
        """Managers come before those who report to them."""
        staff = [_staff(*row) for row in STAFF]
        workers = sorted(self.reps + self.closers, key=lambda worker: worker.role == "sales_rep")
        return staff + [_member(worker) for worker in workers]

    @property
    def absences(self) -> list[AbsenceSeen]:
        return sorted((a for rep in self.reps for a in rep.absences), key=lambda a: (a.starts_at, a.member_email))

    def _more(self, rng: Random, count: int, is_rep: bool) -> list[Worker]:
        taken: set[str] = set()
        made: list[Worker] = []
        while len(made) < count:
            country = ("DE", "GB", "AT")[len(made) % 3]
            first, last = person_name(rng, country)
            email = email_address(first, last, HOME)
            if email not in taken:
                taken.add(email)
                pace = 2.2 if len(made) % 6 == 5 else round(rng.uniform(0.7, 1.5), 2)
                made.append(Worker(email, f"{first} {last}", country, (LANGUAGES[country],), pace, is_rep))
        return made

    def _with_absences(self, rng: Random, rep: Worker) -> Worker:
        """Two weeks of holiday and two single days each; one rep is away as the period ends, so routes say so."""
        spans = [(rng.randrange(20, max(21, self.world.days - 30)), 12, "holiday")]
        spans += [(rng.randrange(5, max(6, self.world.days - 5)), 0, "unwell") for _ in range(2)]
        if rep.name == "Kim Dale":
            spans.append((self.world.days - 1, 3, "trade association"))
        zone = ZoneInfo(ZONES[rep.country][0])
        absences = tuple(self._absence(rep.email, zone, *span) for span in sorted(spans))
        return Worker(rep.email, rep.name, rep.country, rep.languages, rep.pace, rep.is_rep, rep.role, absences)

    def _absence(self, email: str, zone: ZoneInfo, day: int, length: int, note: str) -> AbsenceSeen:
        first = self.world.start_on + timedelta(day)
        starts, ends = (datetime.combine(on, time(0), zone) for on in (first, first + timedelta(length + 1)))
        return AbsenceSeen(member_email=email, starts_at=starts.astimezone(UTC), ends_at=ends.astimezone(UTC), note=note)


def _rep(handle: str, name: str, country: str, languages: tuple[str, ...], pace: float, role: str) -> Worker:
    return Worker(f"{handle}@{HOME}", name, country, languages, pace, True, role)


def _closer(handle: str, name: str, country: str, languages: tuple[str, ...]) -> Worker:
    return Worker(f"{handle}@{HOME}", name, country, languages, 1.0, False)


def _staff(handle: str, name: str, role: str, manager: str) -> MemberRecord:
    return MemberRecord(
        email=f"{handle}@{HOME}", name=name, role=role, manager_email=manager,
        zone="Europe/Berlin", country="DE", region="BE", languages=("de", "en"),
    )  # fmt: skip


def _member(worker: Worker) -> MemberRecord:
    zone, region = ZONES[worker.country]
    manager = "" if worker.role == "sales_manager" else SAM
    return MemberRecord(
        email=worker.email, name=worker.name, role=worker.role, manager_email=manager,
        zone=zone, country=worker.country, region=region, languages=worker.languages,
    )  # fmt: skip
