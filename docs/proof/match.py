"""Match labelled sets at the default threshold, and count what was found, what is wrong and what is missing.

    python docs/proof/match.py ../shared/data/identity

Labels are never among the columns that are compared: the command leaves them out by their names, and a second run
without the column must give the same bytes. Pairs: those of pairs.csv. Clusters: right when they hold exactly one
person's or company's records, of those with more than one record.
"""

import csv
import itertools
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.truth.matching import invented

Columns = dict[str, list[str]]
Record = tuple[int, str]
PUBLIC = {
    "people, Splink's fake 1000": ("people_splink_fake1000.csv", "unique_id", "cluster"),
    "people, Febrl 1": ("people_febrl1.csv", "rec_id", "entity_id"),
    "restaurants, Fodor's and Zagat's": ("businesses_restaurants.csv", "record_id", "entity_id"),
}


def main(shared: Path) -> None:
    print(f"{'set':34} {'rows':>5} {'pairs':>6}   {'pairs: P':>8} {'R':>6} {'F1':>6}   {'clusters: P':>11} {'R':>6} {'F1':>6}")
    for name, (file, id_name, label) in PUBLIC.items():
        judge(name, [read(shared / file)], id_name, label)
    for seed in (11, 12):
        for kind, make, id_name in (
            ("contacts", invented.contacts, "contact_id"),
            ("companies", invented.companies, "account_id"),
            ("register", invented.register, "rec_id"),
        ):
            judge(f"invented {kind}, seed {seed}", [make(700, seed)], id_name, "label")
        judge(f"invented two files, seed {seed}", list(invented.two_files(700, seed)), "id", "label")


def read(path: Path) -> Columns:
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return {name: [row[name] or "" for row in rows] for name in rows[0]}


def judge(name: str, tables: list[Columns], id_name: str, label: str) -> None:
    pairs, clusters = matched(tables)
    unlabelled = [{header: values for header, values in one.items() if header != label} for one in tables]
    assert matched(unlabelled) == (pairs, clusters), "the label was used"
    truth = {(side, of): to for side, one in enumerate(tables) for of, to in zip(one[id_name], one[label], strict=True)}
    right = len(tables) - 1
    told_pairs = {tuple(sorted(((0, one), (right, two)))) for one, two, _ in pairs}
    true_groups, told_groups = groups(truth), groups({(int(side == ["right"]), of): to for of, to, *side in clusters})
    true_pairs = {pair for group in true_groups for pair in itertools.combinations(sorted(group), 2) if right == 0 or pair[0][0] != pair[1][0]}
    true_groups, told_groups = ({group for group in of if len(group) > 1} for of in (true_groups, told_groups))
    if right:
        true_groups = {group for group in true_groups if len({side for side, _ in group}) > 1}
    shares = (*scores(told_pairs, true_pairs), *scores(told_groups, true_groups))
    rows = sum(len(one[id_name]) for one in tables)
    print("{:34} {:5} {:6}   {:8.3f} {:6.3f} {:6.3f}   {:11.3f} {:6.3f} {:6.3f}".format(name, rows, len(true_pairs), *shares), flush=True)


def groups(label: dict[Record, str]) -> set[frozenset[Record]]:
    found = defaultdict(set)
    for record, to in label.items():
        found[to].add(record)
    return {frozenset(one) for one in found.values()}


def scores(told: set, true: set) -> tuple[float, float, float]:
    hit = len(told & true)
    precision, recall = hit / max(len(told), 1), hit / max(len(true), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def matched(tables: list[Columns]) -> tuple[list[list[str]], list[list[str]]]:
    """The two files of the command."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for at, one in enumerate(tables):
            paths.append(Path(folder, f"{at}.csv"))
            with paths[-1].open("w", newline="", encoding="utf-8") as stream:
                csv.writer(stream).writerows([list(one), *zip(*one.values(), strict=True)])
        linked = ["--with", str(paths[1])] if len(paths) > 1 else []
        command = [str(Path(sys.executable).with_name("treaty")), "match", str(paths[0]), *linked, "--out", folder]
        subprocess.run(command, check=True, capture_output=True)
        return tuple(list(csv.reader(Path(folder, name).open(newline="", encoding="utf-8")))[1:] for name in ("pairs.csv", "clusters.csv"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
