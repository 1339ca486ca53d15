"""Whatever tables people bring, the audit ends in a report: its parts add up, its page and text can be made."""

import json
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from treaty.connectors.files.exports import open_exports
from treaty.connectors.files.preview import preview
from treaty.connectors.files.vocabulary import vocabulary
from treaty.diagnosis.as_page import as_page
from treaty.diagnosis.as_text import WIDTH, as_text
from treaty.diagnosis.audit import audit

FILES = (
    "leads",
    "deals",
    "accounts",
    "users",
    "products",
    "calls",
    "events",
    "deal_stage_history",
    "pipeline_stages",
    "deal_contact",
    "ads",
)
HEADERS = sorted({names[0] for meanings in vocabulary().values() for names in meanings.values()})
CELLS = st.one_of(
    st.sampled_from(
        (
            "|1|2|3|a@x.example|A@X.example|2026-01-05|2026-02-07 10:00|2026-02-07T10:00:00Z|05/01/2026|9999-12-31|Won|Lost|Closed Won|Open"
            "|New|true|false|10.50|€ 3|5 USD|-7|1e400|unknown|Select|N/A|=1+1|Valve|ValvePro|Valve Pro|Germany|Philipines|technolgy|MQL"
            "|customer|salesqualifiedlead|<b>x</b>|\u202ex"
        ).split("|")
    ),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8),
)
SPLIT = '"city","account","account id","activity id"\n"","Acme","1",""\n'
"""A file of companies of which one column is not read, and empty: two such files are one table, its company in both."""


@st.composite
def tables(draw: st.DrawFn) -> str:
    headers = draw(st.lists(st.sampled_from(HEADERS), min_size=1, max_size=9, unique=True))
    rows = draw(st.lists(st.lists(CELLS, min_size=len(headers), max_size=len(headers)), max_size=14))
    quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [headers, *rows])
    return "\n".join(quoted) + "\n"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.dictionaries(st.sampled_from(FILES), tables(), min_size=1, max_size=4))
@example({"accounts": SPLIT, "deals": SPLIT})
def test_any_tables_end_in_a_report_that_adds_up(tmp_path_factory, files):
    folder: Path = tmp_path_factory.mktemp("any")
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    exports = open_exports([folder])
    read = exports.tables()
    report = audit(read)
    shown = json.loads(json.dumps(report.as_json()))
    for file, table in zip(shown["files"], read, strict=True):
        assert file["read"] == file["used"] + file["rejected"] + table.deleted
    for rows in shown["conversion"].values():
        assert all(0 <= row["won"] <= row["count"] for row in rows)
    counts = [step["count"] for step in shown["funnel"]]
    assert all(count >= 0 for count in counts)
    assert all(0 <= finding["share"] <= 1 and finding["count"] > 0 and len(finding["examples"]) <= 5 for finding in shown["findings"])
    assert "<b>x</b>" not in as_page(report)
    assert all(len(line) <= WIDTH + 30 for line in as_text(report).splitlines())
    for one in preview(exports):
        assert one.read == one.ready + one.refused or one.kind in ("other", "products", "stages")
