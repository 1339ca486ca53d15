"""Is the head of the document sound: who signs, from when, in which money, for whom, with which lists and meetings?"""

from pydantic import TypeAdapter

from treaty.agreement import built_in
from treaty.agreement.canonical import lists_named
from treaty.agreement.conditions import FIELDS
from treaty.agreement.findings import Finding, Findings, twice, unknown, warn
from treaty.agreement.quantities import Email
from treaty.agreement.terms import Terms
from treaty.agreement.terms_parties import SIDES
from treaty.agreement.terms_rhythm import Meeting

_GROUPS = ("signatories", "marketing", "sales", "everyone", "sponsor", "steward")
_CHAIRS = ("alternates", "marketing", "sales")


def check(terms: Terms) -> Findings:
    yield from _signatories(terms)
    yield from _dates(terms)
    yield from _rates(terms)
    if terms.applies_to not in ("everyone", *terms.segment_order):
        yield unknown(("applies_to",), "the segment", terms.applies_to, ("everyone", *terms.segment_order))
    yield from _lists(terms)
    for i, meeting in enumerate(terms.cadence):
        yield from _meeting(meeting, i)
    yield from twice(((("cadence", i, "meeting"), meeting.meeting) for i, meeting in enumerate(terms.cadence)), "the meeting")
    yield from _freshness(terms)


def _signatories(terms: Terms) -> Findings:
    for side in SIDES:
        people = getattr(terms.signatories, side)
        yield from twice(((("signatories", side, i), person) for i, person in enumerate(people)), "the signatory")
    for i, person in enumerate(terms.signatories.sales):
        if person in terms.signatories.marketing:
            says = f"{person} signs for both sides"
            yield Finding(("signatories", "sales", i), says, "name another person for one of them: nobody agrees with themselves")


def _dates(terms: Terms) -> Findings:
    if terms.locked_until and terms.locked_until < terms.effective:
        says = f"locked until {terms.locked_until}, before it takes effect on {terms.effective}"
        yield Finding(("locked_until",), says, "choose a later day, or leave locked_until out")


def _rates(terms: Terms) -> Findings:
    for currency, rate in terms.rates.items():
        path = ("rates", currency)
        if currency == terms.currency:
            yield Finding(path, f"{currency} is the agreement's own currency", "delete this rate")
        if rate.source == "stated" and (rate.rate is None or rate.rate <= 0):
            yield Finding(path, "a stated rate without a rate above 0", f"add `rate:`, the {terms.currency} that one {currency} is worth")
        if rate.source == "ecb" and rate.rate is not None:
            yield Finding((*path, "rate"), "a rate beside the source ecb", "delete it, or write `source: stated`")


def _lists(terms: Terms) -> Findings:
    named = lists_named(terms)
    for name, members in terms.lists.items():
        path = ("lists", name)
        if not members:
            yield Finding(path, f"the list {name!r} is empty", "write its members, or delete it")
        if name in built_in.LISTS:
            yield warn(path, f"{name!r} replaces the list that comes with Treaty", "rename it if both are meant")
        elif name not in named:
            yield warn(path, f"nothing names the list {name!r}", "name it in a clause with in_list, or delete it")
    for subject in ("person", "account"):
        for i, field in enumerate(getattr(terms.fields, subject)):
            if field in FIELDS[subject]:
                yield warn(("fields", subject, i), f"{field!r} is a field of every {subject} already", "delete it here")


def _meeting(meeting: Meeting, i: int) -> Findings:
    if meeting.chair is not None and meeting.chair not in _CHAIRS and not _is_email(meeting.chair):
        yield Finding(("cadence", i, "chair"), f"{meeting.chair!r} cannot chair", f"use {', '.join(_CHAIRS)} or an e-mail address")
    for k, who in enumerate(meeting.attend):
        if who not in _GROUPS and not _is_email(who):
            yield Finding(("cadence", i, "attend", k), f"{who!r} cannot attend", f"use {', '.join(_GROUPS)} or an e-mail address")
    if meeting.time is not None and meeting.day is None:
        yield warn(("cadence", i, "time"), f"{meeting.meeting} has a time but no day", "add `day:`")


def _is_email(text: str) -> bool:
    try:
        TypeAdapter(Email).validate_python(text)
    except ValueError:
        return False
    return True


def _freshness(terms: Terms) -> Findings:
    for source, age in terms.freshness.items():
        if age.is_working or age.count == 0:
            yield Finding(("freshness", source), f"data of {source} may be {age} old", "say it in minutes, hours or days, at least 1")
