"""One event of the inbox as records for `truth.actions.absorb`. Pure: the event says all.

Whoever sends an event can neither set when we received it nor when it could be known: nothing of that is read here.
Source: ecosystem facts 5, rules 3 and 8; requirements R12 and R13.
"""

from collections.abc import Callable, Mapping
from typing import Any

from treaty.connectors.tracking.kinds import ABOUT_THE_SENDER, FORM, PAGE, SCREEN, kind_of
from treaty.connectors.tracking.told import Told, Unusable, email_or_none, ref_of
from treaty.connectors.tracking.touches import touch_of
from treaty.connectors.tracking.traits import account_fields, company_fields, company_ref, first, person_fields, plain, text
from treaty.truth.records import AccountRecord, AccountRef, PersonRecord, PersonRef, Record, Value

__all__ = ["Told", "Unusable", "records_of"]


def records_of(told: Told) -> list[Record]:
    """The records of one event, in an order that can be absorbed. Raises Unusable.

    track, page, screen: a touch; a form or a request for sales also states what the person wrote of themselves.
    identify: a person, and the company they name. group: an account and the person's place in it. alias: a visitor's id
    joined to a user's. form: a person, their answers, and a touch.
    """
    if not isinstance(told.body, dict):
        raise Unusable("the event is not an object: send one with type, messageId, timestamp and a user")
    read = _READERS.get(told.call)
    if read is None:
        raise Unusable(f"type {str(told.body.get('type'))[:20]!r} is unknown: use {', '.join(name for name in _READERS if name != 'form')}")
    return read(told)


def _track(told: Told) -> list[Record]:
    name = text(told.body.get("event"), 200)
    if not name:
        raise Unusable('a track call without "event": name what happened')
    kind = kind_of(name, told.events)
    properties = told.properties
    touch = touch_of(told, kind, properties)
    if kind not in ABOUT_THE_SENDER or not email_or_none(text(properties.get("email"))):
        return [touch]
    written = {name: value for name, value in properties.items() if name in _WRITTEN}
    return [*_person(told, written, touch.ref), touch]


def _page(told: Told) -> list[Record]:
    return [touch_of(told, PAGE, {"name": told.body.get("name"), **told.properties})]


def _screen(told: Told) -> list[Record]:
    name = told.body.get("name") or told.body.get("category")
    return [touch_of(told, SCREEN, {"name": name, **told.properties})]


def _identify(told: Told) -> list[Record]:
    return _person(told, told.traits, ref_of(told))


def _group(told: Told) -> list[Record]:
    traits = told.traits
    group_id = text(told.body.get("groupId"), 250)
    ref = AccountRef(external_id=group_id, name=first(traits, "name")[:200], domain=first(traits, "domain", "website")[:200])
    if ref.is_empty:
        raise Unusable('a group call without "groupId": say which account it is')
    account = AccountRecord(ref=ref, fields=account_fields(traits), **told.times)
    member = ref_of(told, from_traits=False, needed=False)
    return [account] if member.is_empty else [account, PersonRecord(ref=member, account=ref, **told.times)]


def _alias(told: Told) -> list[Record]:
    known, before = text(told.body.get("userId"), 254), text(told.body.get("previousId"), 254)
    if not (known and before):
        raise Unusable('an alias call needs "userId" and "previousId": say which two ids are one person')
    return [PersonRecord(ref=PersonRef(user_id=known, anonymous_id=before, email=email_or_none(known)), **told.times)]


def _form(told: Told) -> list[Record]:
    values = told.part("values")
    ref = PersonRef(email=email_or_none(text(values.get("email"))), anonymous_id=text(told.body.get("anonymousId"), 254))
    if ref.is_empty:
        raise Unusable("the form came without an e-mail address: ask for one")
    answers: dict[str, Value] = {f"answer.{name}"[:60]: plain(value) for name, value in told.part("answers").items()}
    consent = told.body.get("consent")
    given: dict[str, Value] = {"consent": consent} if isinstance(consent, bool) else {}
    people = _person(told, values, ref, {**answers, **given})
    kind = kind_of(text(told.body.get("kind")) or FORM, told.events)
    return [*people, touch_of(told, kind, told.properties, ref)]


_READERS: dict[str, Callable[[Told], list[Record]]] = {
    "track": _track,
    "identify": _identify,
    "page": _page,
    "screen": _screen,
    "group": _group,
    "alias": _alias,
    "form": _form,
}
_WRITTEN = frozenset(
    "email name full_name first_name firstname last_name lastname title job_title jobtitle position phone phone_number country"
    " company company_name organization company_domain website industry employees employee_count company_size".split()
)
"""Properties that speak of the person, not of the event, once an e-mail stands beside them."""


def _person(told: Told, traits: Mapping[str, Any], ref: PersonRef, more: Mapping[str, Value] | None = None) -> list[Record]:
    company = company_ref(traits)
    fields = person_fields(traits)
    if more is not None:
        fields |= {name: value for name, value in more.items() if value not in (None, "")}
    person = PersonRecord(ref=ref, fields=fields, account=company, **told.times)
    about = company_fields(traits)
    if company.is_empty or not about:
        return [person]
    return [AccountRecord(ref=company, fields=about, **told.times), person]
