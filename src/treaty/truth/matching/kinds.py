"""What does each column say of a person or a company? By its name first, by its values where the name is silent."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from treaty.truth.matching import normal

ID, LABEL, UNUSED = "id", "label", "not used"

NAMES: dict[str, str] = {
    "first name": "first name, firstname, given name, givenname, forename, first, vorname, prenom, nombre, fname, primeiro nome",
    "last name": "last name, lastname, surname, family name, familyname, sur name, last, lname, nachname, nom, nom de famille, apellido,"
    " apellidos, sobrenome",
    "full name": "full name, fullname, contact name, person name, lead name, contact, customer name, nombre completo, nom complet,"
    " ansprechpartner, person, display name, first and surname",
    "name": "name, names, title of business, business, label name",
    "email": "email, e mail, mail, email address, e mail address, work email, business email, primary email, contact email,"
    " email adresse, mailadresse, correo, correo electronico, courriel, adresse email, personal email, email 1, email 2",
    "phone": "phone, phone number, telephone, telephone number, tel, mobile, mobile phone, cell, cell phone, cellphone, work phone,"
    " telefon, telefonnummer, handy, telefono, telefone, home phone, phone 1, phone 2, fax, landline, contact number, phone no",
    "birth": "dob, date of birth, birth date, birthdate, birthday, born, geburtsdatum, geburtstag, date de naissance, fecha de nacimiento,"
    " data de nascimento, birth, date birth",
    "national id": "soc sec id, ssn, social security number, social security no, national id, nino, national insurance number, passport,"
    " passport number, tax id, taxid, tin, vat, vat id, vat number, ust id, ustid, steuernummer, registration number, company number,"
    " company registration number, duns, duns number, lei, ein, siren, siret, hrb, crn, abn, acn, cpf, cnpj, dni, nif, iban, nhs number,"
    " medicare number, sozialversicherungsnummer, companies house number, reg no, drivers licence, licence number, license number",
    "company": "company, company name, account, account name, organization, organisation, organization name, organisation name, employer,"
    " business name, firma, firmenname, unternehmen, societe, entreprise, empresa, kunde, legal name, trading name, firm, vendor, supplier,"
    " restaurant, store, venue, shop, associated company, business, facility name",
    "domain": "domain, website, web site, url, web, homepage, company domain, company domain name, site, webseite, email domain",
    "house number": "street number, house number, house no, hausnummer, hausnr, nr, streetnumber, number, street no, housenumber, addr no",
    "street": "street, street address, address, address 1, address1, address line 1, addr, street name, strasse, anschrift, adresse, rue,"
    " calle, direccion, direccion 1, endereco, street 1, mailing street, billing street, addressline1, road, postal address, location,"
    " full address, premises",
    "address more": "address 2, address2, address line 2, street 2, addr2, address 3, addressline2, adresszusatz, complement, unit",
    "city": "city, town, suburb, stadt, ort, ville, ciudad, cidade, place, locality, municipality, billing city, mailing city, post town,"
    " wohnort, birth place, birthplace, village",
    "postcode": "postcode, post code, zip, zip code, zipcode, postal code, postalcode, plz, postleitzahl, code postal, codigo postal, cep,"
    " postcode fake, pin code, pincode, billing postal code",
    "state": "state, province, region, county, bundesland, departement, estado, territory, state region, state code, provincia",
    "country": "country, country region, country code, land, pays, pais, nation, nationality, birth country",
    "category": "gender, sex, geschlecht, sexe, category, type, cuisine, industry, branche, sector, vertical, language, segment, kind,"
    " race, occupation, marital status, salutation, anrede, honorific",
    "title": "title, job title, jobtitle, position, role, job, funktion, department, seniority, profession, beruf",
    "middle name": "middle name, middlename, middle, middle initial, second name, zweiter vorname",
}
"""What columns are called, compared without case and signs."""
_LABELS = set(
    "cluster entity label match matched duplicate duplicates dup truth gold group golden master true target class is original canonical"
    " groundtruth dedupe".split()
)
_ID = {"id", "uuid", "guid", "key", "rowid", "recid", "pk", "index", "idx", "row", "nr", "no", "ref"}
_TIMES = set(
    "created updated at time timestamp last modified since signup registered added seen synced import imported activity closed".split()
)
_MIDDLE = 200


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: where it stands, what it means, and why we think so."""

    header: str
    at: int
    kind: str
    why: str


def words_of(header: str) -> tuple[str, ...]:
    """`GivenName` and `given_name` are given, name."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", header) if not unicodedata.combining(c)).replace("ß", "ss")
    return tuple(re.findall(r"[a-z]+|\d+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", bare).lower()))


_BY_NAME = {"".join(words_of(name)): kind for kind, names in NAMES.items() for name in names.split(",")}
_AROUND = {"contact", "person", "billing", "mailing", "home", "work", "business", "primary", "customer", "lead", "hs", "c", "property",
           "org", "company", "account", "fake", "raw", "clean", "cleaned", "value", "text", "l", "r", "the"}  # fmt: skip


def kind_by_name(header: str) -> str:
    """The kind a header promises, or nothing. Labels and the ids of other tables are told too; neither is ever compared."""
    words = words_of(header)
    known = _BY_NAME.get("".join(words))
    if known:
        return known
    if _LABELS & set(words) and (len(words) == 1 or {"id", "no", "number", "key", "name", "is"} & set(words) or "cluster" in words):
        return LABEL
    inner = [word for word in words if word not in _AROUND]
    trimmed = _BY_NAME.get("".join(inner), "") or _BY_NAME.get("".join(word for word in inner if not word.isdigit()), "")
    if trimmed and inner:
        return "company" if trimmed == "name" and {"company", "account", "org", "business"} & set(words) else trimmed
    return ID if _ID & set(words) or "".join(words).endswith(("uuid", "guid")) else ""


def kind_by_values(values: Sequence[str]) -> str:
    """What values look like that no name explains: e-mails, dates, phones, domains, categories, names or text."""
    told = [value for value in dict.fromkeys(map(str.strip, values)) if value][:1_000]
    if not told:
        return UNUSED

    def share(holds: object) -> float:
        return sum(map(bool, map(holds, told))) / len(told)  # type: ignore[call-overload]

    if share(re.compile(r"[^@\s]+@[^@\s]+\.\w+").fullmatch) > 0.6:
        return "email"
    if share(re.compile(r"\d{4}-\d{1,2}-\d{1,2}.*|\d{1,2}[./-]\d{1,2}[./-]\d{4}|(19|20)\d{2}[01]\d[0-3]\d").fullmatch) > 0.8:
        years = sorted(normal.day(value)[:4] for value in told if normal.day(value))
        return (
            "birth" if years and years[-1] > "1900" and int(years[-1]) - int(years[0]) > 20 and years[len(years) // 2] < "2012" else UNUSED
        )
    if share(re.compile(r"(https?://)?(www\.)?[a-z0-9-]+(\.[a-z]{2,})+(/\S*)?", re.I).fullmatch) > 0.8:
        return "domain"
    if (
        share(re.compile(r"\+?[\d\s()./-]{7,20}(\s*(ext|x)\.?\s*\d+)?").fullmatch) > 0.8
        and share(lambda v: len(normal.phone(v)) >= 7) > 0.8
    ):
        return "phone" if share(re.compile(r"\d+").fullmatch) < 0.5 else UNUSED
    return _words_or_numbers(told, values)


def _words_or_numbers(told: list[str], values: Sequence[str]) -> str:
    if sum(map(str.isalpha, map(_letters, told))) < 0.5 * len(told):
        return UNUSED
    filled = sum(bool(value.strip()) for value in values)
    if len(told) <= min(60, filled // 10):
        return "category"
    length = sum(len(value.split()) for value in told) / len(told)
    if length > 8:
        return "text"
    numbers = sum(bool(re.match(r"\d+[a-z]?\s+\w|.*\w{3,}\s\d+[a-z]?$", value, re.I)) for value in told) / len(told)
    return "street" if numbers > 0.6 else "words"


def _letters(value: str) -> str:
    return re.sub(r"[\W\d_]", "", value)


def recognised(header: Sequence[str], columns: Sequence[Sequence[str]], *, id_at: int | None, ignored: Sequence[str] = ()) -> list[Column]:
    """The kind of every column.

    columns: the texts of each, as long as the table; id_at: the column that names the rows; ignored: headers never compared
    A column whose values all differ is compared only if it holds something that people mistype: names, addresses, phones, mail.
    """
    kinds = [_kind(name, values) for name, values in zip(header, columns, strict=True)]
    generic = _generic(header, columns, [kind for kind, _ in kinds])
    found = []
    for at, (name, values, (kind, why)) in enumerate(zip(header, columns, kinds, strict=True)):
        found.append(Column(name, at, *_decided(generic if kind == "name" else kind, why, name, values, at == id_at, ignored)))
    return found


def _decided(kind: str, why: str, name: str, values: Sequence[str], is_id: bool, ignored: Sequence[str]) -> tuple[str, str]:
    """What a column is used for, and why: an id and what a person leaves out never, whatever they hold."""
    if is_id:
        return ID, "names the rows"
    if name in ignored:
        return UNUSED, "as you said"
    return (UNUSED, "every row has its own") if kind in _EXACT and is_unique(values) else (kind, why)


_EXACT = {"national id", "category", "house number", "postcode", "title", "text", "words"}


def is_unique(values: Sequence[str]) -> bool:
    """Every row has a value of its own."""
    return len(values) > 1 and all(values) and len(set(values)) == len(values)


def _kind(header: str, values: Sequence[str]) -> tuple[str, str]:
    promised = kind_by_name(header)
    if not any(map(str.strip, values)):
        return UNUSED, "empty"
    if promised and _keeps(promised, values):
        return promised, "name"
    if promised in (ID, LABEL) or (not promised and _TIMES & set(words_of(header))):
        return promised or UNUSED, "name"
    return kind_by_values(values), "values"


def _keeps(kind: str, values: Sequence[str]) -> bool:
    """Values contradict a name: `mail` with yes and no is no address, `born` with towns is no date."""
    told = [value for value in values if value.strip()][:_MIDDLE]
    tests = {"email": lambda v: "@" in v or "." in v, "birth": normal.day, "phone": normal.phone, "domain": normal.domain}
    return kind not in tests or 2 * sum(bool(tests[kind](value)) for value in told) >= len(told)


def _generic(header: Sequence[str], columns: Sequence[Sequence[str]], kinds: Sequence[str]) -> str:
    """Is a column that is only called `name` about people or about companies?"""
    if {"first name", "last name", "full name"} & set(kinds):
        return "company" if "company" not in kinds else UNUSED
    if {"company", "birth", "title"} & set(kinds) or any("gender" in words_of(one) or "sex" in words_of(one) for one in header):
        return "full name"
    names = [value for kind, column in zip(kinds, columns, strict=True) if kind == "name" for value in column if value.strip()][:1_000]
    odd = sum(
        len(value.split()) not in (2, 3) or bool(re.search(r"[\d&]|\b(inc|llc|ltd|gmbh|ag|co|the|of)\b", value, re.I)) for value in names
    )
    return "company" if not names or 5 * odd > len(names) else "full name"
