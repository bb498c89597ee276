"""How long a search for a member takes with 10,000 and with 1,000,000 members in one organization.

    DATABASE_URL=… DATABASE_OWNER_URL=… python bench/search.py [--members 10000 1000000] [--rounds 40]

Needs a migrated database that may be thrown away. Members are generated (names by frequency, as people have them), loaded
with COPY by the owner, and searched by the application's role under row-level security, as a till does: by number, phone
whole and in part, e-mail, card, and parts of Thai and English names, common and rare.
"""

import argparse
import os
import random
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phakdi.config.settings")
django.setup()

from django.db import connections  # noqa: E402 - Django is set up first

from phakdi.kit.db.scope import organization_scope  # noqa: E402
from phakdi.kit.ids import new_id  # noqa: E402
from phakdi.people.members.core.profile import search_columns  # noqa: E402
from phakdi.people.members.queries import search  # noqa: E402

NOW = datetime(2026, 11, 24, tzinfo=UTC)
STARTS = [
    "สม",
    "วิ",
    "ประ",
    "ธน",
    "ณัฐ",
    "กิต",
    "พร",
    "ศิริ",
    "สุ",
    "ชัย",
    "อร",
    "นภ",
    "ปิย",
    "วร",
    "จิร",
    "รัตน์",
    "กัญ",
    "ภัทร",
    "อภิ",
    "เกียรติ",
]
ENDS = [
    "ชาย",
    "ชัย",
    "หญิง",
    "พงษ์",
    "กร",
    "กานต์",
    "ดา",
    "นันท์",
    "ศักดิ์",
    "วัฒน์",
    "พร",
    "ภา",
    "ณี",
    "รัตน์",
    "เดช",
    "ธิดา",
    "พัฒน์",
    "ฤทธิ์",
    "มาศ",
    "ยา",
]
FAMILY_ENDS = [
    "สุข",
    "ใจดี",
    "วงศ์",
    "กุล",
    "รักษ์",
    "ทอง",
    "มณี",
    "ศรี",
    "พันธ์",
    "สกุล",
    "เจริญ",
    "บุญมา",
    "ไทย",
    "ชัยศรี",
    "แก้ว",
    "ดำรง",
    "อินทร์",
    "คำ",
    "ทรัพย์",
    "โชติ",
]
LATIN = [
    "john",
    "mary",
    "peter",
    "anna",
    "david",
    "susan",
    "mark",
    "linda",
    "paul",
    "emma",
    "kevin",
    "sara",
    "brian",
    "lisa",
    "jason",
    "nina",
    "oscar",
    "tina",
    "victor",
    "wendy",
]
BLOCK = 20_000


def people(organization_id: UUID, first: int, count: int) -> Iterator[tuple[object, ...]]:
    """Yield members ``first`` to ``first + count``, the same ones whenever asked."""
    dice = random.Random(first)
    for n in range(first, first + count):
        given = _skewed(dice, STARTS) + _skewed(dice, ENDS) if n % 12 else _skewed(dice, LATIN).title()
        family = (
            "".join(_skewed(dice, part) for part in (STARTS, ENDS, FAMILY_ENDS)) if n % 12 else dice.choice(LATIN).title() + "son"
        )
        nick = dice.choice(ENDS) if n % 3 == 0 else ""
        phone = f"+66{dice.choice('689')}{1 + n % 9}{(n * 7_654_321) % 10_000_000:07}"
        columns = search_columns(organization_id, {"given_name": given, "family_name": family, "nickname": nick, "phone": phone})
        email = f"m{n}@example.com"
        yield (
            new_id(), organization_id, str(1_000_000_000 + (n * 7919) % 8_999_999_999), "ACTIVE", given, family, nick, email,
            phone, NOW, NOW, NOW, columns.search_key, columns.search_digits, columns.search_grams, columns.sort_key,
        )  # fmt: skip


def _skewed(dice: random.Random, words: list[str]) -> str:
    """Return a word, the first ones far more often: a name is common or rare."""
    return words[int(len(words) * dice.random() ** 2)]


def load_block(organization_id: UUID, first: int, count: int) -> int:
    """Copy a block of members and their identities, as the owner."""
    rows = list(people(organization_id, first, count))
    db = connections["owner"]
    db.ensure_connection()
    with db.connection.cursor() as raw:
        with raw.copy(
            "COPY member (id, organization_id, number, status, given_name, family_name, nickname, email, phone, joined_at,"
            " created_at, updated_at, search_key, search_digits, search_grams, sort_key) FROM STDIN"
        ) as copy:
            for row in rows:
                copy.write_row(row)
        with raw.copy("COPY identity (organization_id, kind, value, member_id, created_at) FROM STDIN") as copy:
            for at, row in enumerate(rows, start=first):
                copy.write_row((organization_id, "PHONE", f"{row[8]}", row[0], NOW))
                copy.write_row((organization_id, "EMAIL", row[7], row[0], NOW))
                copy.write_row((organization_id, "CARD", f"8850{at:012}", row[0], NOW))
    db.close()
    return len(rows)


def load(organization_id: UUID, count: int) -> None:
    """Load ``count`` members on as many processes as there are cores; the index on grams is made afterwards."""
    began = time.monotonic()
    _owner("DROP INDEX IF EXISTS member_by_grams")
    with ProcessPoolExecutor() as pool:
        blocks = [(first, min(BLOCK, count - first)) for first in range(0, count, BLOCK)]
        jobs = [pool.submit(load_block, organization_id, *block) for block in blocks]
        loaded = sum(job.result() for job in jobs)
    copied = time.monotonic()
    _owner("CREATE INDEX member_by_grams ON member USING gin (search_grams) WITH (gin_pending_list_limit = 512)")
    indexed = time.monotonic()
    _owner("VACUUM ANALYZE member")
    _owner("ANALYZE identity")
    print(f"{loaded:,} members: copied in {copied - began:.0f} s, names indexed in {indexed - copied:.0f} s")


def _owner(sql: str) -> None:
    db = connections["owner"]
    with db.cursor() as cursor:
        cursor.execute(sql)
    db.close()


def questions(organization_id: UUID, count: int, rounds: int) -> dict[str, list[str]]:
    """Return what is searched for, by kind."""
    dice = random.Random(4)
    known = [next(people(organization_id, block * BLOCK, 1)) for block in range(max(1, count // BLOCK))]
    some = [dice.choice(known) for _ in range(rounds)]
    return {
        "number": [str(row[2]) for row in some],
        "number, its beginning": [str(row[2])[:5] for row in some],
        "phone": [f"0{str(row[8])[3:]}" for row in some],
        "phone, last four digits": [str(row[8])[-4:] for row in some],
        "phone, first four digits": [f"0{str(row[8])[3:6]}" for row in some],
        "e-mail": [str(row[7]) for row in some],
        "card": [f"8850{dice.randrange(count):012}" for _ in range(rounds)],
        "card, its beginning": [f"8850{dice.randrange(count):012}"[:12] for _ in range(rounds)],
        "given and family name": [f"{row[4]} {row[5]}" for row in some],
        "family and given name": [f"{row[5]} {row[4]}" for row in some],
        "given name": [str(row[4]) for row in some],
        "first two letters": [str(row[4])[:2] for row in some],
        "within a name": [str(row[5])[2:7] for row in some],
        "common given name": ["สมชาย", "สมชัย", "john", "วิชัย"] * (rounds // 4),
        "one letter": ["ส", "ว", "j", "ป"] * (rounds // 4),
        "nobody": [f"ฮฮ{n}ฮฮ" for n in range(rounds)],
        "everybody by name": [""] * rounds,
    }


def measure(organization_id: UUID, count: int, rounds: int) -> None:
    """Print how long each kind of question takes, and all of them together."""
    every: list[float] = []
    print(f"{'':28}{'p50':>9}{'p95':>9}{'max':>9}  found")
    for kind, texts in questions(organization_id, count, rounds).items():
        times, found = [], []
        for text in texts:
            began = time.perf_counter()
            with organization_scope(organization_id):
                page = search(organization_id=organization_id, text=text)
            times.append((time.perf_counter() - began) * 1000)
            found.append(len(page.members))
        every += times
        _print(kind, times, f"{statistics.mean(found):.1f}")
    _print("ALL", every, "")


def _print(kind: str, times: list[float], found: str) -> None:
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    print(f"{kind:28}{statistics.median(ordered):7.1f}ms{p95:7.1f}ms{ordered[-1]:7.1f}ms  {found}")


def main() -> None:
    """Load, measure and take away again, for each number of members."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--keep", action="store_true", help="leave the members in the database")
    given = parser.parse_args()
    assert settings.configured
    for count in given.members:
        organization_id = new_id()
        load(organization_id, count)
        measure(organization_id, count, given.rounds)
        if not given.keep:
            _owner(f"DELETE FROM identity WHERE organization_id = '{organization_id}'")
            _owner(f"DELETE FROM member WHERE organization_id = '{organization_id}'")


if __name__ == "__main__":
    main()
