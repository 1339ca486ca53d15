"""Every measure there is, as (name, how to build it over a lake): found by their signature, so that a new one is never forgotten.

A measure is a public function whose first argument is a `Lake`. What else it takes is filled in by the name of the argument from
`VALUES`: a name that is not there is told by `not_asked`. Measures of other tables than a lake's are in `MORE`.
"""

import importlib
import inspect
import itertools
import pkgutil
from datetime import date, timedelta

import treaty
from tests.engine.random_lake import DAY_US, START_US
from treaty.agreement.terms_credit import Attribution
from treaty.agreement.terms_parties import Rate
from treaty.agreement.vocabulary import DUTIES
from treaty.attribution import deals as credit
from treaty.attribution import journeys, measures, reasons, sharing, versions
from treaty.attribution.weights import RULES
from treaty.engine.measuring import Lake
from treaty.feedback import measures as feedback
from treaty.funnel import deals, touched
from treaty.funnel.catalogue import CATALOGUE
from treaty.funnel.catalogue.asking import dimensions_of, summed
from treaty.funnel.catalogue.measure import Asked, Measure
from treaty.qualification.learning import measures as learned
from treaty.qualification.learning.bins import Bins
from treaty.qualification.learning.points import Card, Signal
from treaty.sla import measures as sla
from treaty.truth.comparing import WHATS, Comparison, Side
from treaty.truth.measures import Exchange
from treaty.truth.stated import Doubt

ROOMS = ("truth", "handoff", "feedback", "sla", "attribution", "funnel", "books", "plan", "rhythm")
WHOLE = (START_US, START_US + 91 * DAY_US)
MONTH = (START_US + 20 * DAY_US, START_US + 50 * DAY_US)
EDGES = tuple(START_US + days * DAY_US for days in (0, 30, 60, 91))
TERMS = measures.Terms(lookback=timedelta(days=30))
JOURNEYS = (
    credit.Journey(),
    credit.Journey(TERMS, by_account=False, repeats_us=DAY_US, counts_direct=False),
)
WEIGHTS = {"email": 0.5, "webinar": 0.2, "direct": 0.3}
MODELS = (
    *(sharing.Model(RULES[name]) for name in ("linear", "time_decay", "w_shaped")),
    sharing.Model(channels=WEIGHTS),
    sharing.Model(is_shared=True),
)
WAY = ("engaged", "marketing_qualified", "sales_accepted", "sales_qualified")
STATED = Rate(source="stated", on="deal_created", rate="0.5")
EXCHANGE = Exchange("EUR", "Europe/Berlin", (("USD", Rate(source="ecb", on="deal_closed")),))
EXCHANGES = (((-(1 << 62), MONTH[1]), EXCHANGE), ((MONTH[1], 1 << 62), Exchange("EUR", "Europe/Berlin", (("USD", STATED),))))
STEPS = (("engaged", "marketing_qualified"), ("marketing_qualified", "sales_accepted"))

AGREED = Attribution.model_validate({"model": "linear", "lookback": "90 days"})
PARTS = (versions.Part((WHOLE[0], MONTH[1]), 1, AGREED, EXCHANGE), versions.Part((MONTH[1], WHOLE[1]), 2, None, EXCHANGE))
SHARINGS = (
    versions.Sharing((WHOLE[0], EDGES[1]), 1, "linear", AGREED, JOURNEYS[0], MODELS[0], EXCHANGE),
    versions.Sharing((EDGES[1], MONTH[1]), 2, "markov", AGREED, JOURNEYS[0], sharing.Model(channels=WEIGHTS), EXCHANGE),
    versions.Sharing((MONTH[1], EDGES[2]), 2, "markov", AGREED, JOURNEYS[0], sharing.Model(channels={"email": 0.1}), EXCHANGE),
)
STAGES = (("engaged", "engaged"), ("sales accepted", "marketing qualified"))
SYSTEMS = (Side(1, DAY_US), Side(2, 30 * DAY_US, STAGES), Side(None))
COMPARISONS = tuple(
    Comparison(*(SYSTEMS[number] for number in pair), what, START_US + 91 * DAY_US, "Europe/Berlin")
    for what, pair in zip(WHATS, ((0, 1), (0, 2), (1, 2), (1, 0), (0, 1), (1, 2)), strict=True)
)
OF_ORIGINS = ("touches", "reach", "reached", "begun", "before", "qualified", "rejected", "stage_now", "earned")

VALUES = {
    "span": (WHOLE, MONTH),
    "edges": (EDGES,),
    "at_us": (MONTH[1],),
    "days": (30,),
    "most": (7,),
    "promise": ("first_contact",),
    "stage": ("marketing_qualified",),
    "from_stage": ("engaged",),
    "to_stage": ("sales_accepted",),
    "steps": (STEPS,),
    "dimension": ("segment", "channel"),
    "segment": ("mid",),
    "channel": ("email",),
    "journey": JOURNEYS,
    "model": MODELS,
    "exchange": (EXCHANGE,),
    "exchanges": ((), EXCHANGES),
    "amounts": (("amount",),),
    "truth.measures.in_currency deals": (lambda lake: lake.table("opportunities"),),
    "truth.measures.as_agreed deals": (lambda lake: lake.table("opportunities"),),
    "comparison": COMPARISONS,
    "fields": (("account", "country", "amount"), None),
    "doubt": (Doubt(), Doubt(has_claims=False), Doubt(has_merged=False)),
    "way": (WAY,),
    "end_on": (date(2026, 3, 11),),
    "funnel.deals.with_first_amount rows": (lambda lake: lake.table("opportunities"),),
    "feedback.measures.of_leads rows": (lambda lake: lake.table("leads"),),
    "funnel.deals.with_sourced rows": (lambda lake: lake.table("opportunities"),),
    "funnel.deals.with_customer rows": (lambda lake: lake.table("opportunities"),),
    "funnel.deals.with_business rows": (lambda lake: deals.won(lake, WHOLE),),
    "deals": (lambda lake: credit.won(lake, WHOLE),),
    "attribution.deals.conversions deals": (lambda lake: lake.table("opportunities"),),
    "attribution.deals.priced rows": (lambda lake: credit.closed(lake, WHOLE),),
    "attribution.deals.to_share deals": (credit.all_won,),
    "attribution.deals.with_money rows": (lambda lake: credit.closed(lake, WHOLE),),
    "attribution.deals.with_money deals": (lambda lake: lake.table("opportunities"),),
    "attribution.sharing.of deals": (lambda lake: touched.every(lake, MONTH[1]),),
    "of": (lambda lake: touched.opened(lake, MONTH),),
    "what": ("revenue", "pipeline"),
    "spans": (tuple(itertools.pairwise(EDGES)),),
    "opportunity_id": (1,),
    "until_us": (WHOLE[1],),
    "deal": (lambda lake: reasons.one_deal(lake, 1, WHOLE[1], EXCHANGE),),
    "found": (SHARINGS,),
    "won": (lambda lake: deals.won(lake, WHOLE),),
    "parts": (PARTS,),
    "there": (PARTS,),
    "currency": ("EUR",),
    "start_us": (START_US,),
    "channels": (("email",),),
    "months": (EDGES,),
    "funnel.touched.reached one": ("spring",),
    "one": ("spring",),
    "cases": (lambda lake: lake.table("leads").select("lead_id", "person_id", at_us="opened_us"),),
    "lookback_us": (30 * DAY_US,),
    "now_us": (MONTH[1],),
    "funnel.spending.spent days": ((date(2025, 12, 10), date(2026, 3, 11)),),
    **{f"funnel.touched.{name} dimension": ("campaign", "content") for name in OF_ORIGINS},
}
"""What an argument may be, everywhere or of one measure; a function makes it of the lake."""


def found():
    """(name, function) of every measure over a lake."""
    for room in ROOMS:
        for name in _modules(room):
            module = importlib.import_module(name)
            for function in vars(module).values():
                if inspect.isfunction(function) and function.__module__ == name and _is_measure(function):
                    yield f"{name.removeprefix('treaty.')}.{function.__name__}", function


def _modules(room):
    if not hasattr(treaty, "__path__") or importlib.util.find_spec(f"treaty.{room}") is None:
        return
    package = importlib.import_module(f"treaty.{room}")
    for one in pkgutil.walk_packages(package.__path__, f"treaty.{room}."):
        if not {"models", "migrations", "apps", "catalogue"} & set(one.name.split(".")):
            yield one.name


def _is_measure(function):
    first = next(iter(inspect.signature(function).parameters.values()), None)
    return first is not None and first.annotation is Lake and not function.__name__.startswith("_")


def _built(name, function):
    """(name with its arguments, build) for each choice of arguments; arguments vary together, not each with each."""
    choices = {argument: _choices(name, argument) for argument in list(inspect.signature(function).parameters)[1:]}
    if not all(choices.values()):
        return
    most = max((len(several) for several in choices.values()), default=1)
    for turn in range(most):
        given = {argument: several[turn % len(several)] for argument, several in choices.items()}
        yield f"{name}#{turn}" if most > 1 else name, _build(function, given)


def _choices(name, argument):
    return VALUES.get(f"{name} {argument}") or VALUES.get(argument)


def not_asked():
    """A sentence for each measure that takes something nobody here knows how to give it."""
    return [
        f"{name} takes {argument!r}: say in tests/engine/registry.py, VALUES, what that may be"
        for name, function in found()
        for argument in list(inspect.signature(function).parameters)[1:]
        if not _choices(name, argument)
    ]


def _build(function, given):
    return lambda lake: function(lake, **{name: value(lake) if callable(value) else value for name, value in given.items()})


def _credited(lake):
    return sharing.credited(lake, WHOLE, JOURNEYS[0], MODELS[0], EXCHANGE)


def _journeys(lake):
    """Touches and conversions of everybody's journeys, as the models read them."""
    touches = lake.table("touches")
    touches = touches.select(
        journey=touches.person_id.cast("string"), channel=touches.channel.coalesce(""), at_us="occurred_us", row="touch_id"
    )
    won = credit.won(lake, WHOLE)
    won = won.select(
        "n", "at_us", "lead_us", "opportunity_us",
        journey=won.person_id.cast("string"), value=won.value.cast("float64"), row=won.conversion,
    )  # fmt: skip
    return touches, won.filter(won.journey.notnull() & won.at_us.notnull())


def _read(lake):
    touches, won = _journeys(lake)
    return touches, journeys.numbered(won)


def _named(lake):
    touches = _read(lake)[0]
    return touches.mutate(channel=touches.channel.nullif("").coalesce("(none)"))


def _by_number(lake):
    touches = _read(lake)[0]
    return touches.mutate(channel=(1 + touches.channel.isin(["email", "webinar"]).cast("int8")).cast("int8"))


def _paths(lake):
    return journeys.paths(_read(lake)[1], TERMS)


def _told(lake):
    _, won = _journeys(lake)
    told = won.select("journey", "at_us", "value", "n", lead_us="lead_us", opportunity_us="opportunity_us", row="row")
    return journeys.conversions_in(told)


CARD = Card(
    90,
    (
        Signal(Bins("fit", "number", cuts=(2.0, 5.5), has_blank=True), (-4, 0, 11), 2),
        Signal(Bins("segment", "levels", levels=(("small", "Small"), ("large",)), has_other=True), (7, -3, 0), 1),
        Signal(Bins("nowhere", "number", cuts=(1.0,)), (0, 5), 2),
    ),
)


def _scored(lake):
    return learned.scored(lake.table("leads").select("lead_id", "fit", "segment"), CARD)


MORE = {
    "attribution.measures.counted": lambda lake: measures.counted(*_read(lake), TERMS),
    "attribution.measures.by_place": lambda lake: measures.by_place(*_read(lake), RULES, TERMS),
    "attribution.measures.by_place unspread": lambda lake: measures.by_place(*_read(lake), RULES, measures.Terms(respread=False)),
    "attribution.measures.distinct_channels": lambda lake: measures.distinct_channels(*_read(lake)),
    "attribution.measures.steps": lambda lake: measures.steps(_read(lake)[0], _paths(lake)),
    "attribution.measures.steps of order 2": lambda lake: measures.steps(_read(lake)[0], _paths(lake), 2),
    "attribution.measures.steps_once": lambda lake: measures.steps_once(_named(lake), _read(lake)[1]),
    "attribution.measures.steps_once of numbered channels": lambda lake: measures.steps_once(_by_number(lake), _read(lake)[1], 2),
    "attribution.journeys.paths": _paths,
    "attribution.journeys.conversions_in": _told,
    "attribution.sharing.of_deals": lambda lake: sharing.of_deals(_credited(lake)),
    "attribution.sharing.by": lambda lake: sharing.by(_credited(lake), "channel"),
    "qualification.learning.measures.scored": _scored,
    "sla.measures.p90": lambda lake: sla.p90(sla.first_contacts(lake, "first_contact", WHOLE)),
    "sla.measures.complete": lambda lake: sla.complete(sla.briefs(lake, WHOLE)),
    "feedback.measures.origins by reason": lambda lake: feedback.origins(lake, "first_contact", "reason", WHOLE),
}
"""Measures of tables, each over tables of the lake."""


ASKED = Asked(
    WHOLE,
    MONTH[1],
    WAY,
    "marketing_qualified",
    tuple((duty, "first_contact") for duty in DUTIES),
    date(2025, 12, 10),
    date(2026, 3, 11),
    EXCHANGE,
    date(2026, 3, 11),
    EDGES,
    parts=PARTS,
    sharings=SHARINGS,
)


def numbers():
    """Every number of the catalogue, all together by periods, and by a dimension: each dimension comes to its turn."""
    for place, (name, number) in enumerate(CATALOGUE.items()):
        if isinstance(number, Measure):
            edges = EDGES if number.is_bucketed else ()
            yield f"catalogue.{name}", _number(number, "", {}, edges)
            dimensions = dimensions_of(number)
            by = dimensions[place % len(dimensions)]
            where = {"segment": ("mid", "")} if "segment" in dimensions else {}
            yield f"catalogue.{name} by {by}", _number(number, by, where, ())


def _number(measure, by, where, edges):
    return lambda lake: summed(lake, measure, ASKED, by, where, edges)


def every():
    """All of them: [(name, build)]."""
    of_lakes = itertools.chain.from_iterable(_built(name, function) for name, function in found())
    return [*of_lakes, *MORE.items(), *numbers()]
