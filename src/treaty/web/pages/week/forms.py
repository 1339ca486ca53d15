"""What a meeting writes down: a decision, or an action with its day."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from treaty.rhythm.models import Resolution
from treaty.team.models import Member
from treaty.web.pages.leads.forms import Act, Named, line

KIND = Resolution.Kind
SENTENCE = "Say in a sentence what was decided, in up to 500 characters."
SOMEBODY = "Choose who takes it on: somebody who signs in here."
WHEN = "An action needs a date: by when is it done?"
ASKED = {KIND.DECISION: ("Add a decision", "What was decided?"), KIND.ACTION: ("Add an action", "What is to be done?")}


class Resolve(Named):
    """What, who, by when. kind: an action needs a day, a decision may have one."""

    text = line("", most=500)
    owner = forms.ModelChoiceField(Member.objects.none(), label="Who takes it on?", to_field_name="key", empty_label="")
    due_on = forms.DateField(label="By when?", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, kind: Resolution.Kind, data: Mapping[str, Any] | None = None, *, due_on: date | None = None) -> None:
        self.anchor = str(kind)
        super().__init__(data, initial={"due_on": due_on.isoformat() if due_on else ""})
        text, owner, when = (self.fields[name] for name in ("text", "owner", "due_on"))
        assert isinstance(owner, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        text.label, when.required = ASKED[kind][1], kind == KIND.ACTION
        owner.queryset = Member.objects.filter(is_active=True).order_by("name")
        text.error_messages |= {"required": SENTENCE, "max_length": SENTENCE}
        owner.error_messages |= {"required": SOMEBODY, "invalid_choice": SOMEBODY}
        when.error_messages |= {"required": WHEN, "invalid": "Write the day as 2026-03-31."}


def adding(kind: Resolution.Kind, due_on: date | None, bound: Resolve | None) -> Act:
    """What adds one to the list. due_on: the day that is proposed. bound: a form that was refused, open with what was typed."""
    is_open = bound is not None and bound.anchor == kind
    form = bound if bound is not None and is_open else Resolve(kind, due_on=due_on)
    return Act(str(kind), ASKED[kind][0], "/week/resolutions/#decisions", form, "Keep it", is_open=is_open)
