"""From what is planned to the records a connector would hand over."""

from collections.abc import Callable
from datetime import datetime

from treaty.demo import words
from treaty.demo.catalogue import BY_SLUG, HOST, TITLES
from treaty.demo.journeys import ANONYMOUS
from treaty.demo.members import Team
from treaty.demo.names import LANGUAGES
from treaty.demo.people import Account, Person
from treaty.demo.story import ACCOUNT, ALIAS, EMPLOYEES, MOVE, PERSON, Planned
from treaty.demo.world import World
from treaty.truth.records import AccountRecord, AccountRef, PersonRecord, PersonRef, Record, TouchRecord, Value

FORMS = {"content_download": "library", "demo_request": "demo", "webinar_registered": "webinar", "meeting_request": "meeting"}
NAMED_OWNER = 0.1
"""The share of large accounts that belong to a rep already."""
ASKED, MOUTH = 0.45, 0.3
"""The share of people who say how they heard of us, and of these the share that names a person."""
NOT_ASKED, AGREED = 0.15, 0.9
"""Below the one a form asked for no consent; between the two they gave it."""
CLICKED = {"paid_search": "gclid", "paid_social": "li_fat_id"}
CLICK_KINDS = ("ad_click", "page_view")
_BY_MAIL = ("email_open", "unsubscribed", "event_visit")
"""Kinds that name the address only; the others also carry the browser's id."""


class Delivery:
    """Turns planned things into records, as seen from outside: nothing hidden leaks."""

    def __init__(self, world: World, team: Team) -> None:
        self.world, self.team = world, team
        self._makers: dict[str, Callable[[Planned, Person], Record]] = {
            ACCOUNT: self._account, EMPLOYEES: self._employees, PERSON: self._person, ALIAS: self._alias, MOVE: self._move,
        }  # fmt: skip

    def record(self, planned: Planned) -> Record:
        if planned.person is None:
            raise ValueError(f"{planned.kind} of {planned.account.domain} names nobody")
        return self._makers.get(planned.kind, self._touch)(planned, planned.person)

    def _touch(self, planned: Planned, person: Person) -> TouchRecord:
        at, kind, ref = self.world.moment(planned.at), planned.kind, planned.ref
        path, title, content = _place(kind, ref)
        return TouchRecord(
            ref=_reference(planned, person), kind=kind, occurred_at=at, message_id=f"h-{planned.order}",
            known_at=self.world.moment(planned.known) if planned.known else at, path=path, host=HOST if path else "", title=title,
            channel=planned.channel, campaign=planned.campaign, content=content, form=FORMS.get(kind, ""),
            fields=_said(planned) | self._clicked(planned, person),
        )  # fmt: skip

    def _clicked(self, planned: Planned, person: Person) -> dict[str, Value]:
        """How the platform knows the click that led here."""
        name = CLICKED.get(planned.channel) if planned.kind in CLICK_KINDS else None
        rng = self.world.rng("click", person.key, planned.order)
        return {name: f"Cj0K{rng.getrandbits(96):024x}"} if name else {}

    def _account(self, planned: Planned, _person: Person) -> AccountRecord:
        account = planned.account
        fields: dict[str, Value] = {"name": account.name, "industry": account.industry, "country": account.country}
        if account.employees_known == "known":
            fields["employees"] = account.employees
        return self._account_record(planned, fields, owner_of(self.world, self.team, account))

    def _employees(self, planned: Planned, _person: Person) -> AccountRecord:
        return self._account_record(planned, {"employees": planned.account.employees})

    def _account_record(self, planned: Planned, fields: dict[str, Value], owner: str = "") -> AccountRecord:
        at = self.world.moment(planned.at)
        return AccountRecord(ref=_company(planned.account), fields=fields, owner_email=owner, occurred_at=at, known_at=at)

    def _person(self, planned: Planned, person: Person) -> PersonRecord:
        at = self.world.moment(planned.at)
        ref = PersonRef(email=person.email, anonymous_id=f"anon-{person.key}")
        found = _person_record(planned.account, person, ref, at, self._heard(person))
        found.fields.update(self._consented(person))
        return found

    def _consented(self, person: Person) -> dict[str, Value]:
        """What they ticked in their first form; some forms do not ask."""
        drawn = self.world.rng("consent", person.key).random()
        return {} if drawn < NOT_ASKED else {"consent": drawn < AGREED}

    def _heard(self, person: Person) -> str:
        """How they say they heard of us; more than half are not asked, or leave it empty."""
        rng = self.world.rng("heard", person.key)
        if rng.random() > ASKED:
            return ""
        known = words.HEARD.get(person.channel, words.BY_MOUTH)
        return rng.choice(words.BY_MOUTH if rng.random() < MOUTH else known)

    def _alias(self, planned: Planned, person: Person) -> PersonRecord:
        """The same human being, as the form knows them: another address, another browser."""
        at = self.world.moment(planned.at)
        ref = PersonRef(email=person.alias, anonymous_id=f"anon-{person.key}-again")
        return _person_record(planned.account, person, ref, at)

    def _move(self, planned: Planned, person: Person) -> PersonRecord:
        """Enrichment finds that they work for the group, not for the company they named."""
        at = self.world.moment(planned.at)
        group = AccountRef(domain=person.moves_to, name=f"{planned.account.name} Group")
        return PersonRecord(ref=PersonRef(email=person.email), account=group, occurred_at=at, known_at=at)


def owner_of(world: World, team: Team, account: Account) -> str:
    """The rep a large account belongs to, for one in ten."""
    if account.owner_email or account.employees < 250:
        return account.owner_email
    rng = world.rng("owner", account.idx)
    reps = [rep for rep in team.reps if rep.is_dach == (account.country in ("DE", "AT", "CH"))] or team.reps
    return rng.choice(reps).email if rng.random() < NAMED_OWNER else ""


def _place(kind: str, ref: str) -> tuple[str, str, str]:
    """Path, title and content key of a touch."""
    if kind == "content_download":
        return f"/library/{ref}", BY_SLUG[ref].title, ref
    if kind.startswith("webinar"):
        return "/webinars", "Webinar", ref
    if ref.startswith("/"):
        return ref, TITLES[ref], ""
    return {"demo_request": ("/demo", "Ask for a demonstration", ""), "meeting_request": ("/meet", "Pick a time", "")}.get(
        kind, ("", "", "")
    )


def _said(planned: Planned) -> dict[str, Value]:
    if planned.kind == "demo_request":
        return {"message": planned.ref}
    if planned.kind == "webinar_attended" and planned.order % 4 == 0:
        return {"question": words.WEBINAR_QUESTIONS[planned.order // 4 % len(words.WEBINAR_QUESTIONS)]}
    return {}


def _reference(planned: Planned, person: Person) -> PersonRef:
    """Before the first form only the browser is known; a letter knows only the address."""
    suffix = "-again" if planned.under_alias else ""
    anonymous = "" if planned.kind in _BY_MAIL else f"anon-{person.key}{suffix}"
    email = person.alias if planned.under_alias else person.email
    is_known = planned.at >= person.known_s or planned.kind not in ANONYMOUS
    return PersonRef(email=email if is_known else "", anonymous_id=anonymous)


def _company(account: Account) -> AccountRef:
    return AccountRef(domain=account.domain, name=account.name) if account.is_company else AccountRef()


def _person_record(account: Account, person: Person, ref: PersonRef, at: datetime, heard: str = "") -> PersonRecord:
    fields: dict[str, Value] = {
        "name": person.name, "country": person.country, "language": LANGUAGES[person.country], "lead_source": person.channel,
    }  # fmt: skip
    if person.title:
        fields |= {"title": person.title, "seniority": person.seniority, "department": person.department}
    if person.phone:
        fields["phone"] = person.phone
    if heard:
        fields["self_reported_source"] = heard
    return PersonRecord(ref=ref, fields=fields, account=_company(account), created_at=at, occurred_at=at, known_at=at)
