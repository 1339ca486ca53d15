"""Which of a system's fields and stages mean what here, and who is believed: seen on real records before it is saved."""

from collections.abc import Mapping

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treaty.connectors import mapping as choices
from treaty.connectors.mapping import BadMapping, Change, Chosen
from treaty.connectors.models import Connection
from treaty.connectors.previewing import NoPreview, preview
from treaty.connectors.queries import records_in
from treaty.connectors.vendors.known import VENDORS
from treaty.jobs.clock import now
from treaty.team.models import Role
from treaty.truth.models import Lead, SystemRecord
from treaty.web import formats
from treaty.web.here import Here, extra, page
from treaty.web.pages.sources.mapping_form import fields_of, masters_of, sent_in, stages_in
from treaty.web.pages.sources.mapping_words import odd_values, preview_table, says
from treaty.web.pieces import Column, Faint, Link, Row, Table
from treaty.web.replies import go, sentence, tell, warn
from treaty.web.rights import BRING_DATA, is_steward, only

SHOWN = 100
"""Records on one page."""
MOST_BYTES = 1_000_000


def _connection(key: str) -> Connection:
    found = Connection.objects.select_related("source").filter(source__key=key).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@page
@only(*BRING_DATA)
def mapping(here: Here, key: str) -> HttpResponseBase:
    """The choice as it stands; sent with `do=preview`, what it would change; with `do=save` it stands from now on."""
    connection = _connection(key)
    if here.request.method != "POST":
        return _shown(here, connection, choices.chosen_of(connection))
    if not is_steward(here.member):
        return _shown(here, connection, choices.chosen_of(connection), problem="Only RevOps may change it.", status=403)
    wanted = sent_in(connection, here.request.POST)
    if here.request.POST.get("do") != "save":
        return _looked_at(here, connection, wanted)
    try:
        changed = choices.keep(connection, wanted, at=here.at, by=here.member)
    except BadMapping as problem:
        return _shown(here, connection, wanted, problem=sentence(problem), status=422)
    _tell(here, connection, changed)
    return go(here, f"/sources/{key}/mapping/")


def _tell(here: Here, connection: Connection, changed: list[Change]) -> None:
    again = choices.streams_of(connection, changed)
    says = f"{len(changed)} {'choice is' if len(changed) == 1 else 'choices are'} saved." if changed else "Nothing was changed."
    reads = f" Read again from the beginning: {', '.join(again)}." if again else ""
    tell(here, says + reads, undo=f"/sources/{connection.key}/mapping/undo/" if changed else "")


@require_POST
@page
@only(Role.REVOPS)
def undo(here: Here, key: str) -> HttpResponseBase:
    """What stood before, again."""
    connection = _connection(key)
    try:
        _tell(here, connection, choices.put_back(connection, at=here.at, by=here.member))
    except BadMapping as problem:
        warn(here, sentence(problem))
    return go(here, f"/sources/{key}/mapping/")


@require_http_methods(["GET", "POST"])
@page
@only(Role.REVOPS)
def file(here: Here, key: str) -> HttpResponseBase:
    """The choice as a file; a file that is sent is shown as it would be, and saved by the page."""
    connection = _connection(key)
    if here.request.method != "POST":
        response = HttpResponse(choices.as_file(connection), content_type="application/json; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{connection.vendor}-mapping.json"'
        return response
    sent = here.request.FILES.get("file")
    try:
        if sent is None or isinstance(sent, list) or (sent.size or 0) > MOST_BYTES:
            raise BadMapping("no file came, or one of more than a megabyte: choose one that was downloaded from such a page")
        wanted = choices.of_file(connection, sent.read(), here.at)
    except BadMapping as problem:
        return _shown(here, connection, choices.chosen_of(connection), problem=sentence(problem), status=422)
    return _looked_at(here, connection, wanted)


def _looked_at(here: Here, connection: Connection, wanted: Chosen) -> HttpResponseBase:
    """The page with what a choice would change, on real records."""
    try:
        wanted = choices.check(connection, wanted, here.at)
    except BadMapping as refused:
        return _shown(here, connection, wanted, problem=sentence(refused), status=422)
    changed = choices.changes(choices.chosen_of(connection), wanted)
    try:
        rows, problem = preview_table(preview(connection, wanted, clock=now)), ""
    except NoPreview as none:
        rows, problem = None, sentence(none)
    return _shown(here, connection, wanted, problem=problem, changed=changed, rows=rows)


def _shown(
    here: Here,
    connection: Connection,
    chosen: Chosen,
    *,
    problem: str = "",
    changed: list[Change] | None = None,
    rows: Table | None = None,
    status: int = 200,
) -> HttpResponseBase:
    before = choices.before_of(connection) if is_steward(here.member) else None
    back = choices.changes(choices.chosen_of(connection), before) if before else []
    name = connection.source.name
    context = extra(
        here, title="Fields and stages", eyebrow=name, crumbs=[Link("Sources", "/sources/"), Link(name, f"/sources/{connection.key}/"),
        Link("Fields and stages", "")], key=connection.key, problem=problem, may_change=is_steward(here.member),
        parts=[*fields_of(connection, chosen), *stages_in(here, connection, chosen), *masters_of(connection, chosen)],
        currency=chosen.currency, has_currency=any("currency" in one.mapped for one in VENDORS[connection.vendor].streams),
        changed=None if changed is None else [says(connection, one) for one in changed], rows=rows,
        again=choices.streams_of(connection, changed or []), back=[says(connection, one) for one in back],
        odd=odd_values(here, connection), vendor=VENDORS[connection.vendor].label,
    )  # fmt: skip
    return render(here.request, "treaty/mapping.html", context, status=status)


@require_GET
@page
@only(*BRING_DATA)
def records(here: Here, key: str) -> HttpResponseBase:
    """`?kind=opportunity&stage=777`: the records that stand in a stage, with what is known of each here."""
    connection = _connection(key)
    kind, stage = here.request.GET.get("kind", ""), here.request.GET.get("stage", "")
    if kind not in choices.STAGED:
        raise Http404
    found = records_in(connection, kind, stage).select_related("person", "opportunity").order_by("-changed_at", "-id")
    n, rows = found.count(), list(found[:SHOWN])
    leads = dict(
        Lead.objects.filter(person__in=[one.person_id for one in rows if one.person_id]).order_by("opened_at").values_list("person", "key")
    )
    columns = [Column("Record"), Column("Its id there"), Column("Changed there", is_short=True)]
    table = Table(columns=columns, rows=[_record(here, one, leads) for one in rows], caption="Records in the stage")
    crumbs = [
        Link("Sources", "/sources/"), Link(connection.source.name, f"/sources/{key}/"),
        Link("Fields and stages", f"/sources/{key}/mapping/"), Link("Records", ""),
    ]  # fmt: skip
    more = f", the {SHOWN} that changed last" if n > SHOWN else ""
    lede = f"{formats.number(n, here.viewer.manner)} of {connection.source.name}{more}."
    return render(here.request, "treaty/mapping_records.html", extra(here, title=f"In “{stage}”", crumbs=crumbs, lede=lede, table=table))


def _record(here: Here, one: SystemRecord, leads: Mapping[int, str]) -> Row:
    name = next((str(one.said[said][0]) for said in ("name", "email") if one.said.get(said)), one.external_id)
    lead = leads.get(one.person_id or 0)
    href = f"/leads/{lead}/" if lead else ""
    if one.opportunity is not None:
        href = f"/opportunities/{one.opportunity.key}/"
    changed = formats.short(one.changed_at, here.viewer, here.at) if one.changed_at else Faint("not told")
    return Row((name, one.external_id, changed), href=href)
