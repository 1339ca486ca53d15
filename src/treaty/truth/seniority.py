"""How senior a job title is: one pure function, rules a person can read and correct."""

import re
import unicodedata
from functools import lru_cache

LEVELS = ("c_level", "vp", "director", "manager", "individual")

_ASSISTS = r"(executive|personal|management|direktions|vorstands) ?assist|assist\w* (to|of|der|des|de|du|di)\b|secretar|sekretar"
"""Whoever assists a chief is not one, though the title names them."""
_OWNS_NO_COMPANY = r"\b(product|process|data|system) owner\b|\bscrum master\b"

_VP = r"\b([saed]?vp|vice ?presid\w*|vizeprasident\w*|wiceprezes)\b"
_C_LEVEL = (
    r"\b(c[acdefilmoprstx]o|ciso|chro)\b",
    r"\bchief\b.*\bofficer\b",
    r"\b(co ?)?founder|\bcofond|\bfondat|\bfundador|\b(mit)?grunder(in)?\b|\bzalozyciel",
    r"^(business |company )?owner\b|\bco ?owner\b|\binhaber|\bproprietaire|\bpropietari|\btitolare|\beigenaar",
    r"\bpresident\b(?! of the club)|\bprasident|\bpresidente\b|\bprezes\b|\bchairman|\bchairwoman|\bchairperson",
    r"\b(managing|executive board) (director|partner)\b|\bgeneral partner\b|\bboard member\b",
    r"geschaftsfuhr|vorstand|\bgeschaftsleit|\bceo\b",
    r"\bpdg\b|\b(directeur|directrice) general|\bgerant(e)?\b",
    r"\bdirector(a)? general\b|\bconsejer[oa] delegad|\bgerente general\b|\bdirettore generale\b|\bamministratore (delegato|unico)\b",
    r"\bdiretor(a)? (geral|executiv[oa]|presidente)\b|\balgemeen directeur\b|\bbestuurder\b|\bverkstallande direktor\b",
    r"\badministrerende direkt|\btoimitusjohtaja\b|\bdyrektor generalny\b|\bgeneralni reditel",
)
_DIRECTOR = (
    r"\bdir(ector|ecteur|ectrice|ectora|ettore|ettrice|etor|etora|ektor|ektorin|ektr)?\b|\bdyrektor|\breditel",
    r"\bhead\b|\bhoofd\b|\bjohtaja\b|\bchief\b|\bprokurist|\bprincipal\b(?=.*\b(director|lead)\b)",
    r"\b(?!(team|projekt|gruppen|schicht|teilprojekt)leit)\w*leiter(in)?\b|\b(?!(team|projekt|gruppen)leit)\w*leitung\b",
)
_MANAGER = (
    r"\b(manager|mgr|management|supervisor|superintendent|foreman)\w*\b",
    r"\b(team|tech|technical|group|shift|project) ?lead(er)?\b|^lead\b",
    r"\b(team|projekt|gruppen|schicht|teilprojekt)leit|\bteamleider\b|\bmeister\b",
    r"\b(responsable|responsabile|chef|cheffe|jef[ea]|gerente|encargad[oa]|capo\w*|manag\w+|kierowni\w+|vedouci|paallikko|leder)\b|\w+chef\b",
)
_INDIVIDUAL = (
    r"\b(engineer|specialist|analyst|consultant|developer|designer|representative|rep|associate|coordinator|technician|administrator|clerk)\b",
    r"\b(executive|advisor|adviser|buyer|planner|scientist|researcher|programmer|architect|accountant|operator|mechanic|nurse|teacher)\b",
    r"\b(assistant|intern|student|trainee|apprentice|junior|werkstudent|praktikant|azubi|stagiaire|etudiant|becari[oa]|tirocinante)\w*\b",
    r"\w*(ingenieur|techniker|sachbearbeiter|referent|berater|mitarbeiter|entwickler)(in)?\b",
    r"\b(technicien|ingenier[oa]|ingegnere|engenheir[oa]|tecnic[oa]|consultor|commercial|comercial|charge|chargee|assistent|medewerker)\w*\b",
)


@lru_cache(maxsize=10_000)
def seniority_of(title: str) -> str:
    """One of LEVELS, or empty when the title says nothing (`unknown` never excludes anyone).

    Titles in English, German, French, Spanish, Italian, Portuguese and Dutch, and the commonest of their neighbours.
    The highest level named wins, except that assisting a chief is individual and a product owner owns no company.
    A managing director is c_level, as in Britain and Germany; in some banks the title is given more freely.
    """
    text = _plain(title)
    if re.search(_ASSISTS, text) or re.search(_OWNS_NO_COMPANY, text):
        return "individual"
    is_vp = re.search(_VP, text) is not None
    rest = re.sub(_VP, " ", text)
    if _any(_C_LEVEL, rest):
        return "c_level"
    if is_vp:
        return "vp"
    found = (("director", _DIRECTOR), ("manager", _MANAGER), ("individual", _INDIVIDUAL))
    return next((level for level, patterns in found if _any(patterns, rest)), "")


def _any(patterns: tuple[str, ...], text: str) -> bool:
    return any(re.search(pattern, text) for pattern in patterns)


def _plain(title: str) -> str:
    """Lower case, without accents; everything but letters becomes a space. At most 200 characters are read."""
    bare = unicodedata.normalize("NFKD", title[:200].lower().replace("ø", "o").replace("ł", "l").replace("ß", "ss"))
    return re.sub(r"[^a-z]+", " ", "".join(c for c in bare if not unicodedata.combining(c))).strip()
