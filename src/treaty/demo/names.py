"""Invented people and companies with a European ring; every address ends in `.example`.

Company stems are syllables, not places or families, so that no real firm is named. Surnames are kept
uncommon for the same reason.
"""

import re
import unicodedata
from functools import lru_cache
from random import Random

FREE_MAIL = ("freemail.example", "webmail.example")
"""Invented free providers; the product's own list `free_mail` has them."""

GROUPS = {
    "DE": "german", "AT": "german", "CH": "german", "NL": "dutch", "SE": "nordic", "DK": "nordic",
    "PL": "slavic", "CZ": "slavic", "FR": "romance", "IT": "romance", "ES": "romance", "GB": "english",
}  # fmt: skip
LANGUAGES = {
    "DE": "de", "AT": "de", "CH": "de", "NL": "nl", "SE": "sv", "DK": "da",
    "PL": "pl", "CZ": "cs", "FR": "fr", "IT": "it", "ES": "es", "GB": "en",
}  # fmt: skip
PREFIXES = {"DE": "+49", "AT": "+43", "CH": "+41", "NL": "+31", "SE": "+46", "DK": "+45",
            "PL": "+48", "CZ": "+420", "FR": "+33", "IT": "+39", "ES": "+34", "GB": "+44"}  # fmt: skip
LEGAL = {
    "DE": ("GmbH", "GmbH", "AG", "GmbH & Co. KG"), "AT": ("GmbH",), "CH": ("AG",), "NL": ("B.V.",), "SE": ("AB",),
    "DK": ("A/S",), "PL": ("Sp. z o.o.",), "CZ": ("s.r.o.", "a.s."), "FR": ("SAS",), "IT": ("S.r.l.", "S.p.A."),
    "ES": ("S.L.",), "GB": ("Ltd",),
}  # fmt: skip

FIRST = {
    "german": """Henrike Birgit Jutta Katrin Silke Annika Leonie Wiebke Tabea Ulrike Carsten Dietmar Eckhard Gernot
        Hauke Ingo Jannik Lennart Malte Rainer Sönke Torben Veit Wendelin""",
    "dutch": "Femke Marloes Sanne Jolijn Wytske Anouk Bram Gijs Joost Maarten Ruud Sietse Thijs Wouter",
    "nordic": "Astrid Birgitta Elin Gunvor Hedda Ingela Siv Tuva Anders Bengt Egil Håkan Jesper Leif Mogens Rasmus",
    "slavic": "Agnieszka Bożena Hana Jitka Kinga Magda Věra Zuzana Bartosz Grzegorz Jarek Ludvík Miloš Radim Wojtek",
    "romance": """Amandine Bérénice Chiara Élodie Inés Lucía Noemi Ottavia Arnaud Bastien Davide Gaël Iñaki Loïc
        Matteo Renzo Thibault Xabier""",
    "english": "Bronwen Fiona Gemma Isla Maeve Rowena Callum Duncan Euan Gareth Hamish Nigel Rhys Stuart",
    "wide": """Aylin Defne Emre Tuncay Leila Samira Karim Yassin Anjali Divya Nikhil Rohan Linh Minh Eleni Stavros
        Oksana Taras Filipa Rui Chidi Ngozi Amara Dao""",
}
LAST = {
    "german": """Althammer Brinkhues Dornbusch Eickhoff Falkenrath Grothmann Hagemeister Imgrund Jostmeier Kessenich
        Lohkamp Mettkemper Nierhoff Oberbeck Pannwitz Quadflieg Rautenberg Schierholz Tewes Uhlenbrock Vosskamp
        Wiedenhaupt Zurmühlen Bollwerk Düsterloh Heidbrink""",
    "dutch": "Boersen Dijkhof Elzinga Haverkort Kloosterman Oldenhuis Postmus Ruiterkamp Terhorst Veldkamp Wieringa",
    "nordic": "Almskog Björkhed Dalsjö Ekvall Forsmo Grønbek Hallqvist Kvistgaard Lundmo Rosvall Sandvad Torngren",
    "slavic": "Bednarz Chmelař Dvorník Gajowy Hruban Jaworek Kolářík Lesniak Modrzew Podhorský Sikorka Vondrák Zawistny",
    "romance": """Arrizabal Bellandi Castignon Delorvain Esparrago Fontanelle Garrigou Lambruschi Montorsi Pasquier
        Quintavalle Roquefeuil Santerre Tramontin Urdangarri Vallespir""",
    "english": "Ashdown Birtwhistle Cotterell Fairclough Hebblewhite Lowcock Ormerod Pennock Ravenscroft Thistlewood",
    "wide": """Aydoğan Benhadj Charitou Deshmukh Karapetros Kocaman Nakhle Okonjwa Panagiou Quách Ramaswary Sevilgen
        Tavarinho Tymchuk Vasanthan Yildizer""",
}

STEMS = """Albr Bent Brev Corv Dorv Drem Ehl Elst Fald Fenn Garn Gorl Gronv Halm Hesk Hulv Ilv Imst Jarn Jelm Keld Korv
    Krem Lauv Lind Lorm Marv Melk Morv Narv Nesk Norv Olv Ostr Palv Pren Quer Ramv Rhov Rosk Salv Selk Skov Stelm Tharn
    Torv Trev Uhl Ulst Valm Velm Vorn Warn Wesk Wilv Zelm""".split()
ENDINGS = {
    "german": "und eck ing hoff ow au mar rath brück ental inger werth oll agen".split(),
    "dutch": "dijk veen horst wolde meer loo kamp".split(),
    "nordic": "vik holm strand dal fors näs sund berga".split(),
    "slavic": "ów ice sko ec any ín ava no".split(),
    "romance": "elle ane or ière ano etta ona ard".split(),
    "english": "ford wick ley ham more ton by stone".split(),
}
TRADES = {
    "manufacturing": {
        "german": "Pumpen Getriebe Guss Papier Glas Antriebe Werkzeugbau Kunststoff Zement Armaturen".split(),
        "other": "Pumps Gears Castings Paper Glass Drives Tooling Plastics Cement Valves".split(),
    },
    "life sciences": {
        "german": "Pharma Biotech Diagnostik Labortechnik Wirkstoffe".split(),
        "other": "Pharma Biotech Diagnostics Labs Vaccines Actives".split(),
    },
    "energy": {
        "german": "Energie Fernwärme Turbinen Wasserkraft Stadtwerke".split(),
        "other": "Energy Heat Turbines Hydro Grid".split(),
    },
    "food": {
        "german": "Molkerei Backwaren Mühlen Brauhaus Zucker".split(),
        "other": "Dairy Bakery Mills Brewing Sugar Foods".split(),
    },
    "chemicals": {
        "german": "Chemie Lacke Harze Düngemittel Klebstoffe".split(),
        "other": "Chemicals Coatings Resins Fertilisers Adhesives".split(),
    },
    "education": {
        "german": "Akademie Technikum Institut Lehrwerkstatt".split(),
        "other": "Academy Institute Training College".split(),
    },
    "software": {
        "german": "Software Systeme Datendienste Informatik".split(),
        "other": "Software Systems Analytics Data".split(),
    },
}

_FIRST = {group: text.split() for group, text in FIRST.items()}
_LAST = {group: text.split() for group, text in LAST.items()}
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "ı": "i", "đ": "d", "Ø": "O", "Ł": "L"})
_EVERY_EIGHTH = 0.125
"""The share of people whose name comes from further away than the country they work in."""


@lru_cache(maxsize=4096)
def slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens: what an address is made of."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def person_name(rng: Random, country: str) -> tuple[str, str]:
    """First and last name of somebody who works in that country."""
    group = "wide" if rng.random() < _EVERY_EIGHTH else GROUPS[country]
    return _pick(rng, _FIRST[group]), _pick(rng, _LAST[group])


def company_name(rng: Random, country: str, industry: str, attempt: int) -> tuple[str, str]:
    """Name and domain. `attempt` above 2 joins two stems: by then single ones run short in large companies' worlds."""
    group = GROUPS[country]
    stem = _stem(rng, group) if attempt < 3 else f"{_stem(rng, group)} {_stem(rng, group)}"
    trade = _pick(rng, TRADES[industry]["german" if group == "german" else "other"])
    return f"{stem} {trade} {_pick(rng, LEGAL[country])}", f"{slug(stem)}-{slug(trade)}.example"


def email_address(first: str, last: str, domain: str, nth: int = 0) -> str:
    """`first.last@domain`; `nth` keeps namesakes at one company apart."""
    return f"{slug(first)}.{slug(last)}{nth or ''}@{domain}"


def short_address(first: str, last: str, domain: str) -> str:
    """The other way the same person writes their address: `f.last@domain`."""
    return f"{slug(first)[0]}.{slug(last)}@{domain}"


def phone_number(rng: Random, country: str) -> str:
    """A number that cannot ring: exchange 0000."""
    return f"{PREFIXES[country]} {rng.randrange(20, 99)} 0000 {rng.randrange(100, 1000)}"


def _stem(rng: Random, group: str) -> str:
    return _pick(rng, STEMS) + _pick(rng, ENDINGS[group])


def _pick(rng: Random, words: tuple[str, ...] | list[str]) -> str:
    return words[int(rng.random() * len(words))]
