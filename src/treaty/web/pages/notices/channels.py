"""All channels with what became of their messages; adding one."""

from collections import Counter

from django.db.models import Count
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from treaty.agreement.queries import in_force, signed_of
from treaty.journal.models import Outgoing
from treaty.notify import channels
from treaty.notify.channels import BadChannel, Wanted
from treaty.notify.models import Channel, Transport
from treaty.outward import NotReachable
from treaty.team.models import Role
from treaty.web import formats
from treaty.web.here import Here, extra, page
from treaty.web.pages.notices.forms import KINDS, NewChannel
from treaty.web.pieces import Column, Empty, Faint, Link, Piece, Row, Standing, Table
from treaty.web.replies import go, sentence, tell
from treaty.web.rights import only

SETTINGS, CHANNELS = Link("Settings", "/settings/"), Link("Channels", "/settings/channels/")
Counts = Counter[tuple[str, str]]
"""By channel and state, how many messages."""


@require_GET
@page
@only(Role.REVOPS)
def overview(here: Here) -> HttpResponseBase:
    rows = list(Channel.objects.order_by("-is_active", "id"))
    counts = _counts()
    columns = [
        Column("Channel"),
        Column("By"),
        Column("Told of"),
        *(Column(words, is_number=True) for words in ("Waiting", "Sent", "Failed")),
    ]
    adding = [Link(f"Add {_said(transport)}", f"/settings/channels/add/{transport}/") for transport in Transport]
    table = Table(
        columns=columns,
        rows=[Row(_cells(here, one, counts), href=f"/settings/channels/{one.key}/") for one in rows],
        caption="Channels",
        empty=Empty(
            title="Nobody is told anything yet",
            words="Handovers, promises that run out and wins can reach both teams where they are. Begin with one channel.",
            steps=adding,
        ),
    )
    context = extra(
        here,
        title="Channels",
        crumbs=[SETTINGS, Link("Channels", "")],
        table=table,
        adding=adding if rows else [],
        missing=_missing(here, rows),
    )
    return render(here.request, "treaty/channels.html", context)


def _said(transport: Transport) -> str:
    return {Transport.EMAIL: "e-mail", Transport.WEBHOOK: "a webhook"}.get(transport, transport.label)


def _counts() -> Counts:
    found: Counts = Counter()
    rows = Outgoing.objects.filter(door__in=Transport.values).values_list("to", "state").annotate(n=Count("id"))
    for to, state, n in rows:
        found[to.partition(":")[0], state] += n
    return found


def _cells(here: Here, one: Channel, counts: Counts) -> tuple[Piece, ...]:
    told: Piece = formats.capital(formats.listing([KINDS[kind].lower() for kind in KINDS if kind in one.kinds])) if one.has_place else ""
    if not one.is_active:
        told = Standing("", "switched off")
    numbers = [counts[one.key, "waiting"] + counts[one.key, "sending"], counts[one.key, "sent"], counts[one.key, "dead"]]
    shown = [formats.number(n, here.viewer.manner) for n in numbers]
    return (one.name, one.get_transport_display(), told or Faint("members one by one"), *shown)


def _missing(here: Here, rows: list[Channel]) -> str:
    """The channel that the agreement names, while there is none of that name."""
    current = in_force(here.at)
    agreed = signed_of(current.version).terms.notices if current else None
    if agreed is None or any(one.is_active and (one.transport, one.name) == (agreed.transport, agreed.to) for one in rows):
        return ""
    return f"The agreement tells both teams in {agreed.to} by {Transport(agreed.transport).label}: add a channel of that name."


@require_http_methods(["GET", "POST"])
@page
@only(Role.REVOPS)
def add(here: Here, transport: str) -> HttpResponseBase:
    """Secrets that were refused are asked for again; what else was written stays."""
    if transport not in Transport.values:
        raise Http404
    form, by = NewChannel(transport, here.request.POST or None), _said(Transport(transport))
    if here.request.method == "POST" and form.is_valid():
        wanted = Wanted(
            name=form.cleaned_data["name"], transport=transport, to=form.cleaned_data.get("to", ""), secrets=form.secrets, **form.wanted
        )
        try:
            made = channels.add(wanted, by=here.member, at=here.at)
        except (BadChannel, NotReachable) as problem:
            form.add_error(None, sentence(problem))
        else:
            tell(here, f"{made.name} is added. Send a test, to see whether it arrives.")
            return go(here, f"/settings/channels/{made.key}/")
    context = extra(
        here,
        title=f"Add {by}",
        form=form,
        button="Add it",
        cancel=Link("Cancel", CHANNELS.href),
        crumbs=[SETTINGS, CHANNELS, Link(f"Add {by}", "")],
    )
    return render(here.request, "treaty/form.html", context, status=422 if form.errors else 200)
