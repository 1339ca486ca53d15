"""A link of an e-mail: a page that asks whether it is meant, and whose answer it will be. Only pressing answers."""

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from treaty.handoff.models import Handoff
from treaty.notify import links
from treaty.notify.links import BadLink, Linked
from treaty.notify.saying import reasons_of
from treaty.team.models import Member
from treaty.web.forms import Form
from treaty.web.here import moment_of
from treaty.web.outside import Became, Given, give, handoff_for

WORDS = {
    "accept": "Accept {lead}",
    "reject": "Give {lead} back",
    "reason": "Say why {lead} came back",
    "snooze": "Tell me again in an hour",
}
ASKS = ("reject", "reason")
"""Answers for which a reason is chosen."""


class Reason(Form):
    reason = forms.ChoiceField(label="Why")
    detail = forms.CharField(label="What the reason asks", max_length=300, required=False)

    def __init__(self, handoff: Handoff, data: dict[str, str] | None = None) -> None:
        super().__init__(data)
        reasons = self.fields["reason"]
        assert isinstance(reasons, forms.ChoiceField)  # noqa: S101  # declared above
        reasons.choices = [("", "Choose one"), *((one.id, one.says) for one in reasons_of(handoff))]


@never_cache
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """GET only asks: programs that look into e-mails open links too."""
    at = moment_of(request)
    try:
        linked = links.read(token, at=at)
        member, handoff = _of(linked)
        form = Reason(handoff, request.POST.dict() if request.method == "POST" else None) if linked.answer in ASKS else None
        if request.method != "POST" or (form is not None and not form.is_valid()):
            return _ask(request, linked, member, handoff, form)
        with transaction.atomic():
            links.use(token, at=at)
            outcome = give(_given(linked, member, form), at=at)
            if outcome.is_refused and not outcome.is_done:
                transaction.set_rollback(True)
    except BadLink as problem:
        return _page(request, "This link does not answer", str(problem), status=410)
    return _told(request, linked, member, handoff, form, outcome)


def _of(linked: Linked) -> tuple[Member, Handoff]:
    member = Member.objects.filter(key=linked.member, is_active=True).first()
    handoff = handoff_for(member, linked.handoff) if member else None
    if member is None or handoff is None:
        raise BadLink("What it was about is not there any more, or is with somebody else: sign in to see.")
    return member, handoff


def _given(linked: Linked, member: Member, form: Reason | None) -> Given:
    said = form.cleaned_data if form else {}
    return Given(
        by=member, answer=linked.answer, about=linked.handoff, reason=said.get("reason", ""), detail=said.get("detail", ""), ref=linked.ref
    )


def _told(request: HttpRequest, linked: Linked, member: Member, handoff: Handoff, form: Reason | None, outcome: Became) -> HttpResponse:
    if outcome.is_refused and not outcome.is_done and form is not None:
        form.add_error(None, outcome.says)
        return _ask(request, linked, member, handoff, form)
    return _page(
        request, "Nothing was changed" if outcome.is_refused else "Thank you", outcome.says, status=422 if outcome.is_refused else 200
    )


def _ask(request: HttpRequest, linked: Linked, member: Member, handoff: Handoff, form: Reason | None) -> HttpResponse:
    words = WORDS.get(linked.answer, "Answer").format(lead=handoff.lead.person)
    context = {"form": form, "button": words, "member": member, "company": handoff.lead.person.account}
    return _page(request, f"{words}?", "", status=422 if form is not None and form.errors else 200, **context)


def _page(request: HttpRequest, title: str, says: str, *, status: int, **context: object) -> HttpResponse:
    return render(request, "treaty/notice_answer.html", {"title": title, "says": says, **context}, status=status)
