"""The guided start: a kind of business and about ten answers, filled in from what is known; a draft comes of it."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from treaty.agreement.actions import save_draft
from treaty.agreement.base import read_duration
from treaty.agreement.beginning import TEMPLATES, templates
from treaty.agreement.guided import Answers, drafted, next_beginning
from treaty.team.models import Member, Role
from treaty.truth.past import Past, past
from treaty.web.formats import money
from treaty.web.forms import Form
from treaty.web.here import Here, extra, page
from treaty.web.pages.agreement.drafting import check_may_draft, crumbs
from treaty.web.pages.team.forms import read_zone, zones
from treaty.web.pieces import Link
from treaty.web.replies import go, tell

LEAST_WON = 5
"""Won deals of a year from which an average says something."""
CYCLES = 2
"""Sales cycles before a deal in which touches earn of it, when the cycle is known: what began it came before the deal was opened."""
MOST_LOOKBACK = 1095


class Begin(Form):
    template = forms.ChoiceField(label="Which business is most like yours?", choices=list(TEMPLATES.items()), widget=forms.RadioSelect)
    company = forms.CharField(label="What is the company called?", max_length=120)
    currency = forms.CharField(label="In which currency do you count?", min_length=3, max_length=3)
    zone = forms.CharField(label="In which time zone do days begin?", max_length=60, widget=forms.TextInput(attrs={"list": "zones"}))
    marketing = forms.ChoiceField(label="Who signs for marketing?")
    sales = forms.ChoiceField(label="Who signs for sales?", help_text="A lead nobody else can take goes to them.")
    takers = forms.MultipleChoiceField(label="Who takes leads?", widget=forms.CheckboxSelectMultiple)
    sponsor = forms.ChoiceField(label="Who hears when something is overdue?", required=False)
    contact_within = forms.CharField(
        label="Within which time is a lead contacted?", required=False, max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "4 working hours"}), help_text="Empty: as the kind of business has it.",
    )  # fmt: skip
    leads = forms.IntegerField(
        label="How many leads does marketing hand over in a month?", required=False, min_value=1, max_value=1_000_000
    )
    revenue = forms.DecimalField(
        label="Which revenue do both aim at in a quarter?",
        required=False,
        min_value=Decimal(1),
        max_value=Decimal(10) ** 12,
        decimal_places=2,
    )
    lookback = forms.IntegerField(
        label="How many days before a deal may a touch earn of it?", required=False, min_value=1, max_value=MOST_LOOKBACK
    )
    begins = forms.DateField(label="When does it begin?", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, members: list[Member], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        names = [(member.email, f"{member.name}, {member.email}") for member in members]
        for name in ("marketing", "sales", "takers"):
            self._choices(name, names)
        self._choices("sponsor", [("", "Nobody"), *names])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField | forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        field.choices = choices

    def clean_currency(self) -> str:
        code: str = self.cleaned_data["currency"].strip().upper()
        if not (code.isascii() and code.isalpha()):
            raise ValidationError(f"{code!r} is no currency: write three letters, such as EUR")
        return code

    def clean_zone(self) -> str:
        try:
            return read_zone(self.cleaned_data["zone"].strip())
        except ValueError as problem:
            raise ValidationError(str(problem)) from None

    def clean_contact_within(self) -> str:
        text: str = self.cleaned_data["contact_within"].strip()
        try:
            return str(read_duration(text)) if text else ""
        except ValueError as problem:
            raise ValidationError(str(problem)) from None


@require_http_methods(["GET", "POST"])
@page
def begin(here: Here) -> HttpResponse:
    """The questions, what is known of the answers, and the draft that comes of them."""
    check_may_draft(here)
    members = list(Member.objects.filter(is_active=True).order_by("name"))
    if here.request.method == "POST":
        form = Begin(members, here.request.POST)
        if form.is_valid():
            draft = save_draft(drafted(_answers(form.cleaned_data, here)), by=here.member, at=here.at, draft=None)
            tell(here, "A draft of your own. Read it through, change what does not fit, then propose it to both sides.")
            return go(here, f"/agreement/draft/{draft.key}/parts/")
        return _asked(here, form, "")
    known = past(here.member, here.at)
    return _asked(here, Begin(members, initial=_guesses(here, members, known)), _seen(here, known))


def _asked(here: Here, form: Begin, seen: str) -> HttpResponse:
    context = {
        "title": "Begin an agreement", "crumbs": crumbs("Begin"), "form": form, "seen": seen, "kinds": templates(), "zones": zones(),
        "lede": "About ten answers make a whole first draft. It binds nobody: both sides read and change it before anybody signs.",
        "cancel": Link("Cancel", "/agreement/draft/"),
    }  # fmt: skip
    return render(here.request, "treaty/agreement/begin.html", extra(here, **context), status=422 if form.errors else 200)


def _answers(said: dict[str, Any], here: Here) -> Answers:
    steward = here.member.email if here.member.role == Role.REVOPS else None
    return Answers(
        template=said["template"], company=said["company"], currency=said["currency"], zone=said["zone"], marketing=said["marketing"],
        sales=said["sales"], takers=tuple(said["takers"]), begins=said["begins"], sponsor=said["sponsor"] or None, steward=steward,
        contact_within=said["contact_within"] or None, leads=said["leads"], revenue=said["revenue"], lookback=said["lookback"],
    )  # fmt: skip


# What is known before anybody answers


def _guesses(here: Here, members: list[Member], known: Past) -> dict[str, Any]:
    def first(*roles: Role) -> str:
        return next((member.email for role in roles for member in members if member.role == role), "")

    is_enough = known.won >= LEAST_WON
    lookback = min(MOST_LOOKBACK, 30 * -(-known.cycle * CYCLES // 30)) if is_enough and known.cycle else None
    return {
        "template": "small-business" if len(members) <= 10 else "enterprise",
        "company": "", "currency": known.currency or "EUR", "zone": here.viewer.zone_name,
        "marketing": first(Role.MARKETING), "sales": first(Role.SALES_MANAGER), "sponsor": first(Role.EXECUTIVE),
        "takers": [member.email for member in members if member.role == Role.SALES_REP],
        "revenue": _rounded(known.quarter) if is_enough and known.quarter else None,
        "lookback": lookback, "begins": next_beginning(_today(here)),
    }  # fmt: skip


def _today(here: Here) -> date:
    return here.at.astimezone(here.viewer.zone).date()


def _rounded(amount: Decimal) -> int:
    """To two digits that count: a goal is a round number."""
    whole = int(amount)
    step: int = 10 ** max(0, len(str(whole)) - 2)
    return round(whole / step) * step


def _seen(here: Here, known: Past) -> str:
    """What the answers are filled in from, in a sentence."""
    if not known.won and not known.lost:
        return "No deal of the last year is known yet: import some, and figures are filled in from them."
    parts = [f"{known.won:,} deals won and {known.lost:,} lost in the last year"]
    if known.quarter:
        parts.append(f"{money(known.quarter, known.currency)} won in an average quarter")
    if known.cycle is not None:
        parts.append(f"8 of 10 won deals closed within {known.cycle:,} days")
    parts.append(f"{known.people:,} new people a month")
    few = "" if known.won >= LEAST_WON else f" Fewer than {LEAST_WON} won deals say nothing of an average: its answers are left to you."
    return f"Filled in from your records: {'; '.join(parts)}.{few}"
