"""What marketing writes before a campaign begins."""

from collections.abc import Mapping
from typing import Any

from django import forms

from treaty.agreement.terms import Terms
from treaty.agreement.vocabulary import MODELS
from treaty.attribution.plans import METRICS, OTHERS, Draft
from treaty.funnel.told import Origin
from treaty.web.formats import capital
from treaty.web.pages.leads.forms import Named, lines


class Plan(Named):
    """The plan of one campaign. Amounts are in the agreement's currency; what is not asked is taken from the agreement."""

    anchor = "plan"
    campaign = forms.CharField(max_length=120, widget=forms.HiddenInput)
    goal = lines("What is it for?", help_text="In a sentence, as both teams would say it")
    audience = lines("Whom is it to reach?")
    metric = forms.ChoiceField(label="What is counted", choices=[(name, capital(says)) for name, says in METRICS.items()])
    expected = forms.DecimalField(label="How much is expected", min_value=0, max_digits=18, decimal_places=2)
    starts_on = forms.DateField(label="Counted from", widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label="Counted to", widget=forms.DateInput(attrs={"type": "date"}))
    model = forms.ChoiceField(label="Model of credit", required=False)

    def __init__(self, terms: Terms | None, one: Origin | None, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=_initial(one))
        self.fields["goal"].widget.attrs["maxlength"] = self.fields["audience"].widget.attrs["maxlength"] = 500
        for name in ("goal", "audience"):
            self.fields[name].max_length = 500  # type: ignore[attr-defined]  # a text field has it
        agreed = terms.attribution.model if terms and terms.attribution else ""
        model = self.fields["model"]
        assert isinstance(model, forms.ChoiceField)  # noqa: S101 - for the type checker
        model.choices = [("", f"As agreed: {MODELS.get(agreed, agreed)}"), *((name, MODELS[name]) for name in OTHERS if name != agreed)]
        self.fields["expected"].help_text = f"An amount in {terms.currency}, or a number of leads" if terms else ""

    @property
    def draft(self) -> Draft:
        """What was written, once it is sound."""
        names = ("campaign", "goal", "audience", "metric", "expected", "starts_on", "ends_on", "model")
        return Draft(**{name: self.cleaned_data[name] for name in names})


def _initial(one: Origin | None) -> dict[str, Any]:
    if one is None:
        return {}
    days = {"starts_on": one.starts_on.isoformat() if one.starts_on else "", "ends_on": one.ends_on.isoformat() if one.ends_on else ""}
    return {"campaign": one.slug, **days}
