"""What a lead's owner fills in. Each form stands alone on the page; what was typed stays when it is refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from treaty.agreement.terms import Terms
from treaty.agreement.vocabulary import BUYING_ROLES
from treaty.feedback.rules import words as capitalized
from treaty.truth.models import Lead, Person
from treaty.web.forms import Form

KINDS = (("call", "A call"), ("email", "An e-mail"), ("message", "A message"), ("meeting", "A meeting"))
OUTCOMES = (
    ("", "Not said"), ("no_answer", "No answer"), ("voicemail", "Left a message"), ("connected", "Spoke with them"),
    ("replied", "They replied"), ("booked", "A meeting is booked"), ("held", "A meeting was held"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """Something to do on the page of a record: its anchor, what it is called, where it posts, its form."""

    anchor: str
    title: str
    href: str
    form: forms.Form
    button: str
    note: str = ""
    is_open: bool = False


class Named(Form):
    """A form whose fields have ids of their own, so that several stand on one page."""

    anchor = ""

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, auto_id=f"{self.anchor}-%s", **more)


def line(label: str, *, most: int = 200, required: bool = True, help_text: str = "", **attrs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, max_length=most, required=required, help_text=help_text, widget=widget)


def lines(label: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=4000, required=required, help_text=help_text, widget=widget)


class Contact(Named):
    anchor = "contact"
    kind = forms.ChoiceField(label="What", choices=KINDS)
    outcome = forms.ChoiceField(label="How it ended", choices=OUTCOMES, required=False)
    text = lines("What was said", required=False)


class Heard(Named):
    anchor = "objection"
    text = lines("In the buyer's words")
    theme = line("Theme", most=64, required=False, help_text="One or two words that both teams use, such as price or security")


class Note(Named):
    anchor = "note"
    text = lines("Worth remembering", help_text="A note reaches nobody and stops no clock")


class Dispute(Named):
    anchor = "dispute"
    says = lines("Why a second look is worth it", help_text="Both views stand side by side in the next weekly sync")


class Move(Named):
    """to: the stages the agreed graph leads to; a reason of the agreement where the lead leaves sales' care."""

    anchor = "move"
    to = forms.ChoiceField(label="To")
    reason = forms.ChoiceField(label="Reason of the agreement", required=False)
    note = line("Why, in a sentence", most=500)

    def __init__(self, terms: Terms, targets: Iterable[str], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        choices = [(reason.id, capitalized(reason.id)) for reason in terms.reasons.rejected]
        self._choices("to", [(name, capitalized(name)) for name in targets])
        self._choices("reason", [("", "None of them"), *choices])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = choices


class Qualify(Named):
    """One field for each answer the agreement wants captured, as `answer.budget`; known ones are filled in."""

    anchor = "qualify"

    def __init__(self, captured: Iterable[str], known: Mapping[str, str], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        for name in captured:
            self.fields[f"answer.{name}"] = line(capitalized(name), most=500, required=False)
            self.fields[f"answer.{name}"].initial = known.get(name, "")


class OpenDeal(Named):
    """A deal from a lead. The economic buyer is chosen from the people of the account."""

    anchor = "opportunity"
    name = line("Name")
    amount = forms.DecimalField(label="Amount", min_value=0, max_digits=18, decimal_places=4)
    currency = forms.ChoiceField(label="Currency")
    close_on = forms.DateField(label="Expected to close on", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    product = line("Product", most=120, required=False)
    economic_buyer = forms.ChoiceField(label=BUYING_ROLES["economic_buyer"].capitalize(), required=False)

    def __init__(self, lead: Lead, terms: Terms, people: Iterable[Person], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"name": str(lead.person.account or lead.person), "currency": terms.currency})
        choices = {"currency": [(code, code) for code in dict.fromkeys([terms.currency, *terms.rates])]}
        choices["economic_buyer"] = [("", "Not known yet"), *((person.key, named(person)) for person in people)]
        for name, listed in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = listed


def named(person: Person) -> str:
    """`Dr. Ralf Kessler, managing director`."""
    return ", ".join(word for word in (str(person), person.title) if word)
