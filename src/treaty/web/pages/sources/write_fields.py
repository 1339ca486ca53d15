"""What may be written into a system: which of its fields takes which value, and who is master of it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from treaty.agreement.queries import all_in_force, signed_of
from treaty.connectors.models import Connection
from treaty.connectors.writes.allowed import CannotWrite, allow, allowed_of, writer_of
from treaty.connectors.writes.rules import ANSWERS, CHOSEN, KINDS, SHARED, Allowed, options_of
from treaty.team.models import Role
from treaty.web.figures import words
from treaty.web.forms import Form
from treaty.web.here import Here, extra, page
from treaty.web.pages.sources.writes import connection_of, crumbs, home_of
from treaty.web.pieces import Link
from treaty.web.replies import go, sentence, tell
from treaty.web.rights import only

NOTHING, SAME_NAME = "", "the option of the same name"


class Allow(Form):
    """The allow-list: for each value the system's own field, for the choices of a field which one stands for what."""

    on = forms.BooleanField(label="Write into this system", required=False)
    brief = forms.BooleanField(label="Leave the brief at each handoff, as a note or task", required=False)

    def __init__(
        self, connection: Connection, allowed: Allowed, values: Mapping[str, list[str]], data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data)
        self.connection, self.values = connection, values
        writer = writer_of(connection)
        self.targets = dict(writer.targets) if writer else {}
        self.fields["on"].initial, self.fields["brief"].initial = allowed.is_on, allowed.brief
        if writer is None or writer.notes is None:
            del self.fields["brief"]
        for kind, said in KINDS.items():
            for target in self.targets:
                self._add_field(kind, target, said, allowed)
            if kind in SHARED:
                label = f"{connection.source.name} is the master of the {kind}: nothing is written over it"
                self.fields[f"master-{kind}"] = forms.BooleanField(label=label, required=False, initial=kind in allowed.theirs)

    def _add_field(self, kind: str, target: str, said: str, allowed: Allowed) -> None:
        properties = [one for one in self.connection.known.get("properties", {}).get(target, ()) if not one.get("read_only")]
        named = sorted(((one["name"], f"{one['label']} ({one['name']})") for one in properties), key=lambda choice: choice[1].lower())
        choices = [(NOTHING, "not written"), *named]
        chosen = allowed.fields.get(kind, {}).get(target, NOTHING)
        label = f"{said} into a field of {self.targets[target]}"
        self.fields[f"field-{kind}-{target}"] = forms.ChoiceField(label=label, choices=choices, required=False, initial=chosen)
        options = options_of(self.connection.known, target, chosen) if chosen and kind in CHOSEN else []
        offered = [(NOTHING, SAME_NAME), *((one["value"], one["label"]) for one in options)]
        for value in self.values[kind] if options else ():
            self.fields[f"option-{kind}-{target}-{value}"] = forms.ChoiceField(
                label=f"{said} “{words(value)}” is", choices=offered, required=False,
                initial=allowed.options.get(kind, {}).get(target, {}).get(value, NOTHING),
            )  # fmt: skip

    def kept(self) -> dict[str, Any]:
        """As `Allowed.of` reads it."""
        told: dict[str, Any] = {"on": self.cleaned_data["on"], "brief": self.cleaned_data.get("brief", False), "fields": {}, "options": {}}
        for name, value in self.cleaned_data.items():
            part, *path = name.split("-", 3)
            if part == "field" and value:
                told["fields"].setdefault(path[0], {})[path[1]] = value
            elif part == "option" and value:
                told["options"].setdefault(path[0], {}).setdefault(path[1], {})[path[2]] = value
        return told

    def theirs(self) -> dict[str, bool]:
        return {kind: self.cleaned_data[f"master-{kind}"] for kind in SHARED}


@require_http_methods(["GET", "POST"])
@page
@only(Role.REVOPS)
def fields(here: Here, key: str) -> HttpResponseBase:
    connection = connection_of(key)
    form = Allow(connection, allowed_of(connection), _values(here), here.request.POST or None)
    if here.request.method == "POST" and form.is_valid():
        try:
            allow(connection, form.kept(), form.theirs(), at=here.at, by=here.member)
        except CannotWrite as problem:
            form.add_error(None, sentence(problem))
        else:
            tell(here, f"Kept. {'What changes from now on is written.' if form.cleaned_data['on'] else 'Nothing is written.'}")
            return go(here, home_of(connection))
    context = extra(
        here, title=f"What may be written into {connection.source.name}", form=form, button="Save", crumbs=crumbs(connection, "Choose"),
        cancel=Link("Cancel", home_of(connection)),
    )  # fmt: skip
    return render(here.request, "treaty/form.html", context, status=422 if form.errors else 200)


def _values(here: Here) -> dict[str, list[str]]:
    """Our values that an option may stand for, of all agreements in force."""
    stages: dict[str, None] = {}
    reasons: dict[str, None] = {}
    for held in all_in_force(here.at):
        terms = signed_of(held.version).terms
        stages |= dict.fromkeys(terms.stages)
        reasons |= dict.fromkeys(reason.id for reason in terms.reasons.rejected)
    return {kind: [] for kind in KINDS} | {"stage": list(stages), "reason": list(reasons), "disposition": list(ANSWERS)}
