"""A member as they are at an instant: what is kept, with everything booked that time has made true meanwhile. Nothing is written."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from phakdi.loyalty.engine.core import advance_time
from phakdi.loyalty.engine.core.state import Entry, MemberState
from phakdi.loyalty.engine.queries import add_traits, load
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import version_at


@dataclass(slots=True, frozen=True)
class Snapshot:
    """A member's state at an instant, and the program in force then. ``due`` is what time did that no job has booked yet."""

    state: MemberState
    program: CompiledProgram
    due: tuple[Entry, ...]


def snapshot_of(*, organization_id: UUID, member_id: UUID, now: datetime) -> Snapshot:
    """Return the member as at ``now``, which may lie in the future; two reads, in a scope or outside one.

    Raises:
        UnknownMember: no such member.
        NoProgram: the organization has no program yet.
    """
    program = version_at(organization_id=organization_id, at=now)
    loaded = load(organization_id=organization_id, member_id=member_id, refs=(), receipt=None, budgets=())
    assert loaded.state is not None, "without a receipt there is no first answer"
    add_traits({member_id: loaded.state}, organization_id=organization_id, wanted=program.traits)
    step = advance_time(loaded.state, program=program, now=now)
    return Snapshot(step.state, program, tuple(step.entries))
