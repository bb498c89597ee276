"""How well members who are one person are found, and how long it takes: the generated data sets 1 and 2 of Febrl.

    python bench/duplicates.py ../shared/data/febrl_members

Needs no database. The labels are only counted against; weights are the product's defaults, then estimated from the records.
"""

import csv
import random
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from itertools import combinations
from pathlib import Path

from phakdi.people.duplicates.core import DEFAULTS, Likeness, Model, Person, block_keys, compare, estimate, likelihood
from phakdi.people.duplicates.core.blocking import BLOCK_MAX
from phakdi.people.duplicates.core.weights import THRESHOLDS, default_prior

RANDOM_PAIRS = 20_000
Pair = tuple[int, int]


def main(folder: Path) -> None:
    """Print precision and recall by threshold for each file, with defaults and as estimated."""
    for name in ("dataset1.csv", "dataset2.csv"):
        people, persons = read(folder / name)
        true = pairs_of(persons)
        began = time.perf_counter()
        compared = {pair: compare(people[pair[0]], people[pair[1]]) for pair in candidates(people)}
        took = time.perf_counter() - began
        found = len(true & compared.keys()) / len(true)
        print(
            f"{name}: {len(people):,} records, {len(true):,} true pairs; {len(compared):,} compared in {took:.2f} s, {found:.4f} of them true pairs"
        )
        all_pairs = len(people) * (len(people) - 1) // 2
        draw = random.Random(7)
        drawn = (draw.sample(range(len(people)), 2) for _ in range(RANDOM_PAIRS))
        others = [tuple(each.level for each in compare(people[one], people[other])) for one, other in drawn]
        levels = (tuple(each.level for each in likenesses) for likenesses in compared.values())
        tell("defaults", compared, true, DEFAULTS, default_prior(len(people)))
        tell("estimated", compared, true, *estimate(levels, others, all_pairs=all_pairs))


def tell(label: str, compared: Mapping[Pair, tuple[Likeness, ...]], true: set[Pair], model: Model, prior: float) -> None:
    """Print one line for each threshold."""
    chances = {pair: likelihood(likenesses, model, prior) for pair, likenesses in compared.items()}
    for strength, least in THRESHOLDS.items():
        found = {pair for pair, chance in chances.items() if chance >= least}
        right = len(found & true)
        print(
            f"  {label:9} {strength.value:7} p>={least:<4}: precision {right / max(len(found), 1):.4f}, recall {right / len(true):.4f}"
        )


def read(path: Path) -> tuple[list[Person], list[str]]:
    """Return the records and for each the true person."""
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, skipinitialspace=True))
    people = [
        Person(
            given=row["given_name"], family=row["surname"], birthday=day(row["date_of_birth"]), ids=(row["soc_sec_id"],),
            number=row["street_number"], street=row["address_1"], place=row["suburb"], postcode=row["postcode"],
        )
        for row in rows
    ]  # fmt: skip
    return people, [row["rec_id"].split("-")[1] for row in rows]


def day(text: str) -> date | None:
    """Return the day, or None for one that there is not."""
    try:
        return datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        return None


def pairs_of(persons: list[str]) -> set[Pair]:
    """Return the pairs of places at which the same person stands."""
    places = defaultdict(list)
    for place, person in enumerate(persons):
        places[person].append(place)
    return {pair for mine in places.values() for pair in combinations(mine, 2)}


def candidates(people: list[Person]) -> set[Pair]:
    """Return the pairs that share a block."""
    blocks = defaultdict(list)
    for place, person in enumerate(people):
        for key in block_keys(person):
            blocks[key].append(place)
    return {pair for block in blocks.values() if len(block) <= BLOCK_MAX for pair in combinations(block, 2)}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
