"""What the files cannot show, and which missing column or file would show it."""

from collections.abc import Iterator

from treaty.diagnosis.leaks_leads import sees_contact
from treaty.diagnosis.picture import Picture
from treaty.diagnosis.report import Unseen
from treaty.diagnosis.say import listed, quoted, safe
from treaty.diagnosis.words import STAGES


def unseen(picture: Picture) -> Iterator[Unseen]:
    """Questions in the order of the way from lead to deal."""
    if not picture.leads:
        yield Unseen("Where do the opportunities come from, and what happened before them?", "no file lists leads or people")
    else:
        yield from _leads(picture)
    if not picture.deals:
        yield Unseen("Which leads became deals, and for how much?", "no file lists opportunities")
    else:
        yield from _deals(picture)
    if not picture.of("touches"):
        yield Unseen("Which touches and campaigns came before a deal?", "no file lists touches (visits, forms, e-mails, events)")
    if not picture.of("spend"):
        yield Unseen("What did it cost?", "no file lists spend by day and channel")
    yield from _unfit(picture)


def _unfit(picture: Picture) -> Iterator[Unseen]:
    """Columns left out because their values are not what their name says: named, so that nobody thinks they were overlooked."""
    for table in picture.tables:
        for header, (meaning, kind, value) in table.unfit.items():
            such = f", such as {quoted(value, 30)}" if value else ""
            because = f"its name says {quoted(meaning)}, but more than a fifth of its values cannot be read as {kind}{such}; it is not used"
            yield Unseen(f"What does {safe(header, 40)} in {safe(table.files[0], 60)} say?", because)


def _leads(picture: Picture) -> Iterator[Unseen]:
    answered = picture.has("leads", "first sales activity") or any(lead.first_activity for lead in picture.leads)
    if not answered:
        yield Unseen("How fast did sales respond?", "no file has a first sales activity")
    if not sees_contact(picture):
        yield Unseen("Which leads were never contacted?", "no file has sales activities, and no lead a status or a date of contact")
    if not picture.names("leads", "owner"):
        yield Unseen("Which leads have no owner?", "no column of the leads names an owner")
    if not picture.names("leads", "rejected reason"):
        yield Unseen("Which leads did sales reject, and why?", "no column of the leads holds a reason")
    stages = [stage for stage in STAGES[1:-1] if picture.has("leads", f"{stage} at".replace("_", " "))]
    if not picture.has("leads", "lifecycle stage") and len(stages) < 2:
        yield Unseen("Was a stage skipped between lead and deal?", "the leads have neither stages nor the dates they were entered")
    if not picture.has("leads", "source", "campaign"):
        yield Unseen("Which source brings leads that are won?", "no column of the leads names a source or a campaign")


def _deals(picture: Picture) -> Iterator[Unseen]:
    if picture.leads and not picture.linked:
        yield Unseen("Which lead became which deal?", "no column joins the leads with the opportunities")
    outcomes = {deal.outcome for deal in picture.deals} - {None}
    if outcomes == {"won"}:
        yield Unseen("How many deals were lost or are still open?", "the opportunities listed are all won")
        yield from _only_on_won(picture)
    elif not outcomes:
        yield Unseen("How many deals were won, lost or are open?", "no stage, status or date of the opportunities tells an outcome")
    if "lost" in outcomes and not picture.names("opportunities", "lost reason"):
        yield Unseen("Why were deals lost?", "no column of the opportunities holds a reason")
    if not picture.has("opportunities", "amount"):
        yield Unseen("What are the deals worth, and what is at stake?", _no_amount(picture))
    if not picture.of("stage history") and not picture.has("opportunities", "stage changed"):
        yield Unseen("How long do deals stay in each stage, and which do they skip?", "no file holds the history of stages")
    if not picture.has("opportunities", "opened") and outcomes - {"won"}:
        yield Unseen("How old are the open deals?", "no column of the opportunities says when they were opened")


def _only_on_won(picture: Picture) -> Iterator[Unseen]:
    headers = [c.header for t in picture.of("opportunities") for m in ("owner", "sdr", "segment", "product") if (c := t.column(m))]
    if headers:
        yield Unseen(
            "Which rep, segment or product converts best?",
            f"{listed([safe(header, 40) for header in headers])} {'is' if len(headers) == 1 else 'are'} known of won deals only",
        )


_MONEYLIKE = ("revenue", "value", "amount", "price", "worth", "volume", "mrr", "arr")


def _no_amount(picture: Picture) -> str:
    """Names the columns that look like money and are not a deal's, so that nobody thinks they were overlooked."""
    empty = [column.header for table in picture.of("opportunities") if (column := table.column("amount"))]
    if empty:
        return f"{safe(empty[0], 40)} is empty on every opportunity"
    if any(meaning == "amount" for t in picture.of("opportunities") for meaning, *_ in t.unfit.values()):
        return "the column named like one does not hold amounts that can be read"
    alike = [h for t in picture.of("opportunities") for h in t.headers if any(word in h.lower() for word in _MONEYLIKE)]
    told = f"; {listed([safe(h, 40) for h in alike])} is something else and is not added up" if alike else ""
    return f"no column is a deal amount{told}"
