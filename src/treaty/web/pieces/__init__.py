"""What pages are put together from: values a view fills and a template draws. Text in, never markup."""

from treaty.web.pieces.agreement import Article, Clause, Sheet, Signature, VersionTab
from treaty.web.pieces.bar import Bar, DemoRole, InForce, Place
from treaty.web.pieces.home import Answer, Goal, Need, Number, SumRow, Win
from treaty.web.pieces.imports import ColumnMatch, FixRow, Preview
from treaty.web.pieces.queue import Brief, BriefClock, BriefPart, BriefRow, Choice, Group, LeadRow, Manage, Reach
from treaty.web.pieces.tables import Column, Filter, Listing, Option, Row, Table
from treaty.web.pieces.together import Change, Dispute, Promise, PromiseMonth, Resolved, Vow
from treaty.web.pieces.words import Empty, Faint, Figure, Link, Piece, Progress, Standing, Strong, Who, safe_link

__all__ = [
    "Answer", "Article", "Bar", "Brief", "BriefClock", "BriefPart", "BriefRow", "Change", "Choice", "Clause", "Column",
    "ColumnMatch", "DemoRole", "Dispute", "Empty", "Faint", "Figure", "Filter", "FixRow", "Goal", "Group", "InForce",
    "LeadRow", "Link", "Listing", "Manage", "Need", "Number", "Option", "Piece", "Place", "Preview", "Progress",
    "Promise", "PromiseMonth", "Reach", "Resolved", "Row", "Sheet", "Signature", "Standing", "Strong", "SumRow",
    "Table", "VersionTab", "Vow", "Who", "Win", "safe_link",
]  # fmt: skip
