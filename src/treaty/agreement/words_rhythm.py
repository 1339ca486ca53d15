"""When we meet, how we are told, how fresh the data is, in words."""

from treaty.agreement.terms import Terms
from treaty.agreement.terms_rhythm import Meeting
from treaty.agreement.words_base import Clause, Part, clause, listed, value, values, words
from treaty.agreement.words_parties import values_as_written
from treaty.agreement.yamltree import Path

_TRANSPORTS = {"slack": "Slack", "teams": "Microsoft Teams", "email": "e-mail", "webhook": "webhook"}


def cadence(terms: Terms) -> list[Clause]:
    """Meetings, notices, freshness of data, the message house."""
    found = [_meeting(meeting, ("cadence", i)) for i, meeting in enumerate(terms.cadence)]
    if terms.notices is not None:
        one, at = terms.notices, ("notices",)
        quiet: list[Part] = [", but not between ", value(one.quiet.replace("-", " and "), *at, "quiet")] if one.quiet else []
        found.append(
            clause(
                at,
                "Both teams are told in ",
                value(one.to, *at, "to"),
                " by ",
                value(_TRANSPORTS[one.transport], *at, "transport"),
                quiet,
                ".",
            )
        )
    if terms.freshness:
        ages = [
            [value(words(source), "freshness", source), " at most ", value(age, "freshness", source), " old"]
            for source, age in terms.freshness.items()
        ]
        found.append(clause(("freshness",), "Data is fresh: ", listed(ages), "."))
    if terms.message is not None:
        house = value(terms.message.house, "message", "house")
        found.append(clause(("message",), "What we say to buyers is written in ", house, ", bound to this version by its hash."))
    return found


def _meeting(meeting: Meeting, path: Path) -> Clause:
    when: list[Part] = [", every ", value(meeting.every, *path, "every")]
    if meeting.day is not None:
        when += [" on ", value(meeting.day, *path, "day")]
    if meeting.time is not None:
        when += [" at ", value(meeting.time, *path, "time")]
    parts: list[Part] = [
        value(meeting.meeting.capitalize(), *path, "meeting"),
        when,
        ", ",
        value(meeting.minutes, *path, "minutes"),
        " minutes",
    ]
    if meeting.chair is not None:
        chair = "taken in turns by the two sides" if meeting.chair == "alternates" else meeting.chair
        parts += ["; chair: ", value(chair, *path, "chair")]
    if meeting.attend:
        parts += ["; present: ", listed(values_as_written(meeting.attend, (*path, "attend")))]
    if meeting.agenda:
        parts += ["; agenda: ", values(meeting.agenda, (*path, "agenda"))]
    return clause(path, parts, ".", key=f"cadence.{meeting.meeting}")
