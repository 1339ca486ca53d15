"""What is asked about a member. The same words on every page that asks."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError

from treaty.team import roster
from treaty.team.models import AbsenceKind, Member, Role
from treaty.web.forms import Form

T = TypeVar("T")
ROLES = {
    Role.MARKETING: "Marketing", Role.SALES_REP: "Sales, takes leads", Role.SALES_MANAGER: "Heads sales",
    Role.REVOPS: "RevOps, keeps it running", Role.EXECUTIVE: "Executive, looks",
}  # fmt: skip


def zones() -> list[str]:
    """Names to choose from, the places people live in."""
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix", "right", "SystemV")))


def _said(read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except (ValueError, OSError, LookupError) as problem:
        raise ValidationError(str(problem)) from None


def read_zone(text: str) -> str:
    """Raises ValueError."""
    try:
        return ZoneInfo(text).key if text else ""
    except (ValueError, OSError, LookupError):
        raise ValueError(f"{text[:40]!r} is no time zone: write it like Europe/Berlin") from None


def read_country(text: str) -> str:
    if text and not (len(text) == 2 and text.isascii() and text.isalpha()):
        raise ValueError(f"{text[:20]!r} is no country: write two letters, such as DE")
    return text.upper()


class About(Form):
    """What a member may say of themselves."""

    name = forms.CharField(label="Name", max_length=120)
    zone = forms.CharField(
        label="Time zone", max_length=60, required=False, widget=forms.TextInput(attrs={"list": "zones", "placeholder": "Europe/Berlin"}),
        help_text="Working hours, and the times pages show, are in it.",
    )  # fmt: skip
    languages = forms.CharField(
        label="Languages", max_length=100, required=False, widget=forms.TextInput(attrs={"placeholder": "de, en"}),
        help_text="Codes such as de, en: leads can be given to who speaks theirs.",
    )  # fmt: skip

    def clean_zone(self) -> str:
        return _said(read_zone, self.cleaned_data["zone"].strip())

    def clean_languages(self) -> list[str]:
        return _said(roster.read_languages, self.cleaned_data["languages"])


class Post(Form):
    """What RevOps says of a member: their place in the team."""

    role = forms.ChoiceField(label="Role", choices=list(ROLES.items()))
    manager = forms.ModelChoiceField(
        label="Manager", queryset=Member.objects.none(), required=False, empty_label="Nobody", to_field_name="key"
    )
    country = forms.CharField(label="Country", max_length=2, required=False, help_text="Two letters; public holidays are its.")
    region = forms.CharField(label="Region", max_length=10, required=False, help_text="Where holidays differ within the country: BY, CA.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        managers = self.fields["manager"]
        assert isinstance(managers, forms.ModelChoiceField)  # noqa: S101  # declared above
        managers.queryset = Member.objects.filter(is_active=True).order_by("name")

    def clean_country(self) -> str:
        return _said(read_country, self.cleaned_data["country"].strip())


class Change(About, Post):
    field_order = ("name", "role", "manager", "zone", "country", "region", "languages", "capacity", "max_open")
    capacity = forms.IntegerField(label="Weight of their turns", min_value=1, max_value=100, help_text="2 takes twice as many leads as 1.")
    max_open = forms.IntegerField(
        label="Open leads at most",
        min_value=1,
        max_value=100_000,
        required=False,
        help_text="Empty: no limit. At the limit they are passed over.",
    )


class New(About, Post):
    email = forms.EmailField(label="E-mail", help_text="They sign in with it; owners in imported files are recognised by it.")
    field_order = ("email", "name", "role", "manager", "zone", "country", "region", "languages")


class Away(Form):
    kind = forms.ChoiceField(
        label="What",
        choices=[
            (AbsenceKind.ABSENT, "Away: unanswered leads go to the next in turn"),
            (AbsenceKind.PAUSED, "Paused: keeps their leads, takes no new ones"),
        ],
    )
    first_on = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    back_on = forms.DateField(
        label="Back on", required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="Empty: until it is ended."
    )
    note = forms.CharField(label="Note", max_length=200, required=False)


def initial_of(member: Member) -> dict[str, Any]:
    """The form as it stands before anything is changed."""
    names = ("name", "zone", "role", "country", "region", "capacity", "max_open")
    return {**{name: getattr(member, name) for name in names}, "manager": member.manager, "languages": ", ".join(member.languages)}


def away_form(today: date) -> Away:
    return Away(initial={"kind": AbsenceKind.ABSENT, "first_on": today})
