"""Labelled doubles of four kinds, invented from a seed. Each set has traps: people who look alike and are not one.

Every generator returns columns by name, `label` among them: who a row really is.
"""

import random
from collections.abc import Callable
from datetime import date, timedelta

Columns = dict[str, list[str]]

_GIVEN = (
    "james mary robert patricia john jennifer michael linda david elizabeth william barbara richard susan joseph jessica thomas sarah"
    " christopher karen daniel lisa matthew nancy anthony betty mark sandra donald margaret steven ashley andrew kimberly paul emily joshua"
    " donna kenneth michelle kevin carol brian amanda george melissa timothy deborah anna lukas mia felix lena jonas marie paula nina oskar"
    " ingrid soren pedro lucia marta chiara giulia marco luca pierre camille hugo chloe agnes pavel irina dmitri olga yusuf aylin mehmet"
    " priya arjun ravi sanjay mei wei chen hiro yuki amara kofi zainab omar layla tariq fatima noor elif deniz ivan petra"
).split()
_SHORT = dict(
    pair.split("/")
    for pair in (
        "james/jim robert/bob michael/mike elizabeth/liz william/bill richard/rick joseph/joe thomas/tom christopher/chris daniel/dan"
        " matthew/matt anthony/tony steven/steve andrew/andy joshua/josh kenneth/ken timothy/tim deborah/debbie patricia/pat"
        " jennifer/jen susan/sue margaret/maggie kimberly/kim"
    ).split()
)
_STARTS = (
    "ack bar cald dor ess fen gart hol ing jar kess lind mor nord oster pell quin rav stein thorn ull vand wess yar zell brack".split()
)
_ENDS = "er mann son ley ton berg well ford ski ova sen ard ini ez hausen wick field ton by stra".split()
_TOWNS = "Northbridge Altenau Kesselheim Marlow Redhill Sankt-Veit Brookfield Langen Osterby Pellworm Quarry Rivermouth Stonegate".split()
_STREETS = "Mill Station Church Garden Harbour Linden Market North River School Spring Tower Union Victoria Windsor Bahnhof Rosen".split()
_TRADES = "Pumps Logistics Software Foods Textiles Optics Energy Media Tools Paper Plastics Consulting Systems Motors Chemicals".split()
_FORMS = ["GmbH", "Ltd", "Ltd.", "Inc", "Inc.", "LLC", "AG", "S.A.", "Limited", "Corp.", "GmbH & Co. KG", ""]


class Maker:
    """Draws names and spoils them."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.families = [start + end for start in _STARTS for end in _ENDS]
        self.draw.shuffle(self.families)

    def given(self) -> str:
        return self.draw.choice(_GIVEN)

    def family(self) -> str:
        """Some families are large."""
        return self.families[min(int(self.draw.expovariate(1 / 120)), len(self.families) - 1)]

    def sometimes(self, share: float) -> bool:
        return self.draw.random() < share

    def typo(self, text: str) -> str:
        """A letter lost, doubled, replaced or swapped with its neighbour."""
        if len(text) < 4:
            return text
        at = self.draw.randrange(len(text) - 1)
        ways: list[Callable[[], str]] = [
            lambda: text[:at] + text[at + 1 :],
            lambda: text[:at] + text[at] + text[at:],
            lambda: text[:at] + self.draw.choice("aeinrst") + text[at + 1 :],
            lambda: text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        ]
        return self.draw.choice(ways)()

    def spoilt(self, text: str, share: float) -> str:
        return self.typo(text) if self.sometimes(share) else text

    def phone(self) -> str:
        return "".join(self.draw.choice("23456789") for _ in range(9))

    def written(self, phone: str) -> str:
        """One number the ways people write it."""
        ways = (
            f"+49 {phone[:2]} {phone[2:]}",
            f"0{phone[:2]}/{phone[2:]}",
            f"0{phone}",
            f"(0{phone[:2]}) {phone[2:5]}-{phone[5:]}",
            f"0049{phone}",
        )
        return self.draw.choice(ways) if phone else ""

    def company(self) -> str:
        return f"{self.draw.choice(self.families).title()} {self.draw.choice(_TRADES)}"

    def named(self, company: str) -> str:
        """A company as somebody writes it down."""
        name = f"{company} {self.draw.choice(_FORMS)}".strip()
        if self.sometimes(0.2):
            name = name.upper()
        return self.spoilt(name, 0.1)

    def street(self) -> tuple[str, int]:
        return f"{self.draw.choice(_STREETS)}", self.draw.randrange(1, 200)

    def addressed(self, street: tuple[str, int]) -> str:
        name, number = street
        return self.draw.choice(
            (f"{number} {name} Street", f"{number} {name} St.", f"{name} St {number}", f"{number} {name.upper()} STREET")
        )


def _table(rows: list[dict[str, str]], draw: random.Random, id_name: str) -> Columns:
    draw.shuffle(rows)
    numbered = [{id_name: f"{id_name[0].upper()}-{at:05}", **row} for at, row in enumerate(rows)]
    return {name: [row[name] for row in numbered] for name in numbered[0]}


def contacts(people: int, seed: int = 1) -> Columns:
    """People at companies, as a CRM has them: nicknames, typing errors, private mail, changed jobs.

    Traps: colleagues share company, domain, town and switchboard; some have one family name; info@ is everybody's.
    """
    make = Maker(seed)
    houses = [(company, make.phone(), make.draw.choice(_TOWNS)) for company in (make.company() for _ in range(max(3, people // 6)))]
    rows = []
    for person in range(people):
        first, last, mobile = make.given(), make.family(), make.phone()
        house = make.draw.choice(houses)
        for copy in range(make.draw.choices((1, 2, 3), (55, 35, 10))[0]):
            if copy and make.sometimes(0.12):
                house = make.draw.choice(houses)
            rows.append({**_contact(make, first, last, mobile, house, is_copy=bool(copy)), "label": f"p{person}"})
    return _table(rows, make.draw, "contact_id")


def _contact(make: Maker, first: str, last: str, mobile: str, house: tuple[str, str, str], *, is_copy: bool) -> dict[str, str]:
    company, board, town = house
    domain = company.lower().replace(" ", "-") + ".example"
    called = _SHORT.get(first, first) if is_copy and make.sometimes(0.25) else first
    address = make.draw.choice((f"{first}.{last}@{domain}", f"{first[0]}.{last}@{domain}", f"{first}.{last}@{domain}"))
    if make.sometimes(0.1):
        address = make.draw.choice((f"{first}{last}@gmail.com", f"info@{domain}"))
    share = 0.15 if is_copy else 0.02
    return {
        "First Name": make.spoilt(called, share).title(),
        "Last Name": make.spoilt(last, share).title(),
        "Email": "" if make.sometimes(0.2) else make.spoilt(address, 0.04),
        "Phone": "" if make.sometimes(0.3) else make.written(board if make.sometimes(0.35) else mobile),
        "Company": "" if make.sometimes(0.1) else make.named(company),
        "Job Title": make.draw.choice(("CEO", "Head of Sales", "Buyer", "Engineer", "Analyst", "")),
        "City": "" if make.sometimes(0.2) else town,
    }


def companies(count: int, seed: int = 2) -> Columns:
    """Companies with legal forms, websites, addresses. Traps: branches of one name elsewhere, neighbours in one building."""
    make = Maker(seed)
    rows = []
    name = make.company()
    street = make.street()
    for company in range(count):
        name = name if make.sometimes(0.06) else make.company()  # a namesake elsewhere
        street = street if make.sometimes(0.08) else make.street()  # a neighbour in the building
        town, phone, code = make.draw.choice(_TOWNS), make.phone(), f"{make.draw.randrange(10000, 99999)}"
        site = name.lower().replace(" ", "") + f"{company if make.sometimes(0.3) else ''}.example"
        for copy in range(make.draw.choices((1, 2, 3), (60, 32, 8))[0]):
            if copy and make.sometimes(0.08):
                street, code = make.street(), f"{make.draw.randrange(10000, 99999)}"
            rows.append(
                {
                    "Company Name": make.named(name),
                    "Website": "" if make.sometimes(0.35) else make.draw.choice((f"https://www.{site}/", f"www.{site}", site)),
                    "Street": "" if make.sometimes(0.08) else make.spoilt(make.addressed(street), 0.08),
                    "Zip": "" if make.sometimes(0.1) else make.spoilt(code, 0.04),
                    "City": make.spoilt(town, 0.08),
                    "Phone": "" if make.sometimes(0.3) else make.written(phone if make.sometimes(0.85) else make.phone()),
                    "Industry": make.draw.choice(("Industry", "Trade", "Services", "")),
                    "label": f"c{company}",
                }
            )
    return _table(rows, make.draw, "account_id")


def register(people: int, seed: int = 3) -> Columns:
    """A register of inhabitants: fields swapped, lost, mistyped. Traps: households, twins, father and son of one name."""
    make = Maker(seed)
    rows = []
    last, street, town, code, born = make.family(), make.street(), _TOWNS[0], "10001", date(1950, 1, 1)
    first = make.given()
    for person in range(people):
        kin = make.sometimes(0.25)
        namesake, twin = kin and make.sometimes(0.1), kin and make.sometimes(0.1)
        if not kin:
            last, street, town, code = make.family(), make.street(), make.draw.choice(_TOWNS), f"{make.draw.randrange(10000, 99999)}"
        first = first if namesake else make.given()
        born = born if twin and not namesake else date(1930, 1, 1) + timedelta(days=make.draw.randrange(28_000))
        for copy in range(make.draw.choices((1, 2, 3), (60, 30, 10))[0]):
            row = {"given_name": first, "surname": last, "date_of_birth": born.isoformat(), "street_number": str(street[1]),
                   "address_1": f"{street[0].lower()} street", "suburb": town.lower(), "postcode": code}  # fmt: skip
            rows.append({**(_worn(make, row) if copy else row), "label": f"i{person}"})
    return _table(rows, make.draw, "rec_id")


def _worn(make: Maker, row: dict[str, str]) -> dict[str, str]:
    """One to three faults, at least one field whole."""
    worn = dict(row)
    if make.sometimes(0.1):
        worn["given_name"], worn["surname"] = worn["surname"], worn["given_name"]
    for name in make.draw.sample(list(row), make.draw.randrange(1, 4)):
        worn[name] = "" if make.sometimes(0.35) else make.typo(worn[name])
    return worn


def two_files(people: int, seed: int = 4) -> tuple[Columns, Columns]:
    """Customers of one system and of another, with other columns and the same running numbers; three fifths are in both."""
    make = Maker(seed)
    ours, theirs = [], []
    for person in range(people):
        first, last, phone = make.given(), make.family(), make.phone()
        street, town = make.street(), make.draw.choice(_TOWNS)
        address = make.draw.choice((f"{first}.{last}", f"{first[0]}{last}", f"{last}{make.draw.randrange(99)}")) + "@gmail.com"
        where = make.draw.choices(("both", "ours", "theirs"), (60, 20, 20))[0]
        if where != "theirs":
            row = {"first_name": first, "last_name": last, "email": "" if make.sometimes(0.25) else address, "phone": make.written(phone)}
            ours.append({**row, "address": make.addressed(street), "town": town, "label": f"q{person}"})
        if where != "ours":
            full = f"{last.title()}, {first.title()}" if make.sometimes(0.3) else f"{first.title()} {last.title()}"
            row = {
                "Name": make.spoilt(full, 0.2),
                "E-Mail": "" if make.sometimes(0.4) else make.spoilt(address, 0.08),
                "Telefon": "" if make.sometimes(0.5) else make.written(phone),
                "Geschlecht": "",
                "Ort": make.spoilt(town, 0.1),
                "Strasse": "" if make.sometimes(0.2) else make.addressed(street),
                "label": f"q{person}",
            }
            theirs.append(row)
    return _table(ours, make.draw, "id"), _table(theirs, make.draw, "id")
