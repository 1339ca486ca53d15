"""The lines to sign: who has put their name there, when and where; who is still waited for."""

from datetime import datetime

from treaty.agreement.models import Signature, SigningKey
from treaty.agreement.queries import Life, State, signed_by, signed_of
from treaty.agreement.terms import Terms
from treaty.agreement.terms_parties import SIDES, Side
from treaty.team.models import Member
from treaty.web.formats import date_words, full
from treaty.web.here import viewer_for
from treaty.web.pieces import Link
from treaty.web.pieces import Signature as Line


def lines(life: Life, reader: Member, *, with_steps: bool = True) -> list[Line]:
    """One line per signatory, in the order of the document. with_steps: the reader's own has the button that leads to signing."""
    version = life.version
    signatories, fit = signed_of(version).terms.signatories, signed_by(version)
    marks = {row.member.email: row for row in version.signatures.select_related("member", "key")}
    members = {member.email: member for member in Member.objects.filter(email__in=signatories.everyone)}
    found = []
    for side in SIDES:
        for email in getattr(signatories, side):
            mark = marks.get(email) if email in fit else None
            found.append(_signed(mark, side) if mark else _open(life, side, email, members.get(email), reader if with_steps else None))
    return found


def _signed(mark: Signature, side: Side) -> Line:
    return Line(party=side, name=mark.member.name, role=f"for {side}", signed=when_and_where(mark.member, mark.at), note=_key_note(mark))


def when_and_where(member: Member, at: datetime) -> str:
    """In the signatory's own zone: `Tuesday 16 December 2025, 16:12, Berlin`."""
    place = member.zone.rpartition("/")[2].replace("_", " ")
    return full(at, viewer_for(member)) + (f", {place}" if place else " UTC")


def _key_note(mark: Signature) -> str:
    """Says when somebody signs with another key than before: it is asked about, should it not have been them."""
    earlier = (
        SigningKey.objects.filter(member=mark.member, made_at__lt=mark.key.made_at).exclude(pk=mark.key.pk).order_by("-made_at").first()
    )
    if earlier is None:
        return ""
    return f"With a new key, made {date_words(mark.key.made_at.date())}."


def _open(life: Life, side: Side, email: str, member: Member | None, reader: Member | None) -> Line:
    step, note = None, "Has no account yet." if member is None else ""
    if life.state is State.PROPOSED:
        if reader is not None and member == reader:
            step = Link(f"Sign as {reader.name}", f"/agreement/versions/{life.version.number}/sign/")
        note = note or "Waited for."
    return Line(party=side, name=member.name if member else email, role=f"for {side}", note=note, step=step)


def is_sooner(base: Terms, terms: Terms) -> bool:
    """Whether terms would replace others before the end of their agreed lock."""
    return base.locked_until is not None and terms.effective <= base.locked_until
