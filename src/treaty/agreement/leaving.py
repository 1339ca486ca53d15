"""Who cannot leave yet: leads would go to nobody under the words both sides signed."""

from datetime import datetime

from django.db.models import Q

from treaty.agreement.models import InForce
from treaty.agreement.queries import signed_of
from treaty.team.models import Member


class StillNamed(ValueError):
    """Leads would have nobody to go to: a version in force, or signed for later, names this member for them."""


def check_may_leave(member: Member, *, at: datetime) -> None:
    """Raises StillNamed for who owns leads before the handoff, or takes those nobody else can. A pool goes on without a member."""
    for row in InForce.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at)).select_related("version").order_by("starts_at"):
        terms = signed_of(row.version).terms
        if member.email == terms.owner_before_handoff:
            part = "the owner of leads before the handoff"
        elif any(rule.to == member.email for rule in terms.routes):
            part = "the fallback of the route"
        else:
            continue
        raise StillNamed(f"{member.name} is {part} in {row.version}: sign a version that names somebody else first")
