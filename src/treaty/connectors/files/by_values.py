"""What a column means when its name is silent: addresses, dates, categories, the keys of another table."""

import re
from dataclasses import replace

from treaty.connectors.files.plans import CATEGORY, UNUSED, ColumnPlan, Recognised
from treaty.connectors.files.profile import ColumnProfile
from treaty.connectors.files.vocabulary import vocabulary, words_of


def share_of_emails(sample: list[str]) -> float:
    return sum(bool(re.fullmatch(r"[^@\s]+@[^@\s]+", text.strip())) for text in sample) / len(sample)


def by_values(plan: ColumnPlan, column: ColumnProfile, kind: str, taken: set[str], rows: int) -> ColumnPlan:
    """The plan of a column whose name said nothing.

    taken: meanings other columns have; rows: of the table
    """
    sample = column.sample[:1_000]
    if not sample:
        return replace(plan, why="empty" if not column.texts else "no values")
    if "email" in vocabulary()[kind] and "email" not in taken and share_of_emails(sample) > 0.9:
        return replace(plan, meaning="email", confidence=0.8, why="values are e-mail addresses")
    if kind == "leads" and not taken & {"created", "first contact"} and _is_moment(plan.header, column, sample):
        return replace(plan, meaning="created", confidence=0.5, why="the only dates of the file")
    stage = _stage_entered(plan.header) if kind == "opportunities" and column.share("moment") == 1.0 else ""
    if stage:
        return replace(plan, meaning=f"entered {stage}", confidence=0.8, why="name: the date a stage was entered")
    if kind in ("leads", "opportunities") and _is_category(column, sample, rows):
        return replace(plan, meaning=CATEGORY, confidence=0.5, why=f"{len(sample)} distinct values")
    return plan


def _stage_entered(header: str) -> str:
    """`Date entered "Proposal (Sales Pipeline)"`, `hs_v2_date_entered_closedwon`, `Entered Demo on`: the stage."""
    found = re.search(r"(?:date[ _]|^)entered[ _]+[\"']?([^\"'(]+)", header, re.I)
    return re.sub(r"[ _]+(date|at|on)$", "", found[1].strip(" _"), flags=re.I) if found else ""


def _is_moment(header: str, column: ColumnProfile, sample: list[str]) -> bool:
    """Dates of the record itself: not a birthday, not the stamp of the tool that copied the table."""
    plain = not header.startswith("_") and not {"dob", "birth", "birthday", "updated", "modified", "synced"} & set(words_of(header))
    return plain and all("-" in text or "/" in text or "." in text for text in sample) and column.share("moment") == 1.0


def _is_category(column: ColumnProfile, sample: list[str], rows: int) -> bool:
    few = not column.is_cut and 2 <= len(sample) <= min(60, rows // 10) and column.filled >= rows // 4
    words = few and max(map(len, sample)) <= 80
    return words and all(column.share(kind) < 0.9 for kind in ("flag", "number", "moment"))


_KEYS = {
    "leads": ("lead id", "email"),
    "opportunities": ("opportunity id",),
    "accounts": ("account id", "account"),
    "members": ("member id", "member"),
    "products": ("product",),
}


def join_by_values(one: Recognised, others: list[Recognised]) -> None:
    """Name a column after the key of another table when its values are that key's values."""
    for index, plan in enumerate(one.columns):
        texts = set(one.profile.columns[index].sample)
        if plan.meaning not in (UNUSED, CATEGORY) or len(texts) < 5 or plan.header.startswith("_"):
            continue
        for other in others:
            meaning = _joined(one, plan.header, texts, other)
            if meaning:
                one.columns[index] = ColumnPlan(plan.header, meaning, 0.7, f"its values are found in {other.table.name}")
                break


def _joined(one: Recognised, header: str, texts: set[str], other: Recognised) -> str:
    for key in _KEYS.get(other.kind, ()):
        at = other.column(key)
        meaning = {"member id": "owner", "member": "owner"}.get(key, key)
        if at is None or one.column(meaning) is not None or meaning not in vocabulary().get(one.kind, ()):
            continue
        shared = len(texts & set(other.profile.columns[at].sample)) / len(texts)
        same_name = words_of(header) == words_of(other.table.header[at])
        if shared >= (0.2 if same_name else 0.6) and (same_name or not _are_counts(texts)):
            return meaning
    return ""


def _are_counts(texts: set[str]) -> bool:
    """Short numbers are found in every list of short numbers."""
    return 2 * sum(text.isdigit() and len(text) < 6 for text in texts) > len(texts)
