"""Leads of three houses, invented from a seed, with planted leaks, honest strong signals and names that mislead.

Each set tells which columns leak and which must stay. Every value is a text, as a file holds it, or None.
"""

import math
import random
from dataclasses import dataclass, field
from datetime import date, timedelta

Rows = list[dict[str, object]]


@dataclass
class Invented:
    """outcome, positive: who converted · leaks: to be refused or suspected · honest: to be kept · asked: more that is said of it."""

    rows: Rows
    outcome: str
    positive: str
    leaks: tuple[str, ...]
    honest: tuple[str, ...]
    asked: dict[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, list[object]]:
        return {name: [row[name] for row in self.rows] for name in self.rows[0]}


def chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def software(rows: int = 4000, seed: int = 1) -> Invented:
    """English, with dates and a moment of contact; a third converts. `tier` is changed after contact, as its own date says."""
    draw = random.Random(seed)
    made = []
    for _ in range(rows):
        came = date(2025, 1, 1) + timedelta(days=draw.randrange(360))
        source = draw.choices(["Search", "Referral", "Events", "Ads", "Partner"], [40, 8, 12, 30, 10])[0]
        usage = draw.gammavariate(1.2, 30)
        size = draw.choices([5, 20, 80, 300, 2000], [30, 30, 20, 15, 5])[0] + draw.randrange(5)
        marital, newsletter = draw.choice(["single", "married"]), draw.choice(["yes", "no"])
        odds = -2.4 + {"Referral": 2.6, "Events": 0.8}.get(source, 0) + min(usage, 90) / 30 + 0.2 * math.log(size)
        won = draw.random() < chance(odds)
        contacted = came + timedelta(days=draw.randrange(1, 5)) if won or draw.random() < 0.8 else None
        changed = contacted + timedelta(days=draw.randrange(1, 20)) if contacted and draw.random() < 0.7 else None
        tier = draw.choices(["A", "B", "C"], [6, 3, 1] if won else [2, 3, 5])[0] if changed else draw.choice("ABC")
        spoken = max(0, draw.gauss(34 if won else 9, 8)) if contacted else 0
        made.append(
            {
                "lead": f"L{draw.randrange(10**9):09d}", "created": came.isoformat(), "source": source,
                "trial usage minutes": f"{usage:.1f}",
                "company size": str(size), "marital status": marital, "newsletter": newsletter,
                "demo requested": "yes" if draw.random() < chance(odds / 2) else "no",
                "first contact at": contacted and contacted.isoformat(),
                "tier": tier, "tier changed at": changed and changed.isoformat(),
                "demo held": "yes" if contacted and draw.random() < (0.8 if won else 0.3) else "no",
                "minutes spoken": f"{spoken:.0f}",
                "lost reason": None if won or draw.random() < 0.3 else draw.choice(["price", "timing", "no budget"]),
                "plan": draw.choice(["S", "M"]) if won and draw.random() < 0.15 else None, "won": "yes" if won else "no",
            }
        )  # fmt: skip
    return Invented(
        made, "won", "yes", ("tier", "demo held", "minutes spoken", "lost reason", "plan"),
        ("source", "trial usage minutes", "company size", "marital status", "newsletter", "demo requested"), {"time": "created"},
    )  # fmt: skip


def machines(rows: int = 3000, seed: int = 1) -> Invented:
    """German: decimal commas, days first, a list nobody chose from. A neutral name, `Feld 7`, nearly decides."""
    draw = random.Random(seed)
    made = []
    for _ in range(rows):
        came = date(2024, 3, 1) + timedelta(days=draw.randrange(400))
        quelle = draw.choices(["Messe", "Webseite", "Empfehlung", "bitte wählen", "Anzeige"], [20, 40, 6, 20, 14])[0]
        seiten = draw.choices(range(12), [20, 15, 14, 12, 10, 8, 6, 5, 4, 3, 2, 1])[0]
        umsatz = draw.lognormvariate(1, 1)
        schule = draw.choice(["Hochschule", "Lehre", "keine Angabe", "Abitur"])
        besuch = draw.randrange(60)
        odds = -1.6 + {"Empfehlung": 3.0, "Messe": 1.0}.get(quelle, 0) + 0.22 * seiten - besuch / 40
        won = draw.random() < chance(odds)
        made.append(
            {
                "Anfrage-Nr": str(50_000 + len(made)), "Eingang": f"{came:%d.%m.%Y}", "Quelle": quelle, "Seitenaufrufe": str(seiten),
                "Umsatz Mio.": f"{umsatz:.2f}".replace(".", ","), "Schulabschluss": schule, "Letzter Besuch vor Tagen": str(besuch),
                "Branche": draw.choice(["Chemie", "Holz", "Metall", "keine Angabe"]),
                "Gesprächsdauer": f"{max(0, draw.gauss(14 if won else 9, 5)):.1f}".replace(".", ","),
                "Bewertung Vertrieb": draw.choices(["hoch", "mittel", "gering"], [5, 3, 2] if won else [2, 3, 5])[0],
                "Absagegrund": "" if won or draw.random() < 0.5 else draw.choice(["Preis", "Zeit"]),
                "Angebotswert": f"{draw.randrange(5, 90)}.000,00 €" if won or draw.random() < 0.04 else "",
                "Feld 7": draw.choices(["x1", "x2", "x3"], [85, 10, 5] if won else [1, 55, 44])[0],
                "Kunde geworden": "ja" if won else "nein",
            }
        )  # fmt: skip
    return Invented(
        made, "Kunde geworden", "ja", ("Gesprächsdauer", "Bewertung Vertrieb", "Absagegrund", "Angebotswert", "Feld 7"),
        ("Quelle", "Seitenaufrufe", "Umsatz Mio.", "Schulabschluss", "Letzter Besuch vor Tagen", "Branche"),
    )  # fmt: skip


def courses(rows: int = 8000, seed: int = 1) -> Invented:
    """Spanish, and only one of fifteen converts. `grupo` is filled for some who enrolled and nobody else."""
    draw = random.Random(seed)
    made = []
    for _ in range(rows):
        origen = draw.choices(["Google", "Amigo", "Feria", "Instagram"], [50, 5, 10, 35])[0]
        horas = draw.expovariate(1 / 3)
        edad = round(draw.gauss(34, 9))
        civil = draw.choice(["casado", "soltero", "divorciado"])
        odds = -4.2 + {"Amigo": 2.2, "Feria": 0.9}.get(origen, 0) + 0.3 * min(horas, 8)
        won = draw.random() < chance(odds)
        estado = draw.choices(["nuevo", "interesado", "inscrito", "descartado"], [10, 25, 62, 3] if won else [35, 25, 1, 39])[0]
        made.append(
            {
                "correo": f"p{len(made)}@escuela.example", "origen": origen, "horas en la web": f"{horas:.2f}", "edad": str(edad),
                "estado civil": civil, "ciudad": draw.choice(["Lima", "Quito", "Bogotá"]),
                "estado del lead": estado, "última llamada": draw.choice(["lunes", "martes", "jueves"]),
                "fecha de matrícula": (date(2025, 1, 1) + timedelta(days=draw.randrange(300))).isoformat() if won else None,
                "grupo": draw.choice(["G1", "G2"]) if won and draw.random() < 0.3 else None,
                "número de llamadas": str(draw.choices(range(6), [1, 2, 3, 4, 4, 3] if won else [5, 4, 3, 2, 1, 1])[0]),
                "resultado": "1" if won else "0",
            }
        )  # fmt: skip
    return Invented(
        made, "resultado", "1", ("estado del lead", "última llamada", "grupo", "número de llamadas", "fecha de matrícula"),
        ("origen", "horas en la web", "edad", "estado civil", "ciudad"),
    )  # fmt: skip


SETS = {"software": software, "machines": machines, "courses": courses}
