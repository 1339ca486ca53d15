"""A person, their account and a lead, entered by hand: Treaty is enough without a CRM (R16)."""

from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from treaty.agreement.built_in import FREE_MAIL
from treaty.agreement.words_names import COUNTRIES
from treaty.feedback.contact import by_hand
from treaty.qualification.marks import mark_told
from treaty.qualification.opening import NotInForce, open_by_hand
from treaty.qualification.passes import AlreadyOpen, Unowned
from treaty.team.models import Role
from treaty.truth.actions import absorb
from treaty.truth.identity import registrable, work_domain
from treaty.truth.models import Account, AccountIdentity, Lead, Person
from treaty.truth.queries import accounts, leads, people
from treaty.truth.records import AccountRecord, AccountRef, PersonRecord, PersonRef, Record
from treaty.web.forms import Form
from treaty.web.here import Here, extra, page
from treaty.web.pages.leads.forms import line
from treaty.web.pieces import Link
from treaty.web.replies import Incomplete, NotYours, go, sentence, tell, warn

UNSEEN = "You see them once they are handed over to you."


class NewLead(Form):
    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "off", "autofocus": True}))
    name = line("Name")
    title = line("Job title", required=False, help_text="How senior they are is read from it")
    phone = line("Phone", most=60, required=False)
    company = line("Company", required=False)
    employees = forms.IntegerField(label="People who work there", min_value=1, max_value=10_000_000, required=False)
    country = forms.ChoiceField(label="Country", required=False)
    lead_source = line("Where they come from", most=100, required=False, help_text="Such as trade fair, or a referral")
    reason = line("Why they are a lead", most=500, help_text="Kept with your name in the lead's walk")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)  # noqa: S101 - for the type checker
        country.choices = [("", "Not known"), *sorted(COUNTRIES.items(), key=lambda item: item[1].removeprefix("the "))]


@require_http_methods(["GET", "POST"])
@page
def new(here: Here) -> HttpResponse:
    """The form, and what it makes."""
    if here.member.role == Role.EXECUTIVE:
        warn(here, sentence(NotYours("leads are opened by marketing and sales: tell one of them who it is")))
        return go(here, "/leads/")
    form = NewLead(here.request.POST or None)
    if here.request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"].strip().lower()
        is_hidden = _is_hidden(here, email)
        try:
            lead = _open(here, form.cleaned_data)
        except AlreadyOpen:
            return _already(here, email, is_hidden=is_hidden)
        except (Incomplete, NotInForce, Unowned) as problem:
            form.add_error(None, sentence(problem))
        else:
            tell(here, f"{email} is a lead. {UNSEEN}" if is_hidden else f"{lead.person} is a lead, with {lead.owner.name}.")
            return go(here, _seen(here, lead))
    context = {"form": form, "title": "A new lead", "button": "Open the lead", "cancel": Link("Cancel", "/leads/")}
    lede = "For somebody met, called or told of. What they do on the site, in mails and at events opens leads by itself."
    return render(here.request, "treaty/form.html", extra(here, lede=lede, **context), status=422 if form.errors else 200)


def _person(email: str) -> Person | None:
    return Person.objects.filter(identities__kind="email", identities__value=email).first()


def _is_hidden(here: Here, email: str) -> bool:
    """Somebody is known by this e-mail whom this member may not see."""
    person = _person(email)
    return person is not None and not people(here.member).filter(pk=person.pk).exists()


def _open(here: Here, given: dict[str, Any]) -> Lead:
    with transaction.atomic():
        done = absorb(_records(here, given), source=by_hand(), received_at=here.at)
        mark_told(done, at=here.at)
    if done.refused:
        raise Incomplete("; ".join(reason for _, reason in done.refused))
    person = _person(given["email"].strip().lower())
    if person is None:
        raise Incomplete(f"{given['email']} could not be kept: look whether it is an address of a person")
    return open_by_hand(person, by=here.member, at=here.at, reason=given["reason"])


def _domain(email: str) -> str:
    """The most exact domain of the address at which an account is known, else what somebody registered."""
    domain = work_domain(email, FREE_MAIL)
    return domain if AccountIdentity.objects.filter(kind="domain", value=domain).exists() else registrable(domain)


def _records(here: Here, given: dict[str, Any]) -> list[Record]:
    """What was typed, as any other door delivers it: it merges with what is known and erases nothing.

    Of a person and an account this member may not see it fills only what nobody has said yet.
    """
    email = given["email"].strip().lower()
    told = _person(email) if _is_hidden(here, email) else None
    is_placed = told is not None and told.account is not None
    ref = AccountRef() if is_placed else AccountRef(name=given["company"], domain=_domain(email))
    fields = {name: given[name] for name in ("name", "title", "phone", "country", "lead_source")}
    person = PersonRecord(
        ref=PersonRef(email=given["email"]),
        fields=_gaps(told, fields),
        account=ref,
        occurred_at=here.at,
    )
    stated = _gaps(_hidden_account(here, ref), {"employees": given["employees"], "country": given["country"]})
    account = AccountRecord(ref=ref, fields=stated, occurred_at=here.at)
    return [person] if ref.is_empty else [account, person]


def _gaps(known: Person | Account | None, typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed, without what is said already of one who is hidden."""
    return {name: value for name, value in typed.items() if value and not (known and getattr(known, name))}


def _hidden_account(here: Here, ref: AccountRef) -> Account | None:
    """The account of this domain or name, if this member may not see it."""
    said = [Q(**{f"{name}__iexact": value}) for name, value in (("domain", ref.domain), ("name", ref.name)) if value]
    found = Account.objects.filter(reduce(or_, said)).order_by("pk").first() if said else None
    return found if found is not None and not accounts(here.member).filter(pk=found.pk).exists() else None


def _already(here: Here, email: str, *, is_hidden: bool) -> HttpResponse:
    """There is a lead already: go there, if this member may see it; else it is not said whose."""
    if is_hidden:
        warn(here, f"{email} is a lead already. What was not known of them is kept. {UNSEEN}")
        return go(here, "/leads/")
    lead = Lead.objects.filter(person=_person(email), closed_at=None).select_related("person", "owner").first()
    words = f"{lead.person} is a lead already, with {lead.owner.name}." if lead else f"{email} is a lead already."
    warn(here, f"{words} What you entered about them is kept.")
    return go(here, _seen(here, lead) if lead else "/leads/")


def _seen(here: Here, lead: Lead) -> str:
    """The lead's page for those who may see it; a rep finds it again when it is handed over to them."""
    return f"/leads/{lead.key}/" if leads(here.member).filter(pk=lead.pk).exists() else "/leads/"
