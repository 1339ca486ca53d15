"""The form on which a system's fields and stages are chosen: its lines, and what was sent of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from treaty.connectors import mapping as choices
from treaty.connectors.mapping import Chosen
from treaty.connectors.models import Connection
from treaty.connectors.queries import Stood, stages_of
from treaty.connectors.vendors.known import VENDORS
from treaty.truth.masters import GROUPS, is_master
from treaty.truth.models import Source
from treaty.web import formats
from treaty.web.here import Here
from treaty.web.pages.sources.mapping_words import KINDS
from treaty.web.pages.sources.reconciliation import GROUP_WORDS
from treaty.web.pieces import Figure, Piece
from treaty.web.pieces.tables import Option

NOT_SAID, NONE = "", "="
"""A stage of which nothing was said, and one that is none of ours; one of ours stands behind the same sign."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the form. hidden: the name and value of a field that says which line it is."""

    words: str
    label: str
    name: str
    options: list[Option]
    note: str = ""
    figure: Piece = ""
    hidden: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A table of the form. heads: of its columns; figures: whether its lines have a count."""

    title: str
    note: str
    heads: tuple[str, ...]
    lines: list[Choice]
    has_figures: bool = False


def fields_of(connection: Connection, chosen: Chosen) -> list[Part]:
    label = VENDORS[connection.vendor].label
    return [
        Part(
            title=KINDS[kind], note=f"fields of ours, and which of {label} each is read from", heads=("Ours", f"In {label}"),
            lines=[_field(connection, kind, ours, name, chosen.fields.get(kind, {}).get(ours, name)) for ours, name in named.items()],
        )
        for kind, named in choices.usual(connection).items()
    ]  # fmt: skip


def _field(connection: Connection, kind: str, ours: str, usual: str, now_: str) -> Choice:
    listed = sorted(connection.known.get("properties", {}).get(kind, ()), key=lambda one: str(one["label"]).lower())
    options = [Option("", "not read" if usual else "not read, as usual", now_ == "")]
    options += [
        Option(
            one["name"], f"{one['label']} ({one['name']}, {one['type']}){', as usual' if one['name'] == usual else ''}", one["name"] == now_
        )
        for one in listed
    ]
    if now_ and now_ not in {one["name"] for one in listed}:
        options.append(Option(now_, f"{now_} (not among its fields)", True))
    words = formats.capital(ours.replace("_", " "))
    return Choice(words, f"{KINDS[kind]}: {words}", f"field-{kind}-{ours}", options, note="" if now_ == usual else "chosen")


def stages_in(here: Here, connection: Connection, chosen: Chosen) -> list[Part]:
    ours = choices.agreed_stages(here.at)
    found = stages_of(connection)
    listed = {(one.kind, one.value) for one in found}
    found += [
        Stood(kind, value, value, (), 0, False) for kind, pairs in chosen.stages.items() for value in pairs if (kind, value) not in listed
    ]
    says = "its stages, and the agreed stage each is" if ours else "no agreement is in force: there is no stage yet to choose"
    return [
        Part(
            title=f"Stages of {KINDS[kind].lower()}", note=says, heads=("Its stage", "Records", "Is here"),
            lines=[_stage(here, connection, number, one, ours, chosen.stages.get(kind, {})) for number, one in enumerate(of_kind)],
            has_figures=True,
        )
        for kind in ("opportunity", "person")
        if (of_kind := [one for one in found if one.kind == kind])
    ]  # fmt: skip


def _stage(here: Here, connection: Connection, number: int, one: Stood, ours: list[str], said: Mapping[str, str]) -> Choice:
    chosen = NOT_SAID if one.value not in said else f"{NONE}{said[one.value]}"
    options = [Option(NOT_SAID, "not said", chosen == NOT_SAID), Option(NONE, "none of ours", chosen == NONE)]
    options += [Option(f"{NONE}{stage}", stage.replace("_", " "), chosen == f"{NONE}{stage}") for stage in ours]
    if chosen not in {option.value for option in options}:
        options.append(Option(chosen, f"{said[one.value]} (not in the agreement)", True))
    notes = [*one.within, *([one.value] if one.value != one.label else []), *([] if one.is_named else ["not among its own"])]
    href = f"/sources/{connection.key}/mapping/records/?{_query(one)}" if one.n else ""
    return Choice(
        one.label, f"What {one.label} is here", f"is-{one.kind}-{number}", options, note=", ".join(notes),
        figure=Figure(formats.number(one.n, here.viewer.manner), href), hidden=(f"stage-{one.kind}-{number}", one.value),
    )  # fmt: skip


def _query(one: Stood) -> str:
    query = QueryDict(mutable=True)
    query.update({"kind": one.kind, "stage": one.value})
    return query.urlencode()


def masters_of(connection: Connection, chosen: Chosen) -> list[Part]:
    return [
        Part(
            title=f"Who is believed: this or {other.name}", note="where both speak of one deal; the other's word is kept and compared",
            heads=("In", "Believed is"),
            lines=[_master(connection.source, other, group, chosen.masters.get(other.key, {}).get(group, "")) for group in GROUPS],
        )
        for other in choices.others_of(connection)
    ]  # fmt: skip


def _master(source: Source, other: Source, group: str, now_: str) -> Choice:
    plain = Source(pk=source.pk, key=source.key, settings={k: v for k, v in source.settings.items() if k != "masters"})
    others = Source(pk=other.pk, key=other.key, settings={k: v for k, v in other.settings.items() if k != "masters"})
    usual = source.name if is_master(group, plain, others) else other.name
    options = [Option("", f"{usual}, as usual", now_ == "")]
    options += [Option(one.key, one.name, now_ == one.key) for one in (source, other)]
    words = formats.capital(GROUP_WORDS[group])
    return Choice(words, f"{words}: {source.name} or {other.name}", f"master-{other.key}-{group}", options)


def sent_in(connection: Connection, sent: QueryDict) -> Chosen:
    """What the form says; a field that did not come is as usual."""
    fields = {
        kind: {ours: sent.get(f"field-{kind}-{ours}", name).strip() for ours, name in named.items()}
        for kind, named in choices.usual(connection).items()
    }
    stages: dict[str, dict[str, str]] = {}
    for name in sent:
        part, _, place = name.partition("-")
        said = sent.get(f"is-{place}", NOT_SAID)
        if part == "stage" and said != NOT_SAID:
            stages.setdefault(place.partition("-")[0], {})[str(sent[name])] = said.removeprefix(NONE)
    masters = {
        other.key: {group: said for group in GROUPS if (said := sent.get(f"master-{other.key}-{group}", ""))}
        for other in choices.others_of(connection)
    }
    return Chosen(fields, stages, sent.get("currency", "").strip(), masters)
