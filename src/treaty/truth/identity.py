"""How people and accounts are recognised: normal forms and which of several matches to trust."""

import re
import unicodedata
from collections.abc import Collection
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import phonenumbers

from treaty.truth.records import AccountRef, PersonRef

if TYPE_CHECKING:
    from tldextract import TLDExtract

_INTERNATIONAL = re.compile(r"\+[1-9](?:[ .-]?\d){7,13}")
"""A number written out: nothing in it has to be known to read it."""

Key = tuple[str, str, str]
"""(kind, space, value): how one identity is stored. E-mail, domain and name have no space: they join systems."""

_EMAIL = re.compile(r"[^@\s\"'<>()\[\],;:\\]{1,64}@([a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9-]{1,63})+)")
_LEGAL = re.compile(
    r"\b(gmbh(?: ?& ?co\.? ?kg)?|ag|se|kg|ohg|ug|inc|llc|ltd|limited|plc|corp|corporation|co|company"
    r"|sa|sas|sarl|spa|srl|sl|bv|nv|ab|as|aps|oy|sp z o ?o|s r o)\b"
)


def normal_email(text: str) -> str:
    """Lower case, trimmed. Empty stays empty; raises ValueError naming a value that cannot be an address."""
    email = unicodedata.normalize("NFKC", text).strip().lower()
    if not email:
        return ""
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise ValueError(f"{text[:80]!r} is not an e-mail address: correct it or leave it empty")
    return email


def domain_of(email: str) -> str:
    """The part after the @, or empty."""
    return email.rpartition("@")[2]


def normal_domain(text: str) -> str:
    """`https://www.Kessler.example/about` and `kessler.example` are one domain."""
    bare = re.sub(r"^[a-z]+://", "", text.strip().lower())
    return bare.split("/")[0].split(":")[0].removeprefix("www.")[:200]


@lru_cache(4096)
def registrable(domain: str) -> str:
    """The part of a domain that somebody registered: `mail.kessler.co.uk` is of `kessler.co.uk`.

    By the public suffix list that comes with tldextract, private suffixes too: `kessler.myshopify.com` is its own. Under an
    ending the list does not know the last two labels are taken. What is no name below an ending stays as it is.
    """
    found = _suffixes()(domain)
    if found.ipv4 or not found.domain:
        return domain
    return f"{found.domain}.{found.suffix}" if found.suffix else ".".join(domain.split(".")[-2:])


@cache
def _suffixes() -> "TLDExtract":
    """The list in the wheel: nothing is fetched and nothing is written."""
    from tldextract import TLDExtract  # a twentieth of a second, where no address is read

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def ladder(domain: str) -> list[str]:
    """A domain and those above it down to the registrable one, the most exact first: where an address may belong."""
    end, parts = registrable(domain), domain.split(".")
    above = (".".join(parts[at:]) for at in range(len(parts)))
    return [one for one in above if one == end or one.endswith(f".{end}")]


def normal_company(name: str) -> str:
    """Company names without case, accents, punctuation and legal form: `Kessler Pumpen GmbH` is `kessler pumpen`."""
    plain = name.lower()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    plain = re.sub(r"[^\w&]+", " ", plain).strip()
    short = re.sub(r"\s+", " ", _LEGAL.sub(" ", plain)).strip()
    return (short or plain)[:250]


def normal_phone(text: str, country: str) -> str:
    """A telephone number as `+4930123456`, whichever way it is written; empty for what can be no number.

    country: of two letters, where the number is written without its country's; unknown, such a number is nobody's key.
    """
    if not text:
        return ""
    if _INTERNATIONAL.fullmatch(text.strip()):
        return "+" + re.sub(r"\D", "", text)
    try:
        number = phonenumbers.parse(text, country.strip().upper() if len(country.strip()) == 2 else None)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if phonenumbers.is_possible_number(number) else ""


def person_keys(ref: PersonRef, space: str) -> list[Key]:
    """The identities a reference names, the most trusted first."""
    named = [
        ("email", "", normal_email(ref.email)),
        ("id", space, ref.external_id.strip()),
        ("id", space, ref.also_id.strip()),
        ("user", space, ref.user_id.strip()),
        ("anon", space, ref.anonymous_id.strip()),
    ]
    return [(kind, where, value[:254]) for kind, where, value in named if value]


def account_keys(ref: AccountRef, space: str) -> list[Key]:
    """The identities a reference names, the most trusted first; of an address every domain it may belong to, the registrable one last."""
    if ref.is_of_address:
        return [("domain", "", domain[:250]) for domain in ladder(normal_domain(ref.domain))]
    named = [("id", space, ref.external_id.strip()), ("domain", "", normal_domain(ref.domain)), ("name", "", normal_company(ref.name))]
    return [(kind, where, value[:250]) for kind, where, value in named if value]


def own_keys(ref: AccountRef, space: str) -> list[Key]:
    """Those of them that an account has which is made by the reference: of an address the registrable domain alone."""
    keys = account_keys(ref, space)
    return keys[-1:] if ref.is_of_address else keys


def work_domain(email: str, free_mail: Collection[str]) -> str:
    """The domain that names an employer; empty for a free-mail address."""
    domain = domain_of(email)
    return "" if domain in free_mail or (domain and registrable(domain) in free_mail) else domain
