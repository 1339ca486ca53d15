"""A dozen people with stories written by hand, so that the first pages read well. Days count back from the last weekday."""

from dataclasses import dataclass, replace

from treaty.demo.names import email_address
from treaty.demo.people import Account, Ending, Intent, Line, Person


@dataclass(frozen=True, slots=True)
class Role:
    """One of the cast: who, where, how the story ends, and what they did."""

    first: str
    last: str
    title: str
    seniority: str
    ending: Ending
    lines: tuple[Line, ...]


GUIDE, WIRING, ISO, ATLAS = "retrofit-guide", "wiring-sheet", "iso-checklist", "bearing-atlas"
PAPER, DAIRY, BOARD, EX, SUMS = "paper-mill-story", "dairy-story", "board-brief", "ex-zone-sheet", "downtime-sums"
SEARCH, MAIL, DIRECT = "organic_search", "email", "direct"
PRICES, KIT = "/pricing", "/pricing/retrofit-kit"


def _reads(*rows: tuple[int, str, str, str]) -> tuple[Line, ...]:
    """Rows (days back, clock, content or path, channel) become downloads or page views by their look."""
    return tuple(
        (back, clock, "page_view" if ref.startswith("/") else "content_download", ref, channel) for back, clock, ref, channel in rows
    )


def _webinar(back: int) -> Line:
    return (back, "11:00", "webinar_attended", "", "webinar")


def _asks(back: int, clock: str, message: str) -> Line:
    return (back, clock, "demo_request", message, DIRECT)


ALBRUND = Account(-1, "albrund-pumpen.example", "Albrund Pumpen GmbH", "DE", "manufacturing", 240)
KELDVIK = Account(-2, "keldvik-paper.example", "Keldvik Paper AB", "SE", "manufacturing", 620)
MORVELLE = Account(-3, "morvelle-biotech.example", "Morvelle Biotech SAS", "FR", "life sciences", 410)
VELMETTA = Account(-4, "velmetta-glass.example", "Velmetta Glass S.p.A.", "IT", "manufacturing", 180)
NORVOW = Account(-5, "norvow-castings.example", "Norvów Castings Sp. z o.o.", "PL", "manufacturing", 900)
OSTRENTAL = Account(-6, "ostrental-molkerei.example", "Ostrental Molkerei GmbH", "AT", "food", 130)
LINDHAM = Account(-7, "lindham-valves.example", "Lindham Valves Ltd", "GB", "manufacturing", 75)
SALVHORST = Account(-8, "salvhorst-pharma.example", "Salvhorst Pharma B.V.", "NL", "life sciences", 1400)
THARNAU = Account(-9, "tharnau-zement.example", "Tharnau Zement AG", "CH", "manufacturing", 300)
SELKHOLM = Account(-10, "selkholm-dairy.example", "Selkholm Dairy A/S", "DK", "food", 520)
STUDENT = Account(-11, "freemail.example", country="DE")

CAST = {
    ALBRUND: (
        Role("Henrike", "Falkenrath", "Head of maintenance", "director", "waiting", (
            *_reads((19, "20:10", GUIDE, SEARCH), (12, "09:35", ISO, MAIL), (3, "16:20", PRICES, DIRECT), (0, "15:50", WIRING, SEARCH)),
            (0, "16:05", "page_view", KIT, DIRECT),
        )),
        Role("Ingo", "Brinkhues", "Reliability engineer", "individual", "", _reads((11, "13:15", ATLAS, SEARCH), (9, "10:40", ISO, MAIL))),
        Role("Jutta", "Dornbusch", "Managing director", "c_level", "", _reads((4, "18:30", BOARD, MAIL))),
    ),
    KELDVIK: (
        Role("Håkan", "Rosvall", "Technical director", "director", "won", (
            _webinar(60), *_reads((68, "14:20", PAPER, SEARCH), (59, "09:15", GUIDE, MAIL), (58, "10:05", WIRING, MAIL)),
            *_reads((58, "10:20", KIT, DIRECT), (57, "15:30", PRICES, DIRECT)),
        )),
        Role("Tuva", "Björkhed", "Maintenance manager", "manager", "", _reads((57, "16:00", ATLAS, MAIL))),
    ),
    MORVELLE: (
        Role("Élodie", "Castignon", "VP manufacturing", "vp", "proposal", (
            *_reads((61, "11:45", "security-paper", SEARCH), (50, "09:20", GUIDE, MAIL), (46, "17:10", "protocol-notes", MAIL)),
            (46, "17:30", "page_view", PRICES, DIRECT),
        )),
    ),
    VELMETTA: (
        Role("Chiara", "Montorsi", "Director of operations", "director", "meeting", (
            *_reads((20, "12:10", SUMS, "paid_search"), (8, "09:55", PAPER, MAIL)),
            _asks(6, "10:25", "Our furnace fans run day and night. Please show us how you would watch the bearings on three of them."),
        )),
    ),
    NORVOW: (
        Role("Wojtek", "Modrzew", "Technical director", "director", "lost", (
            *_reads((92, "08:40", ATLAS, SEARCH), (85, "13:05", EX, SEARCH), (80, "15:45", ISO, MAIL), (79, "09:30", KIT, DIRECT)),
        )),
    ),
    OSTRENTAL: (
        Role("Gernot", "Althammer", "Head of production", "director", "rejected", (
            *_reads((26, "10:15", DAIRY, "paid_social"), (17, "11:50", SUMS, MAIL)),
            *_reads((6, "14:10", BOARD, MAIL), (5, "09:05", PRICES, MAIL)),
        )),
    ),
    LINDHAM: (
        Role("Nikhil", "Deshmukh", "Chief operating officer", "c_level", "waiting", (
            *_reads((9, "21:05", PAPER, "referral"), (0, "16:10", KIT, DIRECT)),
            _asks(0, "16:20", "We lost a test rig for six days in October. Could you show the kit to four of us next week?"),
        )),
    ),
    SALVHORST: (
        Role("Femke", "Terhorst", "Quality director", "director", "accepted", _reads(
            (31, "15:20", "security-paper", "ai_assistant"), (18, "10:50", "protocol-notes", MAIL), (9, "13:30", ISO, MAIL),
            (9, "13:45", PRICES, DIRECT),
        )),
    ),
    THARNAU: (
        Role("Birgit", "Eickhoff", "Head of maintenance", "director", "won", (
            *_reads((77, "09:30", GUIDE, "referral"), (60, "16:15", ATLAS, MAIL), (56, "11:20", WIRING, SEARCH)),
            *_reads((55, "08:45", KIT, DIRECT), (54, "13:20", PRICES, DIRECT)),
        )),
    ),
    SELKHOLM: (
        Role("Astrid", "Kvistgaard", "VP operations", "vp", "waiting", (
            *_reads((22, "08:35", DAIRY, SEARCH), (10, "14:40", "contract-compare", MAIL)),
            *_reads((0, "15:15", PRICES, DIRECT), (0, "15:25", GUIDE, DIRECT)),
        )),
    ),
    STUDENT: (
        Role("Tabea", "Pannwitz", "Student", "individual", "", (
            *_reads((24, "22:10", ATLAS, SEARCH), (20, "21:40", ISO, SEARCH), (13, "23:05", "protocol-notes", SEARCH)),
            *_reads((12, "20:30", "/careers", DIRECT)),
        )),
    ),
}  # fmt: skip


def cast() -> list[Account]:
    """Fresh copies of the hand-written accounts with their people."""
    return [replace(account, people=[_person(account, n, role) for n, role in enumerate(roles)]) for account, roles in CAST.items()]


def _person(account: Account, n: int, role: Role) -> Person:
    intent: Intent = "evaluating" if account.is_company else "student"
    email = email_address(role.first, role.last, account.domain)
    lines = sorted(role.lines, key=lambda line: (-line[0], line[1]))
    return Person(
        f"cast{-account.idx}-{n}", role.first, role.last, email, account.country, 0, intent, lines[0][4], seniority=role.seniority,
        title=role.title, phone="+49 30 0000 118" if account.is_company else "", ending=role.ending, script=tuple(lines),
    )  # fmt: skip
