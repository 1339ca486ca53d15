"""One channel: what it tells, what was sent, what waits, what could not be delivered and why, and trying again."""

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from treaty.config import config
from treaty.journal import outbox
from treaty.journal.models import Outgoing
from treaty.keys import new_key
from treaty.notify import channels
from treaty.notify.channels import BadChannel
from treaty.notify.directory import Directory
from treaty.notify.models import Channel, Transport
from treaty.sealed import CannotOpen, unseal
from treaty.team.models import Member, Role
from treaty.web import formats
from treaty.web.here import Here, extra, page
from treaty.web.pages.notices.channels import CHANNELS, SETTINGS
from treaty.web.pages.notices.forms import KINDS, Told, digest_of
from treaty.web.pieces import Column, Faint, Link, Piece, Row, Standing, Table
from treaty.web.replies import go, sentence, tell, warn
from treaty.web.rights import only

SHOWN = 100
STANDS = {
    Outgoing.State.WAITING: ("soon", "waits"),
    Outgoing.State.SENDING: ("running", "on its way"),
    Outgoing.State.SENT: ("kept", "sent"),
    Outgoing.State.DEAD: ("late", "not delivered"),
    Outgoing.State.CANCELLED: ("", "not needed any more"),
}


def channel_of(key: str) -> Channel:
    found = Channel.objects.filter(key=key).first()
    if found is None:
        raise Http404
    return found


def living(key: str) -> Channel:
    """One that is switched on; of others there is nothing to change."""
    found = channel_of(key)
    if not found.is_active:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@page
@only(Role.REVOPS)
def one(here: Here, key: str) -> HttpResponseBase:
    """Its page; POST changes what it tells."""
    channel = living(key) if here.request.method == "POST" else channel_of(key)
    if here.request.method != "POST":
        return _page(here, channel, Told(kinds=channel.kinds, initial={**digest_of(channel), "quiet": channel.quiet}))
    form = Told(here.request.POST)
    if form.is_valid():
        try:
            changed = channels.change(channel, form.wanted, by=here.member, at=here.at)
        except BadChannel as problem:
            form.add_error("quiet", sentence(problem))
        else:
            tell(here, f"{channel.name} is changed." if changed else "Nothing was changed.")
            return go(here, f"/settings/channels/{key}/")
    return _page(here, channel, form, status=422)


def _page(here: Here, channel: Channel, form: Told, status: int = 200) -> HttpResponseBase:
    rows = channels.sent_by(channel).select_related("by").order_by("-id")
    context = extra(
        here, title=channel.name, eyebrow=f"{channel.get_transport_display()}, {'on' if channel.is_active else 'switched off'}",
        crumbs=[SETTINGS, CHANNELS, Link(channel.name, "")], channel=channel, form=form, sent=_table(here, list(rows[:SHOWN])),
        n_dead=rows.filter(state=Outgoing.State.DEAD).count(), secret=_secret(channel), is_slack=channel.transport == Transport.SLACK,
        agreed_quiet=_agreed_quiet(here, channel), answers_at=f"{config().address.rstrip('/')}/slack/actions/",
    )  # fmt: skip
    return render(here.request, "treaty/channel.html", context, status=status)


def _agreed_quiet(here: Here, channel: Channel) -> str:
    """The quiet hours that both sides signed for this channel; they hold whatever else is written."""
    directory = Directory(here.at)
    return directory.agreed_quiet if directory.is_agreed(channel) else ""


def _secret(channel: Channel) -> str:
    """What the receiver of a webhook checks signatures with; it has to be told once."""
    if channel.transport != Transport.WEBHOOK or not channel.is_active:
        return ""
    try:
        return str(unseal(channel.secrets)["secrets"][0])
    except CannotOpen as problem:
        return str(problem)


def _table(here: Here, rows: list[Outgoing]) -> Table | None:
    columns = [
        Column("What"),
        Column("To"),
        Column("Standing"),
        Column("When", is_short=True),
        Column("Tries", is_number=True),
        Column("Why"),
    ]
    names = dict(Member.objects.filter(key__in=[row.to.partition(":")[2] for row in rows]).values_list("key", "name"))
    shown = [Row(_cells(here, row, names), key=row.key if row.state == Outgoing.State.DEAD else "") for row in rows]
    return Table(columns=columns, rows=shown, caption="What was sent and what waits") if rows else None


def _cells(here: Here, row: Outgoing, names: dict[str, str]) -> tuple[Piece, ...]:
    kind, words = STANDS[Outgoing.State(row.state)]
    whom = row.to.partition(":")[2]
    when = row.ended_at or row.due_at
    return (
        KINDS.get(row.body.get("kind"), "A notice"), names.get(whom, whom) or Faint("everybody there"), Standing(kind, words),  # type: ignore[arg-type]
        formats.short(when, here.viewer, here.at), str(row.attempts), row.problem or "",
    )  # fmt: skip


@require_POST
@page
@only(Role.REVOPS)
def try_out(here: Here, key: str) -> HttpResponseBase:
    channel = living(key)
    channels.try_out(channel, by=here.member, at=here.at, ref=new_key())
    tell(here, "A test goes out within seconds. What became of it stands below.")
    return go(here, f"/settings/channels/{key}/#sent")


@require_POST
@page
@only(Role.REVOPS)
def again(here: Here, key: str) -> HttpResponseBase:
    """Try what could not be delivered once more, under the same id, so that a program knows it again."""
    count = outbox.release(channels.sent_by(living(key)), at=here.at)
    if count:
        tell(here, f"{formats.capital(formats.spell(count, 'message'))} tried again.")
    else:
        warn(here, "Nothing was given up here: there is nothing to try again.")
    return go(here, f"/settings/channels/{key}/#sent")


@require_POST
@page
@only(Role.REVOPS)
def new_secret(here: Here, key: str) -> HttpResponseBase:
    channel = living(key)
    if channel.transport != Transport.WEBHOOK:
        raise Http404
    channels.replace_secret(channel, by=here.member, at=here.at)
    tell(here, "The new secret is below. Messages are signed with the one before too, until you make another.")
    return go(here, f"/settings/channels/{key}/#secret")


@require_POST
@page
@only(Role.REVOPS)
def off(here: Here, key: str) -> HttpResponseBase:
    channel = living(key)
    cancelled = channels.switch_off(channel, by=here.member, at=here.at)
    waited = f" {formats.capital(formats.spell(cancelled, 'message'))} that waited will not be sent." if cancelled else ""
    tell(here, f"{channel.name} is switched off, and its secrets are forgotten.{waited}")
    return go(here, CHANNELS.href)
