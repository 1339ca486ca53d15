"""Learn scores from public leads, and judge each on rows that no training saw, by counting pairs.

    python docs/proof/score.py ../shared/data

The verdicts are printed beside what the sets' own notes say of their columns. The second set is made of two public files: leads, and
the deals some of them became; every column of the deals is known only afterwards.
"""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

Rows = list[dict[str, str]]
LEAKS = {
    "Tags", "Lead Quality", "Lead Profile", "Last Activity", "Last Notable Activity", "Asymmetrique Activity Index",
    "Asymmetrique Profile Index", "Asymmetrique Activity Score", "Asymmetrique Profile Score",
}  # fmt: skip


def main(data: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        education(data / "x_education_leads", Path(folder))
        olist(data / "olist_funnel", Path(folder))


def education(data: Path, folder: Path) -> None:
    leads = read(data / "leads.csv")
    for name, more in (("without the dictionary", []), ("with the dictionary", ["--dictionary", str(data / "data_dictionary.csv")])):
        told = train(data / "leads.csv", folder, "Converted", more)
        say(f"X Education, {name}", told)
        found = {one["column"] for one in told["columns"] if one["verdict"] != "kept"}
        print(f"  leaks missed: {sorted(LEAKS - found) or 'none'}; honest columns lost: {sorted(found - LEAKS) or 'none'}")
    print("X Education, learnt from the first rows of the file and counted on the others:")
    for part in (0.5, 0.7):
        cut = round(part * len(leads))
        write(folder / "first.csv", leads[:cut])
        write(folder / "others.csv", leads[cut:])
        told = train(folder / "first.csv", folder, "Converted", [])
        value, expected, happened = judged(folder, "others.csv", "Converted", "1")
        auc = told["figures"]["auc"]
        print(
            f"  {cut:5,} rows: said AUC {auc['value']} ({auc['low']} to {auc['high']});"
            f" on the {len(leads) - cut:,} others, by pairs, {value:.4f}; {expected:.0f} conversions expected, {happened} happened"
        )


def olist(data: Path, folder: Path) -> None:
    deals = {row["mql_id"]: row for row in read(data / "olist_closed_deals_dataset.csv")}
    names = [name for name in next(iter(deals.values())) if name != "mql_id"]
    leads = read(data / "olist_marketing_qualified_leads_dataset.csv")
    rows = [
        {**lead, **{name: deals.get(lead["mql_id"], {}).get(name, "") for name in names}, "won": "yes" if lead["mql_id"] in deals else "no"}
        for lead in leads
    ]
    write(folder / "olist.csv", rows)
    told = train(folder / "olist.csv", folder, "won", ["--time", "first_contact_date"])
    say("Olist, leads with the columns of the deals they became, the newest quarter kept back", told)
    kept = {one["column"] for one in told["columns"] if one["verdict"] == "kept"}
    print(f"  leaks missed: {sorted(kept & set(names)) or 'none'}; honest columns lost: {sorted({'landing_page_id', 'origin'} - kept) or 'none'}")


def say(name: str, told: dict) -> None:
    figures = told["figures"]
    auc = figures["auc"]
    parts = figures["calibration"]
    off = sum(not float(part["low"]) <= float(part["expected"]) <= float(part["high"]) for part in parts)
    print(f"{name}: {told['outcome']['rows']:,} leads, {told['outcome']['rows_converted']:,} converted")
    print(f"  AUC on unseen leads {auc['value']} ({auc['low']} to {auc['high']}); {len(parts) - off} of {len(parts)} tenths where expected")
    for verdict in ("refused", "suspect"):
        print(f"  {verdict}: {', '.join(one['column'] for one in told['columns'] if one['verdict'] == verdict)}")


def train(leads: Path, folder: Path, outcome: str, more: list[str]) -> dict:
    command = ["train", str(leads), "--outcome", outcome, "--model", str(folder / "m.json"), "--json", *more]
    return json.loads(treaty(*command))


def judged(folder: Path, leads: str, outcome: str, positive: str) -> tuple[float, float, int]:
    """Apply the model; AUC by counting every pair, how many were expected, and how many converted."""
    treaty("apply", str(folder / leads), "--model", str(folder / "m.json"), "--out", str(folder / "scored.csv"))
    told = [(float(row["probability"]), row[outcome] == positive) for row in read(folder / "scored.csv")]
    won, lost = ([chance for chance, end in told if end is wanted] for wanted in (True, False))
    pairs = sum((one > two) + 0.5 * (one == two) for one in won for two in lost)
    return pairs / len(won) / len(lost), sum(chance for chance, _ in told), len(won)


def treaty(*words: str) -> str:
    return subprocess.run([str(Path(sys.executable).with_name("treaty")), "score", *words], check=True, capture_output=True, text=True).stdout


def read(path: Path) -> Rows:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def write(path: Path, rows: Rows) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
