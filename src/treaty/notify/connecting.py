"""Who a member is in Slack: Slack says so by their e-mail, or they do, signed in here, by a link that Slack showed to that user alone.

Nothing that a member types names somebody in Slack: it would make another's presses theirs.
"""

from datetime import datetime

from django.db import IntegrityError, transaction

from treaty.journal.actions import record
from treaty.notify import links
from treaty.notify.models import SlackUser
from treaty.team.models import Member


class NotYours(ValueError):
    """Why somebody in Slack is not connected with a member; the message says the way out."""


def member_of(slack_user: str) -> Member | None:
    """Who somebody in Slack is here."""
    known = SlackUser.objects.filter(user=slack_user, member__is_active=True).select_related("member").first()
    return known.member if known else None


def connect(member: Member, token: str, *, at: datetime) -> SlackUser:
    """Be the Slack user of a link, which is used up by it. Raises BadLink, NotYours."""
    account = links.read_account(token, at=at)
    try:
        with transaction.atomic():
            links.use(token, at=at)
            _check_free(member, account.user)
            SlackUser.objects.filter(user=account.user, member__is_active=False).delete()
            made, _ = SlackUser.objects.update_or_create(member=member, defaults={"user": account.user, "is_found": False})
            record("member.slack_connected", member, by=member, at=at)
    except IntegrityError:
        raise _taken(account.user) from None
    return made


def _check_free(member: Member, user: str) -> None:
    if SlackUser.objects.filter(member=member, is_found=True).exclude(user=user).exists():
        raise NotYours("Slack knows you by your e-mail under another account: press the button there")
    if SlackUser.objects.filter(user=user, member__is_active=True).exclude(member=member).exists():
        raise _taken(user)


def _taken(user: str) -> NotYours:
    return NotYours(f"{user[:20]} in Slack is connected with somebody else: sign in as them, or let them give it up under What I am told")


def find(member: Member, user: str) -> None:
    """Slack said who a member is, by their e-mail: that holds, whatever anybody said before."""
    SlackUser.objects.filter(user=user).exclude(member=member).delete()
    SlackUser.objects.update_or_create(member=member, defaults={"user": user, "is_found": True})


@transaction.atomic
def give_up(member: Member, *, at: datetime) -> bool:
    """Be nobody in Slack any more; what Slack itself said stays. Whether anything was given up."""
    gone, _ = SlackUser.objects.filter(member=member, is_found=False).delete()
    if gone:
        record("member.slack_given_up", member, by=member, at=at)
    return bool(gone)
