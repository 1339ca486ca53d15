"""The definitions in force are looked at again: when that is due, what was said before, and that they stay."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from treaty.agreement import reviews
from treaty.agreement.queries import Life, State
from treaty.web.formats import date_words
from treaty.web.here import Here, page
from treaty.web.replies import carried_out


def review_of(life: Life, here: Here) -> dict[str, Any] | None:
    """Of the version in force: its next day, whether that is near, and what was said at every look before."""
    if life.state is not State.IN_FORCE or life.held is None:
        return None
    done = reviews.looks(life.held)
    day = reviews.due_on(life.held, done)
    said = [(one.by.name, date_words(one.at.astimezone(here.viewer.zone).date()), one.says) for one in done]
    return {"due": date_words(day), "is_due": reviews.is_near(day, life.held, at=here.at), "looks": said}


@require_POST
@page
def looked(here: Here) -> HttpResponse:
    """Keep that the definitions stay; the next look is due as long after it as agreed."""

    def do() -> str:
        reviews.look(here.request.POST.get("says", ""), by=here.member, at=here.at)
        return "Kept. The next look is due as agreed."

    return carried_out(here, do, "/agreement/#review", refused=(reviews.NotLookedAt,))
