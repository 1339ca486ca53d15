"""What a rep's statuses in their own system mean here: contacted, accepted, rejected, recycled."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from treaty.agreement.queries import all_in_force, signed_of
from treaty.connectors.connections import terms_of
from treaty.connectors.models import Connection
from treaty.connectors.statuses import ACTIVITY, FIELDS, NOTHING, NoMeaning, choose, meanings_of
from treaty.connectors.vendors.known import WRITERS
from treaty.connectors.writes.rules import options_of
from treaty.team.models import Role
from treaty.truth.models import Activity, Fact
from treaty.web.figures import words
from treaty.web.forms import Form
from treaty.web.here import Here, extra, page
from treaty.web.pieces import Link
from treaty.web.replies import go, sentence, tell
from treaty.web.rights import only

MOST = 40
"""Values of one field; more are no statuses."""
MEANS = (
    ("", "nothing"), ("contacted", "contacted: stops the clock of the first contact"), ("accepted", "accepted"),
    ("recycled", "recycled: not now"), ("rejected", "rejected: the reason is asked for"),
)  # fmt: skip
KINDS = (("", "a contact"), (NOTHING, "a note: it stops no clock"))


class Statuses(Form):
    """One choice for each status. values: by field, (value, label); reasons: the agreement's, by id"""

    def __init__(
        self, values: Mapping[str, Mapping[str, str]], chosen: Mapping[str, Mapping[str, str]], reasons: list[str], data: Any = None
    ) -> None:
        super().__init__(data)
        self.values = values
        choices = [*MEANS, *((f"rejected:{reason}", f"rejected: {words(reason)}") for reason in reasons)]
        for field, labels in values.items():
            for place, (value, label) in enumerate(labels.items()):
                is_kind = field == ACTIVITY
                self.fields[f"{field}-{place}"] = forms.ChoiceField(
                    label=f"A logged {label} is" if is_kind else f"{FIELDS[field]} “{label}” means",
                    choices=KINDS if is_kind else choices,
                    required=False,
                    initial=chosen.get(field, {}).get(value, ""),
                )

    def chosen(self) -> dict[str, dict[str, str]]:
        return {
            field: {value: said for place, value in enumerate(labels) if (said := self.cleaned_data[f"{field}-{place}"])}
            for field, labels in self.values.items()
        }


@require_http_methods(["GET", "POST"])
@page
@only(Role.REVOPS)
def statuses(here: Here, key: str) -> HttpResponseBase:
    connection = Connection.objects.select_related("source").filter(source__key=key).first()
    if connection is None:
        raise Http404
    form = Statuses(_values(connection), meanings_of(connection), _reasons(here), here.request.POST or None)
    if here.request.method == "POST" and form.is_valid():
        try:
            choose(connection, form.chosen(), at=here.at, by=here.member)
        except NoMeaning as problem:
            form.add_error(None, sentence(problem))
        else:
            tell(here, "Kept. What is set there from now on is carried out as its owner’s answer.")
            return go(here, f"/sources/{key}/")
    name = connection.source.name
    context = extra(
        here, title=f"What statuses of {name} mean", form=form, button="Save", cancel=Link("Cancel", f"/sources/{key}/"),
        lede=_lede(form, name), crumbs=[Link("Sources", "/sources/"), Link(name, f"/sources/{key}/"), Link("Statuses", "")],
    )  # fmt: skip
    return render(here.request, "treaty/form.html", context, status=422 if form.errors else 200)


def _lede(form: Statuses, name: str) -> str:
    if not form.fields:
        return f"{name} names no statuses of people yet: read it first, or let a field of it be the lead status."
    return (
        "A status that is set there counts as the answer of the lead’s owner, at the moment it was set. "
        "Calls, e-mails and meetings that are logged there are contacts by themselves, unless a kind is only a note."
    )


def _values(connection: Connection) -> dict[str, dict[str, str]]:
    """By field, what it may be there: its options, or what was seen; and what was chosen before."""
    chosen, fields, writer = meanings_of(connection), terms_of(connection).fields, WRITERS.get(connection.vendor)
    by = "label" if writer is not None and writer.reads_labels else "value"
    found: dict[str, dict[str, str]] = {}
    for field in FIELDS:
        options: dict[str, str] = {}
        for target, names in fields.items():
            if field in names:
                options |= {str(one[by]): str(one["label"]) for one in options_of(connection.known, target, names[field])}
        if not options:
            seen = Fact.objects.filter(subject="person", field=field, source=connection.source_id).order_by("text")
            options = {text: text for text in seen.values_list("text", flat=True).distinct()[:MOST] if text}
        options |= {value: value for value in chosen.get(field, {}) if value not in options}
        if options:  # what was chosen stays, however many there are
            found[field] = dict(list(options.items())[:MOST]) | {value: options[value] for value in chosen.get(field, {})}
    kinds = Activity.objects.filter(source=connection.source_id).exclude(kind="note").order_by("kind").values_list("kind", flat=True)
    if known := {kind: kind for kind in [*kinds.distinct()[:MOST], *chosen.get(ACTIVITY, {})]}:
        found[ACTIVITY] = known
    return found


def _reasons(here: Here) -> list[str]:
    return list(dict.fromkeys(reason.id for held in all_in_force(here.at) for reason in signed_of(held.version).terms.reasons.rejected))
