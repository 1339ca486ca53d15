"""What a page answers after something was done or refused: go on, say it, offer the way back."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from treaty.feedback.contact import NotContact
from treaty.feedback.deals import NotForThisDeal
from treaty.feedback.desk import AlreadyDecided
from treaty.feedback.rules import AnswerIncomplete, NotTheOwner, TooLateToUndo
from treaty.handoff.actions import NotForHandoff
from treaty.handoff.rules import NobodyLeft
from treaty.qualification.lifecycle import NotAllowed
from treaty.qualification.passes import AlreadyOpen, Unowned
from treaty.rhythm.actions import NothingSaid
from treaty.team.roster import NotAway
from treaty.truth.actions.answering import AlreadyAnswered
from treaty.truth.actions.merging import AlreadyOne, AlreadyUndone
from treaty.web.here import Here
from treaty.web.plain import plain


class NotYours(Exception):
    """A member may look at this but not do it; the message says who may."""


class Href(str):
    """An address to go on to; every other text is something to say, whatever it begins with: names come from anywhere."""

    __slots__ = ()


class Incomplete(Exception):
    """Something is missing or cannot be read; the message names it and what would be good."""


REFUSED = (
    AlreadyAnswered, AlreadyDecided, AlreadyOne, AlreadyOpen, AlreadyUndone, AnswerIncomplete, Incomplete, LookupError, NobodyLeft,
    NotAllowed, NotAway, NotContact, NotForHandoff, NotForThisDeal, NothingSaid, NotTheOwner, NotYours, TooLateToUndo, Unowned,
)  # fmt: skip
"""What actions refuse with, each a sentence for the one who asked."""


def sentence(problem: Exception) -> str:
    """A refusal as people write: it begins large, ends with a stop, and names codes of the agreement in words."""
    said = plain(str(problem)).strip()
    return f"{said[:1].upper()}{said[1:]}{'' if said.endswith(('.', '?', '!')) else '.'}"


def tell(here: Here, words: str, undo: str = "") -> None:
    """Say what was done on the next page. undo: where a press of U takes it back."""
    messages.success(here.request, words, extra_tags=undo)


def warn(here: Here, words: str) -> None:
    """Say what was not done, and why, on the next page."""
    messages.error(here.request, words)


def go(here: Here, href: str) -> HttpResponse:
    """On to another page, for a browser with or without htmx."""
    if here.request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": href})
    response = HttpResponseRedirect(href)
    response.status_code = 303
    return response


def carried_out(here: Here, do: Callable[[], str], href: str, *, refused: tuple[type[Exception], ...] = REFUSED) -> HttpResponse:
    """Do it, say what was done or why not, and go on. All of it is done or nothing. refused: what `do` refuses with."""
    try:
        with transaction.atomic():
            said = do()
    except refused as problem:
        warn(here, sentence(problem))
    else:
        tell(here, said)
    return go(here, href)


def everybody_may() -> None:
    """Of what every member may do who finds the form."""


def filled(here: Here, form: Form, do: Callable[[], str], href: str, *, may: Callable[[], None] = everybody_may) -> HttpResponse | None:
    """Carry a form out if its sender may and it is sound, and go on; None if it is to be shown again with what was typed.

    may: raises one of REFUSED. do: what to say, or an Href to go on to; its refusal stands at the form. All of it is done
    or nothing, and a fault of ours is no refusal.
    """
    try:
        may()
    except REFUSED as problem:
        warn(here, sentence(problem))
        return go(here, href)
    if not form.is_valid():
        return None
    try:
        with transaction.atomic():
            said = do()
    except KeyError:
        raise
    except REFUSED as problem:
        form.add_error(None, sentence(problem))
        return None
    if isinstance(said, Href):
        return go(here, said)
    tell(here, said)
    return go(here, href)


def wanted_next(here: Here, otherwise: str) -> str:
    """Where the form asked to go, if that is a page of ours."""
    asked = here.request.POST.get("next", "")
    return asked if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, None) else otherwise
