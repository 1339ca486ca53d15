"""What is said about the clauses of a sheet, put beside each of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from treaty.agreement.models import Draft, Remark, Version
from treaty.agreement.places import Names
from treaty.agreement.queries import all_open_questions, remarks_on
from treaty.agreement.remarks import is_open, may_remark, may_settle
from treaty.agreement.terms import Terms
from treaty.team.queries import may_change_agreement
from treaty.web.context import who
from treaty.web.formats import capital, count, short, spell
from treaty.web.here import Here
from treaty.web.pieces import Clause, Link, Piece, Sheet
from treaty.web.pieces.agreement import Said, Thread

MOST_QUOTED = 160
"""Letters of a clause in a list of questions."""


@dataclass(frozen=True, slots=True)
class Threads:
    """by_clause: what is said, by the name of the clause (empty: the whole); at: the address of all of it; may: the reader says more."""

    by_clause: Mapping[str, Sequence[Said]]
    at: str
    may: bool

    def of(self, clause: str) -> Thread | None:
        """None where nothing is said and the reader has nothing to say."""
        said = self.by_clause.get(clause, ())
        return Thread(href=at_clause(self.at, clause), words=counted(said), said=said) if said or self.may else None

    @property
    def open_questions(self) -> int:
        return sum(one.is_open for said in self.by_clause.values() for one in said)


def name_of(on: Draft | Version) -> str:
    return "the draft" if isinstance(on, Draft) else str(on)


def address(on: Draft | Version) -> str:
    """Where all that is said of it stands."""
    return f"/agreement/draft/{on.key}/remarks/" if isinstance(on, Draft) else f"/agreement/versions/{on.number}/remarks/"


def at_clause(at: str, clause: str) -> str:
    """Of all that is said, what is said of one clause."""
    return f"{at}?{urlencode({'clause': clause})}"


def threads_on(on: Draft | Version, terms: Terms, here: Here) -> Threads:
    """One query for the remarks, one for whether more can be said."""
    rows = remarks_on(on)
    may = is_open(on) and may_remark(here.member, terms)
    answers: dict[int, list[Remark]] = defaultdict(list)
    for row in rows:
        if row.of_id is not None:
            answers[row.of_id].append(row)
    by_clause: dict[str, list[Said]] = defaultdict(list)
    for row in rows:
        if row.of_id is None:
            by_clause[row.clause].append(_said(row, answers[row.pk], here, may=may))
    return Threads(by_clause, address(on), may)


def _said(row: Remark, answers: Iterable[Remark], here: Here, *, may: bool) -> Said:
    """Who asked may settle and take back though they may say nothing more: they sign it no longer, say."""
    replies = list(answers)
    is_alone = all(one.by_id == row.by_id for one in replies)
    return Said(
        key=row.key,
        who=who(row.by),
        when=short(row.at, here.viewer, here.at),
        words=row.words,
        quoted=row.quoted,
        is_question=row.is_question,
        state=_settled(row, here),
        answers=[_said(one, (), here, may=may) for one in replies],
        may_settle=may and row.is_question and row.settled_at is None and may_settle(row, here.member),
        may_take_back=may and row.by_id == here.member.pk and row.settled_at is None and is_alone,
    )


def _settled(row: Remark, here: Here) -> str:
    if row.settled_at is None or row.settled_by is None:
        return ""
    return f"Settled by {row.settled_by.name}, {short(row.settled_at, here.viewer, here.at)}: {row.settled_how}"


def counted(said: Sequence[Said]) -> str:
    """`1 open question, 2 remarks`."""
    questions = [one for one in said if one.is_question]
    waiting = sum(one.is_open for one in questions)
    parts = (
        (waiting, "open question"),
        (len(questions) - waiting, "settled question"),
        (len(said) - len(questions), "remark"),
    )
    return ", ".join(count(n, words) for n, words in parts if n)


def threaded(sheet: Sheet, threads: Threads) -> Sheet:
    """The sheet with what is said beside each clause that has a name of its own."""
    names = Names()
    articles = [replace(one, clauses=[_threaded(clause, "", names, threads) for clause in one.clauses]) for one in sheet.articles]
    return replace(sheet, articles=articles)


def _threaded(clause: Clause, within: str, names: Names, threads: Threads) -> Clause:
    if not clause.key:
        return clause
    name = names.of(within, clause.key)
    return replace(clause, thread=threads.of(name), items=[_threaded(item, name, names, threads) for item in clause.items])


# Lists of what is open


def open_list(here: Here) -> list[tuple[Piece, str, str]]:
    """Where and who, when, and the question; of drafts for who may read them."""
    rows = all_open_questions(with_drafts=may_change_agreement(here.member))
    return [(_where(row), short(row.at, here.viewer, here.at), row.words) for row in rows]


def _where(row: Remark) -> Piece:
    quoted = row.quoted if len(row.quoted) <= MOST_QUOTED else f"{row.quoted[:MOST_QUOTED].rpartition(' ')[0]} …"
    return (who(row.by), " on ", Link(name_of(row.on), at_clause(address(row.on), row.clause)), f": “{quoted}”" if quoted else "")


def notice(n: int) -> str:
    """What a proposal says of questions that are open."""
    if not n:
        return ""
    return f"{capital(spell(n, 'question is', 'questions are'))} open: nobody signs before {'it is' if n == 1 else 'they are'} settled."
