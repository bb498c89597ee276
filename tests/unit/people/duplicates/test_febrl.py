"""Known duplicates are found: the generated data sets 1 and 2 of Febrl, which name for each record the true person.

The labels are looked at only to count. Keys, distances and thresholds are the product's; the weights are once its defaults and once
estimated from the records alone, as the product does it.
"""

import csv
import os
import random
from collections import defaultdict
from datetime import date, datetime
from itertools import combinations
from pathlib import Path

import pytest

from phakdi.people.duplicates.core import DEFAULTS, Person, block_keys, compare, estimate, likelihood
from phakdi.people.duplicates.core.blocking import BLOCK_MAX
from phakdi.people.duplicates.core.weights import THRESHOLDS, Strength, default_prior

FOLDER = Path(os.environ.get("PHAKDI_SHARED_DATA", Path(__file__).parents[4] / "../shared/data")) / "febrl_members"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the data set is not here")
RANDOM_PAIRS = 20_000


def read(name: str) -> tuple[list[Person], list[str]]:
    """Return the records and for each the true person."""
    with (FOLDER / name).open(encoding="utf-8") as lines:
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
    try:
        return datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        return None


def candidates(people: list[Person]) -> set[tuple[int, int]]:
    blocks = defaultdict(list)
    for place, person in enumerate(people):
        for key in block_keys(person):
            blocks[key].append(place)
    return {pair for block in blocks.values() if len(block) <= BLOCK_MAX for pair in combinations(block, 2)}


@pytest.mark.parametrize("is_estimated", [False, True], ids=["defaults", "estimated"])
@pytest.mark.parametrize(("name", "true_pairs"), [("dataset1.csv", 500), ("dataset2.csv", 1934)])
def test_duplicates_are_found_and_nobody_else(name, true_pairs, is_estimated):
    people, persons = read(name)
    of_person = defaultdict(list)
    for place, person in enumerate(persons):
        of_person[person].append(place)
    true = {pair for places in of_person.values() for pair in combinations(places, 2)}
    assert len(true) == true_pairs
    compared = {pair: compare(people[pair[0]], people[pair[1]]) for pair in candidates(people)}
    model, prior = DEFAULTS, default_prior(len(people))
    if is_estimated:
        draw = random.Random(7)
        drawn = (draw.sample(range(len(people)), 2) for _ in range(RANDOM_PAIRS))
        others = [tuple(each.level for each in compare(people[one], people[other])) for one, other in drawn]
        levels = (tuple(each.level for each in found) for found in compared.values())
        model, prior = estimate(levels, others, all_pairs=len(people) * (len(people) - 1) // 2)

    found = {pair for pair, fields in compared.items() if likelihood(fields, model, prior) >= THRESHOLDS[Strength.LIKELY]}

    assert len(found & true) / len(found) >= 0.98
    assert len(found & true) / len(true) >= 0.90
