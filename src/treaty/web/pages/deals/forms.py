"""What the owner of a deal fills in."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from treaty.feedback.rules import words
from treaty.truth.models import Opportunity, Person
from treaty.web.pages.leads.forms import Named, line, named


class Stage(Named):
    anchor = "stage"
    stage = line("Stage", most=100, help_text="As your team names its stages; every stage it had is kept")

    def __init__(self, deal: Opportunity, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"stage": deal.stage})


class Amount(Named):
    anchor = "amount"
    amount = forms.DecimalField(label="Amount", min_value=0, max_digits=18, decimal_places=4)

    def __init__(self, deal: Opportunity, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"amount": f"{deal.amount.normalize():f}" if deal.amount is not None else ""})
        self.fields["amount"].help_text = (
            f"In {deal.currency}; every amount it had is kept" if deal.currency else "Every amount it had is kept"
        )


class Role(Named):
    """people: those of the group, whoever could be in it."""

    anchor = "role"
    person = forms.ChoiceField(label="Who")
    role = forms.ChoiceField(label="Their part", required=False)

    def __init__(self, people: Iterable[Person], roles: Iterable[str], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        choices = {
            "person": [("", "Choose"), *((one.key, named(one)) for one in people)],
            "role": [("", "None"), *((role, words(role)) for role in roles)],
        }
        for name, listed in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = listed


class Closing(Named):
    """reasons: the agreement's; where it lists none, a reason is said in free words, or not."""

    def __init__(self, reasons: Iterable[str], data: Mapping[str, Any] | None = None, *, is_asked: bool) -> None:
        super().__init__(data)
        listed = [(reason, words(reason)) for reason in reasons]
        if listed:
            self.fields["reason"] = forms.ChoiceField(label="Why", choices=[("", "Choose"), *listed], required=is_asked)
        else:
            self.fields["reason"] = line("Why", most=64, required=is_asked)


class Won(Closing):
    anchor = "won"


class Lost(Closing):
    anchor = "lost"

    def __init__(self, reasons: Iterable[str], data: Mapping[str, Any] | None = None, *, is_asked: bool) -> None:
        super().__init__(reasons, data, is_asked=is_asked)
        self.fields["note"] = line("What was said", most=500, required=False)
