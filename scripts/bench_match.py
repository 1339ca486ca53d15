"""Matching 20,000 people beside plain Splink, in one run: seconds, peak memory, precision and recall of each.

Plain Splink is set up as its documentation does: library comparisons with term frequencies, u by random sampling, m by
expectation maximisation from two blockings, connected components at 0.95; it gets the same candidate pairs.

    python scripts/bench_match.py --rows 20000 --reps 3
"""

import argparse
import itertools
import json
import resource
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))


def made(rows: int) -> dict[str, list[str]]:
    from tests.truth.matching.invented import register

    table = register(round(rows / 1.5), seed=5)
    return {name: values[:rows] for name, values in table.items()}


def ours(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    from treaty.truth.matching.matcher import match

    return [(pair.left, pair.right) for pair in match(table, id_column="rec_id").pairs]


def plain(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    import pyarrow as pa
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    from treaty.truth.matching.candidates import candidates
    from treaty.truth.matching.features import prepared
    from treaty.truth.matching.tables import stacked

    rows = stacked([table], "rec_id", ())
    pairs = candidates(prepared(rows.compared, rows.texts), rows.sides)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="rec_id",
        blocking_rules_to_generate_predictions=[block_on("surname", "given_name"), block_on("date_of_birth"), block_on("postcode")],
        comparisons=[
            cl.ForenameSurnameComparison("given_name", "surname"),
            cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.JaroWinklerAtThresholds("address_1").configure(term_frequency_adjustments=True),
            cl.ExactMatch("street_number"),
            cl.JaroWinklerAtThresholds("suburb").configure(term_frequency_adjustments=True),
            cl.LevenshteinAtThresholds("postcode", 1),
        ],
    )
    api = DuckDBAPI()
    shown = {name: [value or None for value in values] for name, values in table.items() if name != "label"}
    linker = Linker(api.register(pa.table(shown)), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("given_name", "surname", "date_of_birth"), block_on("surname", "date_of_birth", "postcode")], recall=0.7
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("date_of_birth"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("given_name", "surname"))
    ids = rows.ids
    told = {
        "match_key": [0] * len(pairs),
        "join_key_l": [min(ids[a], ids[b]) for a, b in pairs.tolist()],
        "join_key_r": [max(ids[a], ids[b]) for a, b in pairs.tolist()],
    }
    linker.table_management.register_blocked_pairs_for_predict(api.register(pa.table(told)))
    found = linker.inference.predict(threshold_match_probability=0.5)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(found, threshold_match_probability=0.95)
    members = defaultdict(list)
    for cluster, row in api.duckdb_con.execute(f"SELECT cluster_id, rec_id FROM {clusters.physical_name}").fetchall():  # noqa: S608
        members[cluster].append(row)
    return [pair for one in members.values() for pair in itertools.combinations(one, 2)]


def one(which: str, rows: int) -> None:
    table = made(rows)
    began = time.perf_counter()
    found = {tuple(sorted(pair)) for pair in (ours if which == "treaty" else plain)(table)}
    seconds = time.perf_counter() - began
    members = defaultdict(list)
    for name, label in zip(table["rec_id"], table["label"], strict=True):
        members[label].append(name)
    true = {tuple(sorted(pair)) for group in members.values() for pair in itertools.combinations(group, 2)}
    hit = len(found & true)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"s": seconds, "mb": memory, "p": hit / max(len(found), 1), "r": hit / len(true)}))


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--rows", type=int, default=20_000)
    words.add_argument("--reps", type=int, default=3)
    words.add_argument("--one", default="")
    said = words.parse_args()
    if said.one:
        one(said.one, said.rows)
        return
    runs: dict[str, list[dict[str, float]]] = {"treaty": [], "plain Splink": []}
    for _ in range(said.reps):
        for name, kept in runs.items():
            command = [sys.executable, __file__, "--one", name, "--rows", str(said.rows)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 itself
            kept.append(json.loads(done.stdout.splitlines()[-1]))
    print(f"{said.rows:,} people of an invented register, median of {said.reps}")
    for name, kept in runs.items():
        middle = sorted(kept, key=lambda run: run["s"])[len(kept) // 2]
        print(f"{name:14} {middle['s']:6.1f} s  {middle['mb']:6.0f} MB   precision {middle['p']:.3f}  recall {middle['r']:.3f}")


if __name__ == "__main__":
    main()
