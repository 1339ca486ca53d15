"""The checker: the clients' log against the database, in a process of its own. `python -m tests.kills.checker DB LOG…`.

Plain SQL and the standard library: it shares no code with what it checks. An event the client never heard about may be
there or not; an acknowledged one must be there, once.
"""

import json
import sqlite3
import sys
from collections import Counter
from pathlib import Path

ONCE = {
    "events doubled": ("connectors_event", "source_id, message_id", ""),
    "touches doubled": ("truth_touch", "source_id, message_id", ""),
    "people with two open leads": ("truth_lead", "person_id", "where closed_at is null"),
    "leads with two open handoffs": ("handoff_handoff", "lead_id", "where ended_at is null"),
    "clocks doubled": ("sla_slaclock", "handoff_id, promise", "where handoff_id is not null"),
    "turns doubled": ("truth_assignment", "pool, turn", "where turn is not null"),
}
NOTHING_MORE_THAN_ONCE = {
    name: f"select count(*) from (select 1 from {table} {where} group by {columns} having count(*) > 1)"
    for name, (table, columns, where) in ONCE.items()
}
EXACTLY_ONE_OWNER = {
    "open leads without exactly one owner": """select count(*) from truth_lead as l where closed_at is null and
        (select count(*) from truth_assignment as a where a.lead_id = l.id and a.ends_at is null) <> 1""",
    "open leads whose owner is not the ledger's": """select count(*) from truth_lead as l join truth_assignment as a
        on a.lead_id = l.id and a.ends_at is null where l.closed_at is null and a.owner_id <> l.owner_id""",
}
NOTHING_FORGOTTEN = {
    "requests still packed": "select count(*) from connectors_parcel",
    "events still waiting": "select count(*) from connectors_event where state = 'waiting'",
    "events in quarantine": "select count(*) from connectors_event where state = 'quarantined'",
    "judgements overdue": "select count(*) from qualification_nextjudgement where due_at < (select max(received_at) from connectors_event)",
    "handoffs without a clock": """select count(*) from handoff_handoff as h
        where not exists (select 1 from sla_slaclock as c where c.handoff_id = h.id)""",
    "journal entries not followed": "select (select seq from journal_head) - (select min(seq) from jobs_cursor)",
    "jobs given up": "select count(*) from jobs_job where state = 'parked'",
}
TOUCHING = "('page', 'track')"


def check(database, logs):
    """Counts of what is wrong (all 0 when nothing is) and of what was seen."""
    link = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    sent, acked, refused = read(logs)
    stored = Counter(row[0] for row in link.execute("select message_id from connectors_event"))
    wrong = {
        "acknowledged and lost": len([one for one in acked if stored[one] == 0]),
        "stored and never sent": len([one for one in stored if one not in sent]),
        "refused": refused,
        **{name: link.execute(query).fetchone()[0] for query_set in QUERIES for name, query in query_set.items()},
        "events absorbed twice or never": abs(absorbed(link) - count(link, "connectors_event where state = 'stored'")),
        "touches missing or too many": abs(touches(link) - count(link, f"connectors_event where type in {TOUCHING}")),
        "links of the journal broken": broken_links(link),
        "pages of the database broken": int(link.execute("pragma integrity_check").fetchone()[0] != "ok"),
    }
    seen = {"sent": len(sent), "acknowledged": len(acked), "stored": sum(stored.values())}
    seen |= {"open leads": count(link, "truth_lead where closed_at is null"), "handoffs": count(link, "handoff_handoff")}
    return {"wrong": wrong, "seen": seen | {"journal entries": count(link, "journal_entry")}}


QUERIES = (NOTHING_MORE_THAN_ONCE, EXACTLY_ONE_OWNER, NOTHING_FORGOTTEN)


def read(logs):
    """(ids sent, ids acknowledged, number of batches refused) of the clients' logs."""
    sent, acked, refused = set(), set(), 0
    for path in logs:
        for line in Path(path).read_text().splitlines():
            entry = json.loads(line)
            if entry["what"] == "sent":
                sent.update(entry["ids"])
            elif entry["what"] == "acked":
                acked.update(entry["ids"])
            else:
                refused += 1
    return sent, acked, refused


def count(link, of):
    return link.execute(f"select count(*) from {of}").fetchone()[0]


def absorbed(link):
    """How many events the journal says were absorbed."""
    rows = link.execute("select codes from journal_entry where verb = 'events.absorbed'")
    return sum(json.loads(codes)["events"] for (codes,) in rows)


def touches(link):
    """Touches that came in as events."""
    return count(link, "truth_touch as t join connectors_event as e on e.source_id = t.source_id and e.message_id = t.message_id")


def broken_links(link):
    """Entries that do not name the one before them, and numbers left out."""
    rows = link.execute("select seq, prev, hash from journal_entry order by seq").fetchall()
    pairs = zip([(0, "", "0" * 64), *rows], rows, strict=False)
    return sum(later[0] != earlier[0] + 1 or later[1] != earlier[2] for earlier, later in pairs)


if __name__ == "__main__":
    print(json.dumps(check(sys.argv[1], sys.argv[2:])))
