"""What a million members cost against ten thousand: search, a member's page, earning, and the pages of members and staff.

    python bench/scale.py [--members 10000 1000000] [--rounds 300]

Works in a database of its own: the one in DATABASE_URL and DATABASE_OWNER_URL, which may be thrown away, else an embedded server in a
temporary folder. Every member has a state, a wallet, two lots and a recorded purchase before anything is measured. Times are of this
process: pages through the whole application as a browser's requests, earning through the flow that the API calls. The sizes
are measured in turns, in one run, so that the ratio holds where the machine's speed drifts.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

PROGRAM = """
phakdi: 1
key: shop
name: Shop
units:
  points: {expires: {after: 1 year}}
earning:
  - {key: base, on: purchase, give: {points: 1, per: 25}, limits: [{max: 5000, of: points, per: day}]}
  - {key: gold, on: purchase, when: {member.level: Gold}, give: {points: 1, per: 100}}
tiers:
  levels:
    - {key: Member}
    - {key: Gold, reach: {meter: spend, window: rolling_12_months, at_least: 20000}, lasts: {after: 1 year}}
"""
PHONES = 100
LEDGER = """
    INSERT INTO member_state (organization_id, member_id, version, clock, level, due_at, doc)
        SELECT organization_id, id, 1, now() - interval '1 day', 'Member', now() + interval '1 year', '{"meters": {}, "marks": {}}'
        FROM member WHERE organization_id = %(shop)s;
    INSERT INTO wallet (organization_id, member_id, unit, active, earned)
        SELECT organization_id, id, 'points', 60, 60 FROM member WHERE organization_id = %(shop)s;
    INSERT INTO lot (organization_id, member_id, id, unit, granted, remaining, earned_at, available_at, expires_at, is_open)
        SELECT organization_id, m.id, gen_random_uuid(), 'points', 30, 30, now() - interval '2 days', now() - interval '2 days',
            now() + interval '1 year', true
        FROM member AS m, generate_series(1, 2) WHERE organization_id = %(shop)s;
    INSERT INTO activity (organization_id, member_id, id, kind, ref, origin, amount_minor, occurred_at, recorded_at)
        SELECT organization_id, id, gen_random_uuid(), 'purchase', id::text, 'till', 75000, now() - interval '2 days', now() - interval '2 days'
        FROM member WHERE organization_id = %(shop)s;
    INSERT INTO entry (organization_id, member_id, id, seq, kind, unit, points, source, target, effective_at, recorded_at)
        SELECT organization_id, id, gen_random_uuid(), 1, 'EARN', 'points', 60, 'ISSUED', 'ACTIVE', now() - interval '2 days', now()
        FROM member WHERE organization_id = %(shop)s;
"""


def main() -> None:
    """Load every size, then measure them in turns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="phakdi-scale-") as folder:
        os.environ.setdefault("PHAKDI_DATA_DIR", folder)
        Path(folder).chmod(0o755)
        from phakdi.cli import setup

        with setup.at_work(statement_timeout_ms="0"):
            measure(given.members, given.rounds)


def measure(sizes: list[int], rounds: int) -> None:
    """Print medians for every size and the ratio of the last to the first."""
    shops = {size: make_shop(size) for size in sizes}
    times: dict[tuple[str, int], list[float]] = {}
    for turn in range(3):
        for size, shop in shops.items():
            for name, ask in questions(shop, size, turn).items():
                for number in range(rounds // 3):
                    began = time.perf_counter()
                    ask(number)
                    times.setdefault((name, size), []).append((time.perf_counter() - began) * 1000)
    print(f"\n{'milliseconds, median (p95)':32}" + "".join(f"{size:>22,}" for size in sizes) + "     ratio")
    for name in dict.fromkeys(name for name, _ in times):
        medians = [statistics.median(times[name, size]) for size in sizes]
        shown = [f"{statistics.median(found):.2f} ({quantile(found):.2f})" for found in (times[name, size] for size in sizes)]
        print(f"{name:32}" + "".join(f"{text:>22}" for text in shown) + f"{medians[-1] / medians[0]:10.2f}")


def quantile(found: list[float]) -> float:
    """Return the value that 95 in 100 stay below."""
    return sorted(found)[int(len(found) * 0.95)]


def make_shop(size: int) -> UUID:
    """Make an organization with so many members, each with a ledger, and return its id."""
    sys.path.insert(0, str(Path(__file__).parent))
    import search
    from django.db import connections

    from phakdi.flows.apply_program import apply_program
    from phakdi.flows.create_organization import create_organization

    began = datetime.now(UTC) - timedelta(days=800)
    shop = create_organization(slug=f"shop-{size}", name=f"Shop of {size}", now=began).id
    apply_program(organization_id=shop, text=PROGRAM, now=began, effective_from=began)
    search.load(shop, size)
    with connections["owner"].cursor() as cursor:
        for statement in LEDGER.split(";\n"):
            if statement.strip():
                cursor.execute(statement, {"shop": shop})
        cursor.execute("VACUUM ANALYZE")
    connections["owner"].close()
    return shop


def questions(shop: UUID, size: int, turn: int) -> dict[str, Callable[[int], object]]:
    """Return what is measured, by name: each call asks about other members."""
    import search
    from django.test import Client

    from phakdi.flows.issue_api_key import issue_api_key
    from phakdi.flows.record_activity import record_activity
    from phakdi.kit.db.scope import organization_scope
    from phakdi.people.members.models import Member
    from phakdi.people.members.queries import search as find
    from phakdi.platform.keys.core import Scope

    dice = random.Random(size + turn)
    with organization_scope(shop):
        ids = list(
            Member.objects.filter(organization_id=shop).order_by("id").values_list("id", flat=True)[:: max(1, size // 5000)]
        )
    dice.shuffle(ids)
    asked = [text for texts in search.questions(shop, size, 20).values() for text in texts]
    dice.shuffle(asked)
    key = issue_api_key(
        organization_id=shop, name=f"bench {turn}", scopes=[scope.value for scope in Scope], now=datetime.now(UTC)
    )
    client, headers = Client(), {"Authorization": f"Bearer {key.token}"}
    parts = ("", "/wallets", "/standing", "/entries")

    def search_for(number: int) -> object:
        with organization_scope(shop):
            return find(organization_id=shop, text=asked[number % len(asked)])

    def show(number: int) -> object:
        answers = [client.get(f"/api/v1/members/{ids[number]}{part}", headers=headers) for part in parts]
        assert {answer.status_code for answer in answers} == {200}, [answer.content[:300] for answer in answers]
        return answers

    def earn(number: int) -> object:
        now = datetime.now(UTC)
        report = {"kind": "purchase", "at": now, "ref": f"{turn}-{number}", "origin": "bench", "amount": 500 + number}
        return record_activity(organization_id=shop, member_id=ids[number], activity=report, now=now)

    asks = {"search, all kinds of questions": search_for, "member's page (4 API answers)": show, "earn": earn}
    return {**asks, **portal_pages(shop, ids), **staff_pages(shop, turn, ids, asked)}


PORTAL = {"portal: card": "", "portal: points": "points/", "portal: history": "history/", "portal: rewards": "rewards/"}


def portal_pages(shop: UUID, ids: list[UUID]) -> dict[str, Callable[[int], object]]:
    """Return the pages of members on their phones: each call signs another member in, which is not counted, and asks once."""
    from django.http import HttpResponse
    from django.test import Client

    from phakdi.kit.db.scope import organization_scope
    from phakdi.people.members.queries import get_member
    from phakdi.people.presence.core import SignedInBy
    from phakdi.people.presence.operations import begin_session
    from phakdi.platform.organizations.queries import find_organization, get_organization
    from phakdi.web.portal.sessions import sign_in

    with organization_scope(shop):
        slug = get_organization(organization_id=shop).slug
    ref = find_organization(slug=slug)
    assert ref is not None
    browsers = []
    for member_id in ids[:PHONES]:
        browser, answer, now = Client(headers={"accept-language": "th", "host": "localhost"}), HttpResponse(), datetime.now(UTC)
        with organization_scope(shop):
            member = get_member(organization_id=shop, member_id=member_id)
            session = begin_session(organization_id=shop, member_id=member_id, browser="bench", way=SignedInBy.CODE, now=now)
            sign_in(answer, ref, member, session)
        browser.cookies.update(answer.cookies)
        browsers.append(browser)

    def page(path: str) -> Callable[[int], object]:
        def ask(number: int) -> object:
            answer = browsers[number % PHONES].get(f"/m/{slug}/{path}")
            assert answer.status_code == 200, (path, answer.status_code)
            return answer

        return ask

    return {name: page(path) for name, path in PORTAL.items()}


def staff_pages(shop: UUID, turn: int, ids: list[UUID], asked: list[str]) -> dict[str, Callable[[int], object]]:
    """Return the pages that staff open all day, as an owner who is signed in."""
    from django.test import Client

    from phakdi.flows.manage_staff import Person, add_staff

    person = Person(f"owner{turn}@{shop.hex}.example", "Owner", "a long enough word")
    membership = add_staff(organization_id=shop, person=person, role="OWNER", stores=[], now=datetime.now(UTC))
    browser = Client(headers={"accept-language": "th", "host": "localhost"})
    browser.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")

    def page(address: Callable[[int], str]) -> Callable[[int], object]:
        def ask(number: int) -> object:
            answer = browser.get(address(number))
            assert answer.status_code in {200, 302}, (address(number), answer.status_code)  # who is found alone is shown
            return answer

        return ask

    return {
        "console: today": page(lambda _: "/console/"),
        "console: members": page(lambda _: "/console/members/"),
        "console: members found": page(lambda number: f"/console/members/?{urlencode({'q': asked[number % len(asked)]})}"),
        "console: a member's story": page(lambda number: f"/console/members/{ids[number]}/"),
        "counter: find": page(lambda number: f"/counter/?{urlencode({'q': asked[number % len(asked)]})}"),
        "counter: a member": page(lambda number: f"/counter/m/{ids[number]}/"),
    }


if __name__ == "__main__":
    main()
