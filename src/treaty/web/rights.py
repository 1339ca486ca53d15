"""Which role may open what. Who may not is told so (403); what a role must not know of is not there (404)."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase

from treaty.team.models import Member, Role
from treaty.web.here import Here

P = ParamSpec("P")

STEWARDS = (Role.REVOPS,)
"""Who keeps it running: sources and keys, members and roles."""
BRING_DATA = (Role.MARKETING, Role.SALES_MANAGER, Role.REVOPS)
"""Who may import files, and look into what came in raw."""
TARGETING = (Role.MARKETING, Role.REVOPS)
"""Who may take files for advertising platforms away."""
HEADS = (Role.SALES_MANAGER, Role.REVOPS)
"""Who may say that others are away."""


def is_steward(member: Member) -> bool:
    return member.role in STEWARDS


def brings_data(member: Member) -> bool:
    return member.role in BRING_DATA


def only(*roles: Role) -> Callable[[Callable[Concatenate[Here, P], HttpResponseBase]], Callable[Concatenate[Here, P], HttpResponseBase]]:
    """A page for some roles. It goes below `@page`: who is not signed in is asked to sign in first."""

    def guard(view: Callable[Concatenate[Here, P], HttpResponseBase]) -> Callable[Concatenate[Here, P], HttpResponseBase]:
        @wraps(view)
        def inner(here: Here, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if here.member.role not in roles:
                raise PermissionDenied
            return view(here, *args, **kwargs)

        return inner

    return guard
