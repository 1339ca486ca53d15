"""What people write and say: questions on forms, call notes, objections, reasons. Invented, a few of each."""

from random import Random

DEMO_MESSAGES = (
    "Two of our circulation pumps stopped without warning last month. We would like to see how the sensors are fitted.",
    "We measure by hand every six weeks and miss too much in between. Can you show us the system on a live machine?",
    "Planning the budget for next year: about 40 machines in two halls. Please show us the retrofit kit.",
    "Our insurer asks for condition monitoring on the compressors. Who can walk us through it?",
    "A bearing on the main drive failed three times this year. I would like a demonstration for our team of four.",
    "We have readings from the controls already. Can Watch use them, or do we need your sensors everywhere?",
)
WEBINAR_QUESTIONS = (
    "Can the kit be fitted while the pump is running?",
    "How long does the battery last at one reading per hour?",
    "Do you deliver the alarm thresholds, or do we set them?",
    "Does it work below 20 Hz? Our agitators turn slowly.",
    "Can the readings stay inside our own network?",
)
CONNECTED = (
    "Spoke for ten minutes. Pumps in the wet section worry them most.",
    "Friendly talk. They compare us with a quarterly route by an outside firm.",
    "Reached at the second ring. Wants figures before the next works meeting.",
    "Short call between two meetings, asked for the wiring sheet.",
    "Knows the subject well; their reliability engineer will join next time.",
    "Had read the retrofit guide and asked about the Ex zone.",
)
NO_ANSWER = ("No answer, left a message.", "Rang out.", "Assistant took the name.", "Voicemail.", "Line engaged twice.")
SENT = (
    "Sent two lines and the wiring sheet.",
    "Wrote with two times for a call this week.",
    "Sent the paper-mill story with a question.",
)
HELD = (
    "Went through the machine list together; 28 pumps qualify for the kit.",
    "Showed the spectra of a similar plant. They recognised their own problem.",
    "Maintenance and IT joined. Open question: where the gateway may be placed.",
    "Plant tour by video. Three gearboxes first, the rest after the summer stop.",
)
BUDGETS = ("approved for this year", "within the plant's own limit", "to be asked for in the next round", "set aside, amount open")
TIMELINES = ("before the next planned stop", "this quarter", "next quarter", "within six months")
NEEDS = (
    "unplanned stops on pumps",
    "bearing failures on the main drive",
    "readings between the inspection routes",
    "proof for the insurer",
    "fewer spare motors in stock",
)
OBJECTIONS = {
    "integration_effort": (
        "We have no electrician free to open the cabinets.",
        "The control system is twenty years old; nothing connects to it easily.",
        "Who adapts the interface to our maintenance software?",
    ),
    "price_level": (
        "Per machine it costs more than the motor behind it.",
        "For eight pumps the yearly fee is hard to justify.",
        "The head office compares only the price per sensor.",
    ),
    "service_contract": (
        "Our pump supplier already inspects twice a year.",
        "The contract with the service firm runs until the end of next year.",
    ),
    "proof_of_value": (
        "Show me a plant like ours where it found something in time.",
        "We tried sensors once and got only false alarms.",
    ),
    "internal_capacity": (
        "Nobody here has time to look at one more screen.",
        "Our vibration specialist retires in spring.",
    ),
    "data_security": (
        "Readings may not leave the site network.",
        "IT wants to know who can open a connection from outside.",
    ),
    "missing_certificate": (
        "Half of the machines stand in zone 1. Which of your parts may go there?",
        "Without the certificate the safety officer will not sign.",
    ),
}
REJECTED_NOTES = {
    "not_in_market": ("New line comes first, sensors after it.", "Just renewed a service contract, wants to hear from us later."),
    "no_budget": ("Investments are frozen until the new year.", "Interested, but nothing left in the plant's budget."),
    "no_fit": ("No rotating machines of their own.", "Collects material for a course, does not buy."),
    "other_product": ("Looks for flow meters, not vibration.", "Wants thermal cameras."),
    "wrong_contact": ("The number belongs to another plant.", "Left the company in spring, says reception."),
    "competitor": ("Works on a monitoring product of their own.",),
    "duplicate": ("The same person is with us under another address.",),
    "unable_to_reach": ("Five tries by phone and mail, no sign.",),
}
WON_REASONS = (
    "fast answer in the beginning",
    "fits without a shutdown",
    "reference visit",
    "price for the whole plant",
    "somebody watches at night",
)
OTHER_PRODUCTS = ("flow meters", "thermal cameras", "oil analysis", "laser alignment")


HEARD = {
    "organic_search": ("Google", "google", "Searched the web"),
    "paid_search": ("Google", "A search", "Google ad"),
    "paid_social": ("LinkedIn", "linkedin", "A post"),
    "email": ("Your newsletter", "newsletter"),
    "referral": ("A partner", "Recommended by our service partner"),
    "webinar": ("Webinar", "your webinar"),
    "trade_fair": ("Trade fair", "At the fair", "trade fair"),
    "direct": ("A colleague", "I knew you"),
}
"""How people of each channel answer when they are asked how they heard of us."""
BY_MOUTH = ("A colleague", "a  colleague", "A colleague at another plant")
"""What no channel sees: a third of those who answer name a person."""


def pick(rng: Random, words: tuple[str, ...]) -> str:
    return words[int(rng.random() * len(words))]
