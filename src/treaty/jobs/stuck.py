"""What could not be told or written outside, and waits until a person sees to it: how much, and where to look."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from treaty.connectors.models import Connection
from treaty.connectors.writes import undoing
from treaty.journal.models import Outgoing
from treaty.notify.models import Channel, Transport


@dataclass(frozen=True, slots=True)
class Stuck:
    """n messages of one channel, or n writes into one system. look: the way to the page that says why and tries again; href: its address"""

    noun: str
    name: str
    n: int
    look: str
    href: str


def messages() -> list[Stuck]:
    """By channel, the fullest first; a channel that was switched off sends nothing again and is left out."""
    dead = Outgoing.objects.filter(door__in=Transport.values, state=Outgoing.State.DEAD)
    names = dict(Channel.objects.filter(is_active=True).values_list("key", "name"))
    return [
        Stuck("message", names[key], n, f"Settings → Channels → {names[key]}", f"/settings/channels/{key}/#sent")
        for key, n in _by_place(dead, names).items()
    ]


def writes() -> list[Stuck]:
    """By system, the fullest first, without those that somebody left as they are; also of a system that was switched off."""
    names = dict(Connection.objects.values_list("source__key", "source__name"))
    return [
        Stuck("write", names[key], n, f"Sources → {names[key]} → What is written", f"/sources/{key}/writes/")
        for key, n in _by_place(undoing.failed_anywhere(), names).items()
    ]


def _by_place(rows: QuerySet[Outgoing], names: Mapping[str, str]) -> dict[str, int]:
    """How many rows by the key before a colon; a message to one member goes by the channel that reaches them."""
    found: dict[str, int] = {}
    for to, n in rows.values_list("to").annotate(n=Count("id")):
        if (key := to.partition(":")[0]) in names:
            found[key] = found.get(key, 0) + n
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], names[pair[0]])))
