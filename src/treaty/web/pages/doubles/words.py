"""What speaks for two being one person, in words and numbers."""

from treaty.truth.models import Person, Proposal
from treaty.truth.pairs import Double
from treaty.web import formats
from treaty.web.here import Here

SHARED = {"email": "address", "phone": "telephone number"}
ANSWERS = {"open": "To be answered", "different": "Two people", "merged": "One person"}
_MOST = 3


def both(pair: Double) -> str:
    return f"{pair.one} and {pair.other}" if str(pair.one) != str(pair.other) else f"{called(pair.one)} and {called(pair.other)}"


def called(person: Person) -> str:
    """Two records may be called alike: with the address, where there is one besides the name."""
    return f"{person} ({person.email})" if person.email and person.name else str(person)


def speaks(pair: Double) -> str:
    """All that speaks for it, the strongest first: `One address: ada@acme.example; full name: the same name`."""
    return "; ".join(dict.fromkeys(_speaks(proposal) for proposal in pair.proposals))


def _speaks(proposal: Proposal) -> str:
    if proposal.rule in SHARED:
        return f"one {SHARED[proposal.rule]}: {proposal.about}"
    lines = sorted(lines_of(proposal), key=lambda line: -line[2])
    return ", ".join(f"{compared}: {found}" for compared, found, bits in lines[:_MOST] if compared and bits > 0) or "alike through others"


def lines_of(proposal: Proposal) -> list[tuple[str, str, float]]:
    """What was compared, what was found, and the bits it adds. They sum to the logarithm of the odds."""
    return [(str(compared), str(found), float(bits)) for compared, found, bits in proposal.evidence.get("lines", ())]


def probable(pair: Double, here: Here) -> str:
    return formats.percent(pair.probability, manner=here.viewer.manner) if pair.probability is not None else ""


def times(bits: float) -> str:
    """Bits as people weigh: `1,024 times likelier`, `8 times less likely`."""
    n = 2 ** min(abs(bits), 60.0)
    said = f"{n:,.0f}" if n >= 10 else f"{n:.1f}".removesuffix(".0")
    return "no difference" if said == "1" else f"{said} times {'likelier' if bits > 0 else 'less likely'}"
