"""Signing: the exact words and their hash, a key of one's own, the passphrase each time; and taking a proposal back."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from treaty.agreement import signing as seals
from treaty.agreement.actions import MayNotChange
from treaty.agreement.actions import withdraw as take_back
from treaty.agreement.models import Version
from treaty.agreement.queries import life_of, missing, signed_of
from treaty.agreement.signatures import NotSignable, check_may_sign, key_of, make_key
from treaty.agreement.signatures import sign as put_name
from treaty.agreement.tries import TooManyTries, counted
from treaty.web.formats import date_words, full, listing
from treaty.web.here import Here, extra, is_demo, page
from treaty.web.pages.agreement.lines import lines
from treaty.web.pages.agreement.reading import found
from treaty.web.pages.agreement.sheet import changed_articles, names_of, sheet_of
from treaty.web.pieces import Link
from treaty.web.replies import go, sentence, tell, warn


class WrongPassword(Exception):
    """The account's password was not this one."""


@require_http_methods(["GET", "POST"])
@page
def sign(here: Here, number: int) -> HttpResponse:
    """The words as they are stored, and the line to sign. Whoever may not sign is told why."""
    version = found(number)
    try:
        check_may_sign(version, here.member)
    except NotSignable as why:
        return _page(here, version, refused=sentence(why), status=409 if here.request.method == "POST" else 200)
    if here.request.method != "POST":
        return _page(here, version)
    try:
        return _make_key(here, version) if here.request.POST.get("do") == "key" else _sign(here, version)
    except (seals.WrongPassphrase, seals.WeakPassphrase, WrongPassword, NotSignable, TooManyTries) as problem:
        return _page(here, version, problem=sentence(problem), status=400)


def _sign(here: Here, version: Version) -> HttpResponse:
    if here.request.POST.get("hash") != version.hash:
        raise NotSignable("this page showed another version: read this one, then sign it")
    done = put_name(version, by=here.member, passphrase=here.request.POST.get("passphrase", ""), at=here.at)
    if done.in_force is None:
        waiting = listing(names_of(email for _, email in missing(version)))
        tell(here, f"You have signed version {version.number}. Waited for: {waiting}. Keep your receipt.")
    else:
        begins = full(done.in_force.starts_at, here.viewer)
        tell(here, f"Everyone has signed version {version.number}: it is in force from {begins}. Keep your receipt.")
    return go(here, f"/agreement/versions/{version.number}/#verify")


def _make_key(here: Here, version: Version) -> HttpResponse:
    """A key under a new passphrase. It is the member who asks: they type their account's password again."""
    form = here.request.POST
    phrase = form.get("passphrase", "")
    if phrase != form.get("again", ""):
        raise seals.WeakPassphrase("the two passphrases are not the same: type both again")
    if len(phrase.strip()) < seals.SHORTEST_PASSPHRASE:
        raise seals.WeakPassphrase(
            f"the passphrase has fewer than {seals.SHORTEST_PASSPHRASE} characters: take a sentence only you would say"
        )
    if asks_password(here):
        with counted(here.member, at=here.at):
            if not here.member.check_password(form.get("password", "")):
                raise WrongPassword("this is not the password you sign in with: type it again")
    make_key(here.member, phrase, at=here.at)
    tell(here, "Your key is made. Sign with the passphrase you have just chosen; nobody can give it back to you.")
    return go(here, f"/agreement/versions/{version.number}/sign/#sign")


def asks_password(here: Here) -> bool:
    """Always, but in the demo, where nobody has one."""
    return here.member.has_usable_password() or not is_demo(here.request)


def demo_phrase(here: Here) -> str:
    """The demo's signatories are nobody's: whoever looks around may sign for them."""
    if not is_demo(here.request):
        return ""
    from treaty.demo.founding import PASSPHRASE

    return PASSPHRASE


def _page(here: Here, version: Version, *, problem: str = "", refused: str = "", status: int = 200) -> HttpResponse:
    terms = signed_of(version).terms
    base = signed_of(version.amends).terms if version.amends else None
    key, life = key_of(here.member), life_of(version, at=here.at)
    own, note = f"/agreement/versions/{version.number}/", f"Version {version.number}, word for word as it was proposed."
    context: dict[str, Any] = {
        "title": f"Sign version {version.number}",
        "crumbs": [Link("Agreement", "/agreement/"), Link(f"Version {version.number}", own), Link("Sign", "")],
        "version": version,
        "sheet": sheet_of(version, lines(life, here.member, with_steps=False), note, marked=False),
        "changes": changed_articles(terms, base) if base else [],
        "key_made": date_words(key.made_at.date()) if key else "",
        "key": key.public_key if key else "",
        "new_key": not key or here.request.GET.get("key") == "new" or here.request.POST.get("do") == "key",
        "asks_password": asks_password(here),
        "demo_phrase": demo_phrase(here),
        "side": terms.signatories.side_of(here.member.email),
        "lede": "" if refused else ("Read it to the end, then ", Link("put your name under it", "#sign"), "."),
        "problem": problem,
        "refused": refused,
    }  # fmt: skip
    return render(here.request, "treaty/agreement/sign.html", extra(here, **context), status=status)


@require_POST
@page
def withdraw(here: Here, number: int) -> HttpResponse:
    """The proposer or the steward takes it back before everyone has signed."""
    version = found(number)
    try:
        take_back(version, by=here.member, at=here.at)
    except (MayNotChange, NotSignable) as problem:
        warn(here, sentence(problem))
    else:
        tell(here, f"Version {number} is taken back. Nobody can sign it any more.")
    return go(here, f"/agreement/versions/{number}/")
