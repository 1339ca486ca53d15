"""Who is believed in what. Of two systems: a setting of the pair; by default a CRM over a marketing system over any other.

Of what Treaty decides itself (a lead's stage, its owner), Treaty, unless a system was said to be its master.
"""

from collections.abc import Mapping
from typing import Protocol

GROUPS = {
    "stage": ("stage", "outcome", "closed_at", "lost_reason", "won_reason"),
    "amount": ("amount", "currency"),
    "close_on": ("close_on",),
    "owner": ("owner",),
    "name": ("name", "product", "opened_at"),
}
"""What is stated together is believed together."""
RANKS = {"crm": 0, "marketing": 1, "": 2}
SYSTEMS = {
    **dict.fromkeys(("salesforce", "pipedrive", "dynamics", "zoho"), "crm"),
    **dict.fromkeys(("hubspot", "marketo", "pardot", "eloqua"), "marketing"),
}
"""What the systems of known id spaces are, unless a source says it itself (`system`). HubSpot is a CRM too, beside another it seldom is."""


class System(Protocol):
    """A source, as this rule needs it."""

    @property
    def pk(self) -> int: ...
    @property
    def key(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, object]: ...


def system_of(source: System) -> str:
    """`crm`, `marketing`, or nothing."""
    stated = str(source.settings.get("system") or "")
    return stated if stated and stated in RANKS else SYSTEMS.get(str(source.settings.get("id_space") or ""), "")


def is_master(group: str, one: System, other: System) -> bool:
    """Whether the first of two systems is believed in a group of fields; of two alike the one that was there first.

    The setting stands at either source: `masters`, {the other's key: {group: the master's key}}.
    """
    for own, stated in ((one, other), (other, one)):
        masters = own.settings.get("masters")
        pair = masters.get(stated.key) if isinstance(masters, Mapping) else None
        if isinstance(pair, Mapping) and group in pair:
            return bool(pair[group] == one.key)
    return (RANKS[system_of(one)], one.pk) < (RANKS[system_of(other)], other.pk)


TREATY = "treaty"
"""How `masters` of a source calls Treaty itself."""


def is_ours(group: str, source: System) -> bool:
    """Whether Treaty is believed over a system in a group of values: then they may be written there. Default: it is."""
    masters = source.settings.get("masters")
    stated = masters.get(TREATY) if isinstance(masters, Mapping) else None
    return not (isinstance(stated, Mapping) and stated.get(group) == source.key)
