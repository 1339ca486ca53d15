"""What is done to a period: its figures made, signed with the signatory's own passphrase, taken back, compared with the data now."""

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from treaty.agreement.signing import WrongPassphrase
from treaty.agreement.tries import TooManyTries
from treaty.books import actions, restating
from treaty.books.actions import MayNotClose, NotClosable
from treaty.books.calendar import GRACE_DAYS
from treaty.books.figures import NotCountable
from treaty.books.queries import Book, book
from treaty.engine.lake import LakeDamaged
from treaty.web import formats
from treaty.web.here import Here, page
from treaty.web.pages.books.lists import words
from treaty.web.pages.books.page import found, shown
from treaty.web.replies import go, sentence, tell, warn

REFUSED = (MayNotClose, NotClosable, NotCountable, LakeDamaged, WrongPassphrase, TooManyTries)


@require_POST
@page
def close(here: Here, name: str) -> HttpResponseBase:
    """From the data every page shows now."""
    this = found(here, name)
    try:
        lake = here.lake
        if lake is None:
            raise NotClosable("there are no figures yet: the worker exports them within a minute")
        actions.close(this.period, lake, by=here.member, at=here.at, grace_days=_days(here))
    except REFUSED as problem:
        return shown(here, this, problem=sentence(problem), status=400)
    tell(here, f"The figures of {words(this.period)} are made. Both sides sign them now.")
    return _back(here, this)


def _days(here: Here) -> int:
    """What the form says, as it stands there unless somebody changed it. Raises NotClosable for what is no number."""
    asked = here.request.POST.get("grace_days", str(GRACE_DAYS)).strip()
    if not (asked.isascii() and asked.isdigit() and len(asked) < 4):
        raise NotClosable(f"“{asked[:20]}” is no number of working days: write one, such as {GRACE_DAYS}")
    return int(asked)


@require_POST
@page
def sign(here: Here, name: str) -> HttpResponseBase:
    this = found(here, name)
    try:
        if this.closing is None or here.request.POST.get("hash") != this.closing.hash:
            raise NotClosable("this page showed other figures: read these, then sign them")
        actions.sign(this.closing, by=here.member, passphrase=here.request.POST.get("passphrase", ""), at=here.at)
    except REFUSED as problem:
        return shown(here, this, problem=sentence(problem), status=400)
    waiting = book(name, here.at).missing
    tell(here, f"You have signed. Waited for: {formats.listing(list(waiting))}." if waiting else f"{words(this.period)} is closed.")
    return _back(here, this)


@require_POST
@page
def withdraw(here: Here, name: str) -> HttpResponseBase:
    this = found(here, name)
    try:
        if this.closing is None:
            raise NotClosable("its figures are not made yet")
        actions.withdraw(this.closing, by=here.member, at=here.at)
    except REFUSED as problem:
        warn(here, sentence(problem))
    else:
        tell(here, f"The figures of {words(this.period)} are taken back. Make them anew when all is in.")
    return _back(here, this)


@require_POST
@page
def restate(here: Here, name: str) -> HttpResponseBase:
    """Compare with the data now; whoever may close may ask for it, and it happens every night anyway."""
    this = found(here, name)
    try:
        actions.check_may_close(here.member, here.at)
        lake = here.lake
        if this.closing is None or lake is None:
            raise NotClosable("its figures are not made yet")
        made = restating.restate(this.closing, lake, at=here.at)
    except REFUSED as problem:
        warn(here, sentence(problem))
    else:
        tell(here, f"Restatement {made.number} stands beside the figures." if made else "The data say what they said last time.")
    return _back(here, this)


def _back(here: Here, this: Book) -> HttpResponseBase:
    return go(here, f"/books/{this.name}/")
