"""The worked cases of every example once more, each step loaded from the database and posted to it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.casebook import expecting
from phakdi.loyalty.casebook.reading import Source, plan
from phakdi.loyalty.casebook.world import World
from phakdi.loyalty.engine import codec, operations, queries
from phakdi.loyalty.engine.core.state import MemberState
from phakdi.loyalty.engine.verification import differences_of
from phakdi.loyalty.programs import compile_program, load_program
from phakdi.people.members import operations as people
from phakdi.people.members.core import read_identity

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "owner"]), pytest.mark.slow]

EXAMPLES = Path(__file__).parents[3] / "examples" / "programs"
WITHOUT_RECEIPTS = "activity_has_its_receipt"  # many cases call their bills alike, so none is kept as a receipt
FILES = sorted(EXAMPLES.rglob("*.yaml"))


class Kept(World):
    """A world whose members live in the database: what is not written there is not known at the next step."""

    def __init__(self, program, organization_id, enroll):
        super().__init__(program)
        self.organization_id, self.enroll, self.profiles = organization_id, enroll, {}

    def _enroll(self, name):
        member_id = self.enroll()
        state = MemberState(self.organization_id, member_id)
        state.profile = replace(state.profile, joined_at=self.now)
        self.members[name], self._names[member_id] = state, name

    def _before(self, name, activity=None):
        refs = [ref for ref in (activity.ref, activity.of) if ref] if activity else []
        return self.load(name, refs)

    def load(self, name, refs=()):
        known = self.members[name]
        found = queries.load(
            organization_id=self.organization_id, member_id=known.member_id, refs=refs, budgets=self.program.budgets
        ).state
        return replace(found, profile=known.profile)  # the members room keeps it; cases tell it

    def _take(self, name, step):
        booking = codec.Booking(step, self.now, None)
        group = codec.Group(step.state.member_id, step.state.version, [booking])
        assert operations.post(organization_id=self.organization_id, groups=[group]) == frozenset()
        super()._take(name, step)


@pytest.fixture
def enroll(organization_id):
    """Return a function that enrolls somebody and returns their id."""
    made = 0

    def one():
        nonlocal made
        made += 1
        key = read_identity("PHONE", f"08{made:08}")
        with organization_scope(organization_id):
            return people.enroll(
                organization_id=organization_id,
                profile={"given_name": f"Member {made}"},
                identities=[people.NewIdentity(key, verified_at=datetime(2020, 1, 1, tzinfo=UTC))],
                now=datetime(2020, 1, 1, tzinfo=UTC),
                today=date(2020, 1, 1),
            ).member.id

    return one


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_cases_hold_through_the_database(path, organization_id, enroll):
    document = load_program(path.read_text(encoding="utf-8"))
    program = compile_program(document)
    found = {}
    for case in document.cases:
        with organization_scope(organization_id):
            operations.set_budgets(organization_id=organization_id, budgets=program.budgets)
        world = Kept(program, organization_id, enroll)
        reports = [world.perform(step) for step in plan(case, program, Source())]
        for name in world.members:
            world.members[name] = world.load(name)
        found[case.name] = expecting.compare(case, world, reports)

    assert {name: differences for name, differences in found.items() if differences} == {}
    with organization_scope(organization_id):
        told = [str(difference) for difference in differences_of(organization_id=organization_id)]
    assert [difference for difference in told if not difference.startswith(WITHOUT_RECEIPTS)] == []
