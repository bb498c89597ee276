"""Building the demo: an organization with stores, staff, a program, and files that go through the importer like anybody's.

Every step is safe to repeat: a build that was interrupted goes on where it stood.
"""

import secrets
import shutil
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from phakdi.adapters.commerce.files import running
from phakdi.cli import demo_data
from phakdi.cli.demo_build import SLUG, DemoSource, Manifest, SignIn, keep_manifest, surveys
from phakdi.cli.demo_build.clearing import forget_organization
from phakdi.cli.imports import bar
from phakdi.flows.apply_program import apply_program
from phakdi.flows.change_brand import change_brand
from phakdi.flows.create_organization import Person, create_organization
from phakdi.flows.freeze_member import freeze_member
from phakdi.flows.import_purchases import ImportResult, Manner, Unknown
from phakdi.flows.issue_api_key import issue_api_key
from phakdi.flows.manage_staff import add_staff
from phakdi.flows.manage_store import add_store
from phakdi.flows.pass_time import pass_time
from phakdi.flows.refresh_insight import refresh_insight
from phakdi.insight.warehouse.operations import remove
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.loyalty.engine.recording import Actor
from phakdi.loyalty.programs.queries import NoProgram, version_at
from phakdi.people.members.core.status import Status
from phakdi.people.members.queries import find_by_number
from phakdi.platform.keys.core import Scope
from phakdi.platform.organizations.queries import find_organization, stores_of
from phakdi.platform.staff.core import Role

PROGRAM = Path(demo_data.__file__).parent / "program.yaml"
ZONE = ZoneInfo("Asia/Bangkok")
SINCE = datetime(2000, 1, 1, tzinfo=UTC)
DOMAIN = "baicha.example"
TITLE = "บ้านใบชา · Baan Baicha"
STAFF = (("OWNER", "owner", "ใบชา มั่งมี"), ("MANAGER", "manager", "สมหญิง ใจดี"), ("CASHIER", "cashier", "ก้อง แคชเชียร์"))
BRAND = {
    "names": {"th": "บ้านใบชา", "en": "Baan Baicha"},
    "accent": "#9c4221",
    "greeting": {"th": "ชาอุ่นๆ รออยู่", "en": "Your tea is waiting"},
    "welcome": {"th": "เป็นสมาชิกบ้านใบชา ดื่มชาทุกแก้วได้แต้ม", "en": "Join Baan Baicha: every cup of tea counts."},
    "phone": "02-555-0199",
}
CASHIER_STORE = "SIAM"
FROZEN = "BB000002"


def build(folder: Path, source: DemoSource, *, known: Manifest | None, fresh: bool, processes: int) -> Manifest:
    """Build the demo, or what is missing of it, and return how to get in."""
    now = utc_now()
    if fresh or (known is not None and not known.is_done and known.source != source.name):
        _throw_away(folder)
        known = None
    until = date.fromisoformat(known.until) if known else now.astimezone(ZONE).date() - timedelta(days=1)
    manifest = known or Manifest(source.name, until.isoformat(), TITLE if source.file is None else source.file.stem)
    keep_manifest(folder, manifest)
    organization_id = _organization(manifest, source, now)
    manifest = replace(
        manifest, organization_id=str(organization_id), people=manifest.people or _staff(organization_id, source, now)
    )
    keep_manifest(folder, manifest)
    if source.file is None:
        _import_made_up(folder / "files", source, organization_id, until, processes)
    else:
        _import_own(source, organization_id, processes)
    _bring_to_today(organization_id, now)
    if source.file is None:
        _freeze_one(organization_id, now)
    if source.file is None:
        surveys.make_up(organization_id, seed=source.seed, now=now, zone=ZONE)
    _say("Working the figures out …")
    refresh_insight(organization_id=organization_id, now=utc_now())
    manifest = replace(manifest, api_key=_api_key(organization_id, now), is_done=True)
    keep_manifest(folder, manifest)
    return manifest


def _throw_away(folder: Path) -> None:
    found = find_organization(slug=SLUG)
    if found is not None:
        _say("Throwing the old demo away …")
        forget_organization(found.id, mail_domain=DOMAIN)
        remove(organization_id=found.id)
    shutil.rmtree(folder, ignore_errors=True)


def _organization(manifest: Manifest, source: DemoSource, now: datetime) -> UUID:
    """Return the demo's organization with its stores and its program."""
    found = find_organization(slug=SLUG)
    organization_id = found.id if found else create_organization(slug=SLUG, name=manifest.title, now=SINCE).id
    with organization_scope(organization_id):
        there = {store.code for store in stores_of(organization_id=organization_id)}
    for store in demo_data.STORES if source.file is None else ():
        if store.code not in there:
            add_store(organization_id=organization_id, code=store.code, given=store.given, now=now)
    if source.file is None and not found:
        change_brand(organization_id=organization_id, changes=BRAND, now=now)
    try:
        version_at(organization_id=organization_id, at=now)
    except NoProgram:
        text = (source.program or PROGRAM).read_text(encoding="utf-8")
        apply_program(organization_id=organization_id, text=text, now=now, effective_from=SINCE, note="demo")
    return organization_id


def _staff(organization_id: UUID, source: DemoSource, now: datetime) -> tuple[SignIn, ...]:
    people = []
    for role, name, shown in STAFF:
        stores = (CASHIER_STORE,) if role == Role.CASHIER else ()
        if stores and source.file is not None:
            continue  # their store is not there
        person = Person(f"{name}@{DOMAIN}", shown, secrets.token_urlsafe(9))
        add_staff(organization_id=organization_id, person=person, role=role, stores=stores, now=now)
        people.append(SignIn(role, person.email, person.password, stores))
    return tuple(people)


def _api_key(organization_id: UUID, now: datetime) -> str:
    scopes = [scope.value for scope in Scope]
    return issue_api_key(organization_id=organization_id, name="demo", scopes=scopes, now=now).token


# --- imports --------------------------------------------------------------------------------------------------------------


def _import_made_up(folder: Path, source: DemoSource, organization_id: UUID, until: date, processes: int) -> None:
    with bar("Making up members and purchases") as progress:
        demo = demo_data.write_files(folder, members=source.members, seed=source.seed, until=until, progress=progress)
    _import(demo.members, "members", demo.members_mapping, organization_id, Manner())
    _import(demo.purchases, "purchases", demo.purchases_mapping, organization_id, Manner(Unknown.REJECT, processes=processes))
    result = _import(demo.faulty, "purchases", demo.purchases_mapping, organization_id, Manner(Unknown.REJECT))
    opened = running.open_file(demo.faulty, kind="purchases", mapping=demo.purchases_mapping)
    running.write_rejects(opened, result.rejects, target=demo.faulty.with_name(demo.faulty.name + ".rejected.csv"))


def _import_own(source: DemoSource, organization_id: UUID, processes: int) -> None:
    assert source.file is not None, "there is a file"
    result = _import(source.file, "purchases", source.mapping, organization_id, Manner(Unknown.CREATE, processes=processes))
    if not result.counts.get("purchases") and not result.counts.get("unchanged"):
        raise NotFound(
            "The file has no purchase that could be read. Look at it with: phakdi import purchases FILE --preview",
            code="nothing_read",
        )


def _import(path: Path, kind: running.Kind, mapping: Path | None, organization_id: UUID, manner: Manner) -> ImportResult:
    now = utc_now()
    opened = running.open_file(path, kind=kind, mapping=mapping)
    currency = version_at(organization_id=organization_id, at=now).currency
    with bar(f"Importing {path.name}") as progress:
        return running.run(opened, organization_id=organization_id, currency=currency, manner=manner, now=now, progress=progress)


def _bring_to_today(organization_id: UUID, now: datetime) -> None:
    """Book what time has made true since each member's last purchase: expiries, ends of levels, birthdays."""
    _say("Letting time pass until today …")
    while True:
        passed = pass_time(organization_id=organization_id, now=now)
        if passed.is_done or not passed.booked:
            return


def _freeze_one(organization_id: UUID, now: datetime) -> None:
    with organization_scope(organization_id):
        member = find_by_number(organization_id=organization_id, number=FROZEN)
    if member is not None and member.status == Status.ACTIVE:
        freeze_member(organization_id=organization_id, member_id=member.id, reason="บัตรหาย", now=now, actor=Actor("operator"))


def _say(text: str) -> None:
    print(text, file=sys.stderr)
