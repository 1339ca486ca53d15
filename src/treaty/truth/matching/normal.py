"""Normal forms of what records say of people and companies. Text in, text out; what says nothing is the empty text."""

import re
import unicodedata
from datetime import date
from functools import cache
from pathlib import Path

from treaty.truth.identity import normal_company

_NOTHING = {"", "null", "none", "nan", "nat", "na", "n a", "unknown", "unbekannt", "tbd", "not available", "test", "xxx"}
_TITLES = set("mr mrs ms miss dr prof professor herr frau sir madam mx ing dipl mag phd md mba jr sr ii iii iv".split())
_ROLES = set(
    "info sales office contact kontakt hello hallo admin mail support service marketing team hr jobs billing accounting buchhaltung"
    " vertrieb einkauf purchasing reception webmaster noreply no-reply newsletter press presse enquiries inquiries".split()
)
_SMALL = {"and", "und", "et", "y", "the", "incorporated"}
_STREET = {
    "st": "street", "str": "street", "strasse": "street", "strase": "street", "ave": "avenue", "av": "avenue", "blv": "boulevard",
    "blvd": "boulevard", "bld": "boulevard", "rd": "road", "dr": "drive", "ln": "lane", "pl": "place", "sq": "square", "ct": "court",
    "crt": "court", "cct": "circuit", "cres": "crescent", "cr": "crescent", "pkwy": "parkway", "pky": "parkway", "hwy": "highway",
    "ter": "terrace", "tce": "terrace", "fl": "floor", "flr": "floor", "ste": "suite", "apt": "apartment", "apmnt": "apartment",
    "bldg": "building", "n": "north", "s": "south", "e": "east", "w": "west", "mt": "mount", "ft": "fort", "saint": "street",
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "eighth": "8",
    "ninth": "9", "tenth": "10", "eleventh": "11", "twelfth": "12", "platz": "place", "allee": "avenue", "weg": "way",
}  # fmt: skip
"""Short forms; `St.` is street and saint, so both become one word."""
_DATE = re.compile(r"(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})(?:[T ].*)?|(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?:[T ].*)?")


def plain(text: str) -> str:
    """Lower case, no accents, signs to single spaces; `ß` is ss, and an apostrophe joins: `Arnie Morton's` is `arnie mortons`."""
    if text.isascii():
        bare = text.lower()
    else:
        split = unicodedata.normalize("NFKD", text.casefold())
        bare = "".join(c for c in split if not unicodedata.combining(c))
    bare = re.sub(r"['’`´]", "", bare)
    bare = " ".join(re.sub(r"[^\w]+|_", " ", bare).split())
    return "" if bare in _NOTHING else bare


def person(text: str) -> str:
    """A name's words, without titles: `Dr. Ada M. Lovelace` is `ada m lovelace`."""
    return " ".join(word for word in plain(text).split() if word not in _TITLES)


def given_and_family(text: str) -> tuple[str, str]:
    """Both halves of a full name: `Lovelace, Ada` and `Ada Lovelace` are (ada, lovelace). One word is a family name."""
    before, comma, after = text.partition(",")
    if comma and (given := person(after)):
        return given.split()[0], person(before)
    words = person(text).split()
    return ("", "") if not words else ("", words[0]) if len(words) == 1 else (words[0], words[-1])


@cache
def nicknames() -> dict[str, str]:
    """A short given name to the one that stands for all its forms: `bob`, `robert` and `rob` are one."""
    lines = (Path(__file__).parent / "nicknames.txt").read_text("utf-8").splitlines()
    groups = [line.split() for line in lines if line and not line.startswith("#")]
    return {name: group[0] for group in reversed(groups) for name in group}


def email(text: str) -> str:
    """Lower case and bare; also what is damaged, for a typing error is compared too."""
    bare = text.strip().lower()
    bare = bare[bare.rindex("<") + 1 :] if "<" in bare else bare.removeprefix("mailto:")
    bare = re.sub(r"[\s<>\"]", "", bare)
    return "" if bare in _NOTHING or len(bare) < 4 else bare


def local_of(address: str) -> str:
    """What stands before the @, letters and digits only, without a +tag; empty for the address of a role such as info@."""
    local = address.partition("@")[0].partition("+")[0] if "@" in address else ""
    return "" if local in _ROLES else re.sub(r"[^a-z0-9]", "", local)


def is_role(address: str) -> bool:
    """An address that many share: info@, sales@."""
    return address.partition("@")[0] in _ROLES


def phone(text: str) -> str:
    """The last nine digits: `+49 (0)30 1234567`, `030 1234567` and `0049 30 1234567` end alike. Under six digits: nothing."""
    bare = re.sub(r"\(0\)", "", re.sub(r"(?i)\s*(ext|x|durchwahl|app)\.?\s*\d+$", "", text.strip()))
    digits = re.sub(r"\D", "", bare)
    kept = digits.lstrip("0")[-9:]
    return kept if len(kept) >= 6 and len(set(kept)) > 1 else ""


def code(text: str) -> str:
    """Letters and digits alone, as numbers of persons, companies and postcodes are compared."""
    bare = re.sub(r"[^a-z0-9]", "", plain(text))
    return "" if set(bare) <= {"0"} else bare


def day(text: str) -> str:
    """A date as yyyymmdd: 1990-02-28, 19900228 and 28.02.1990, month first only where the day comes out above 12. Else nothing."""
    found = _DATE.fullmatch(text.strip())
    if not found:
        return ""
    year, one, two = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    for month, at in ((int(one), int(two)), (int(two), int(one))):
        try:
            return date(int(year), month, at).strftime("%Y%m%d") if 1850 < int(year) < 2200 else ""
        except ValueError:
            continue
    return f"{year}{int(one):02d}{int(two):02d}" if 1850 < int(year) < 2200 else ""


def company(text: str) -> str:
    """Without case, accents, signs, legal form, and words that come and go: `The Smith & Sons Ltd` is `smith sons`."""
    if not plain(text):
        return ""
    words = plain(normal_company(re.sub(r"['’`´]", "", text))).split()
    return " ".join([word for word in words if word not in _SMALL] or words)


def street(text: str) -> tuple[str, str]:
    """(words, numbers): `435 S. La Cienega Blv.` is (south la cienega boulevard, 435). German `Hauptstr. 5a` is (haupt street, 5)."""
    bare = re.sub(r"(\w{3,})str(a?ss?e)?\b", r"\1 street", plain(text))
    words = [_STREET.get(word, word) for word in re.findall(r"\d+|[^\W\d]+", re.sub(r"(\d)(st|nd|rd|th)\b", r"\1", bare))]
    numbers = [word.lstrip("0") for word in words if word.isdigit()]
    rest = [word for word in words if not word.isdigit() and len(word) > 1]
    return " ".join(rest), numbers[0] if numbers else ""


def domain(text: str) -> str:
    """`https://www.kessler.example/about` is `kessler.example`."""
    bare = re.sub(r"^[a-z]+://", "", text.strip().lower()).split("/")[0].split(":")[0].removeprefix("www.")
    return bare if "." in bare and " " not in bare else ""
