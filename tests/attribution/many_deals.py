"""Random deals in ten currencies through every model, checked by plain whole numbers: `python -m tests.attribution.many_deals 1000000`.

Of every deal: its parts are its amount to the smallest unit, in its own currency and in the agreement's; no share is below nothing;
touches that must not count have nothing; sums over channels and campaigns are the sum over deals; the order of rows changes nothing.
"""

import sys
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import ibis
import numpy as np
import pyarrow as pa

from tests.funnel.fake_lake import SCHEMAS
from treaty.agreement.terms_parties import Rate
from treaty.attribution import removal, sharing
from treaty.attribution.deals import Journey
from treaty.attribution.measures import Terms
from treaty.attribution.sharing import Model
from treaty.attribution.weights import RULES, rule
from treaty.engine.days import DAY_US
from treaty.engine.measuring import parts_of
from treaty.moments import to_us
from treaty.truth.measures import Exchange

DECIMALS = {"EUR": 2, "USD": 2, "GBP": 2, "CHF": 2, "SEK": 2, "JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3, "TND": 3}
CODES = list(DECIMALS)
DATED = ["USD", "GBP", "JPY", "KRW", "KWD", "BHD", "TND"]
STATED = Decimal("1.0417")
AGREED = [(code, Rate(source="ecb", on="deal_closed")) for code in DATED]
EXCHANGE = Exchange("EUR", "UTC", (*AGREED, ("CHF", Rate(source="stated", on="deal_closed", rate=STATED))))
"""Nothing is agreed of SEK: it is never converted."""
CHANNELS = np.array(["", "search", "email", "webinar", "event", "partner", "social", "content"])
START_US, DAYS = to_us(datetime(2026, 1, 1, tzinfo=UTC)), 360
SPAN = (START_US, START_US + 400 * DAY_US)
LOOKBACK = timedelta(days=90)
LOOKBACK_US, REPEATS_US = LOOKBACK // timedelta(microseconds=1), 1_800_000_000
JOURNEY = Journey(Terms(LOOKBACK, half_life=timedelta(days=7)), repeats_us=REPEATS_US, counts_direct=False)
CHUNK = 100_000


class Lake:
    """Arrow tables in a DuckDB of their own."""

    version = 1

    def __init__(self, name, tables):
        self.folder, self.connection = name, ibis.duckdb.connect(threads=2, memory_limit="1GB")
        for table, rows in tables.items():
            self.connection.create_table(table, rows)

    def table(self, name):
        return self.connection.table(name)

    def fetch(self, expression):
        return self.connection.to_pyarrow(expression)

    def answers(self, keys, make):
        return parts_of(self.fetch(make(keys)), len(keys))

    def answer(self, key, make):
        return self.fetch(make())

    def one(self, sql):
        return self.connection.raw_sql(sql).fetchall()


def made(seed, n):
    """(tables of the lake, what each deal must come to). Touch numbers are odd where the touch must not count."""
    chance = np.random.default_rng(seed)
    ids = np.arange(1, n + 1)
    money = chance.integers(0, len(CODES), n)
    units = np.floor(10 ** chance.uniform(0, 9.5, n)).astype(np.int64) * (chance.random(n) > 0.01)
    closed = START_US + chance.integers(0, DAYS * DAY_US, n)
    opened = closed - chance.integers(0, 60 * DAY_US, n)
    rates = rate_rows(chance)
    touches, counted = touch_rows(chance, ids, closed)
    tables = {
        "opportunities": deal_table(ids, money, units, opened, closed),
        "leads": table_of("leads", lead_id=ids, person_id=ids, opened_us=opened - chance.integers(0, 40 * DAY_US, n)),
        "people": table_of("people", person_id=np.arange(1, 2 * n + 1), account_id=[*ids.tolist(), *[None] * n]),
        "touches": touches,
        "rates": table_of("rates", **rates),
    }
    return tables, pa.table(
        {
            "deal": ids,
            "code": np.array(CODES)[money],
            "units": units,
            "converted": converted(money, units, closed, rates),
            "counted": counted,
        }
    )


def table_of(name, **columns):
    schema = ibis.schema(SCHEMAS[name]).to_pyarrow()
    n = len(next(iter(columns.values())))
    arrays = [pa.array(columns[f.name], f.type) if f.name in columns else pa.nulls(n, f.type) for f in schema]
    return pa.table(arrays, schema=schema)


def deal_table(ids, money, units, opened, closed):
    amounts = [Decimal(int(u)).scaleb(-DECIMALS[CODES[m]]) for u, m in zip(units, money, strict=True)]
    return table_of(
        "opportunities", opportunity_id=ids, account_id=ids, lead_id=ids, outcome=["won"] * len(ids),
        currency=np.array(CODES)[money], amount=amounts, opened_us=opened, closed_us=closed,
    )  # fmt: skip


def rate_rows(chance):
    """A rate of each currency on about every third day, from before the first close on; some stated twice."""
    found = {name: [] for name in ("rate_id", "currency", "becomes", "rate_on", "rate", "said", "received_us")}
    for code in DATED:
        worth = {0: 0.006, 3: 2.5}.get(DECIMALS[code], 0.9)
        for day in range(-5, DAYS, 3):
            for said in range(1, 2 + int(chance.random() < 0.1)):
                rate = Decimal(int(worth * chance.uniform(0.8, 1.2) * 10**8)) / 10**8
                row = (len(found["rate"]), code, "EUR", date(2026, 1, 1) + timedelta(days=day), rate, said, 0)
                for column, value in zip(found.values(), row, strict=True):
                    column.append(value)
    return found


def converted(money, units, closed, rates):
    """Whole euro cents by plain whole numbers, None where nothing is agreed."""
    last = {}
    for code, on, rate in zip(rates["currency"], rates["rate_on"], rates["rate"], strict=True):
        last[code, (on - date(2026, 1, 1)).days] = rate  # the correction comes after what it corrects
    found = []
    for m, u, day in zip(money.tolist(), units.tolist(), ((closed - START_US) // DAY_US).tolist(), strict=True):
        code = CODES[m]
        if code == "SEK":
            found.append(None)
            continue
        rate = Decimal(1) if code == "EUR" else STATED if code == "CHF" else last[code, (day + 5) // 3 * 3 - 5]
        found.append(int((Decimal(u).scaleb(2 - DECIMALS[code]) * rate).quantize(Decimal(1), ROUND_HALF_UP)))
    return pa.array(found, pa.int64())


def touch_rows(chance, ids, closed):
    """(touches, whether each deal has one that counts): up to seven that may, and beside them some that must not."""
    many = chance.integers(0, 8, len(ids))
    deal, at = np.repeat(ids, many), np.repeat(closed, many)
    good = at - chance.integers(0, LOOKBACK_US, len(at))
    channel = CHANNELS[chance.integers(0, len(CHANNELS), len(at))]
    bad = [
        (deal, at + 1 + chance.integers(0, DAY_US, len(at)), channel, 0),  # after the close
        (deal, at - LOOKBACK_US - chance.integers(0, 2, len(at)) * DAY_US, channel, 0),  # as old as the look-back, and older
        (deal, good, np.full(len(at), "Direct"), 0),
        (deal, good + 1 + chance.integers(0, REPEATS_US // 2, len(at)), channel, 0),  # a repeat
        (deal, good, channel, len(ids)),  # somebody else, at no account
    ]
    parts = [(deal, good, channel, 0, 0)]
    for who, when, how, other in bad:
        chosen = chance.random(len(at)) < 0.1
        parts.append((who[chosen] + other, when[chosen], how[chosen], 0, 1))
    person, when, how = (np.concatenate([part[k] for part in parts]) for k in range(3))
    odd = np.concatenate([np.full(len(part[0]), part[4]) for part in parts])
    number = np.arange(1, len(person) + 1) * 2 + odd
    campaign = np.array(["spring", "summer", "", "fair"])[chance.integers(0, 4, len(person))]
    rows = table_of("touches", touch_id=number, person_id=person, occurred_us=when, channel=how, campaign=campaign, content=campaign)
    return rows, many > 0


def models_of(lake):
    """Every model of the agreement by its name."""
    rules = {name: Model(one) for name, one in RULES.items()}
    own = {"custom": Model(rule({"first_touch": 0.37, "opportunity_created": 0.21, "last_touch": 0.13, "rest": 0.29}))}
    last = {"markov": Model(channels=removal.effects(lake, [SPAN], JOURNEY)[SPAN])}
    return rules | own | {"shapley": Model(is_shared=True)} | last


def shared(lake, model):
    """The credit as a table, `credit`; a fingerprint of all its rows in whatever order."""
    t = sharing.credited(lake, SPAN, JOURNEY, model, EXCHANGE)
    t = t.select("conversion", "touch_id", "channel", "campaign", "currency", "reported", "share", "units", "converted", "n")
    lake.connection.create_table("credit", t, overwrite=True)
    return lake.one("select count(*), sum(hash(conversion, touch_id, units, converted)) from credit")


CHECKS = {
    "deals whose parts are not the whole": """select count(*) from wanted w left join
        (select conversion, sum(units) u, sum(converted) c from credit group by 1) g on g.conversion = w.deal
        where w.counted and (g.u is distinct from w.units or g.c is distinct from w.converted)""",
    "deals with a part too many": "select count(*) from wanted w where not counted and deal in (select conversion from credit)",
    "parts not converted as the whole": """select count(*) from credit c join wanted w on w.deal = c.conversion
        where (c.converted is null) <> (w.converted is null)""",
    "shares below nothing": "select count(*) from credit where share < 0 or units < 0 or converted < 0",
    "touches that must not count": "select count(*) from credit where touch_id % 2 = 1",
}


def faults(lake):
    """What is wrong with `credit`, by name; nothing is as it should be."""
    found = {name: lake.one(sql)[0][0] for name, sql in CHECKS.items()}
    whole = dict(lake.one("select code, sum(units)::hugeint from wanted where counted group by 1"))
    cents = lake.one("select sum(converted)::hugeint from wanted where counted")[0][0]
    for dimension in ("channel", "campaign"):
        rows = lake.fetch(sharing.by(lake.table("credit"), dimension)).to_pylist()
        sums = {}
        for row in rows:
            sums[row["currency"]] = sums.get(row["currency"], 0) + int(row["units"])
        found[f"currencies of which {dimension}s are not the deals"] = sum(sums[code] != whole[code] for code in whole)
        found[f"the agreement's currency by {dimension} is not the deals"] = int(sum(int(row["converted"]) for row in rows) != cents)
    return {name: n for name, n in found.items() if n}


def prove(n, seed=1, *, say=lambda _: None):
    """[(model, faults)] over n random deals; the first chunk is shared twice, its rows in another order."""
    found, models = {}, ()
    for chunk, first in enumerate(range(0, n, CHUNK)):
        size = min(CHUNK, n - first)
        tables, wanted = made(seed + chunk, size)
        lake = Lake(f"many deals {seed} {chunk}", tables | {"wanted": wanted})
        mixed = Lake(f"mixed deals {seed}", {name: in_disorder(rows) for name, rows in tables.items()}) if chunk == 0 else None
        models = models or models_of(lake)
        if mixed and models_of(mixed)["markov"] != models["markov"]:
            found["markov"] = {"effects in another order": 1}
        for name, model in models.items():
            print_of = shared(lake, model)
            wrong = faults(lake)
            if mixed and shared(mixed, model) != print_of:
                wrong["rows in another order"] = 1
            for what, count in wrong.items():
                found.setdefault(name, {})[what] = found.get(name, {}).get(what, 0) + count
        say(f"{first + size:>9,} deals, {len(models)} models, faults: {found or 'none'}")
    return {name: found.get(name, {}) for name in models}


def in_disorder(rows):
    return rows.take(pa.array(np.random.default_rng(9).permutation(rows.num_rows)))


if __name__ == "__main__":
    result = prove(int(sys.argv[1]), say=lambda text: print(text, flush=True))
    for name, wrong in result.items():
        print(f"{name:<16}{wrong or 'every unit of every deal'}")
    sys.exit(any(result.values()))
