"""Try a program that is not in force on a real member: what would an activity bring about under it?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.kit.ids import new_id
from phakdi.loyalty.engine import codec, queries
from phakdi.loyalty.engine.core import advance
from phakdi.loyalty.engine.recording import Receipt
from phakdi.loyalty.programs import compile_program, load_program


def rehearse_program(*, organization_id: UUID, text: str, member_id: UUID, activity: Mapping[str, Any], now: datetime) -> Receipt:
    """Return what ``activity`` would bring the member at ``now`` (which may lie in the future) under the program in ``text``.

    Nothing is kept; budgets that members share count as untouched.

    Raises:
        Invalid: the text or the activity cannot be read.
        UnknownMember: no such member.
        Rejected: a rule says no.
    """
    program = compile_program(load_program(text))
    told = program.read_activity(activity, id=new_id(), now=now)
    refs = [ref for ref in {told.ref, told.of} if ref]
    loaded = queries.load(organization_id=organization_id, member_id=member_id, refs=refs, receipt=None, budgets=())
    assert loaded.state is not None, "without a receipt there is no first answer"
    loaded.state.budgets = dict(program.budgets)
    queries.add_traits({member_id: loaded.state}, organization_id=organization_id, wanted=program.traits)
    step = advance(loaded.state, told, program=program, now=now)
    return Receipt(told.id, member_id, step.outcome, codec.verdict_values(step.verdicts))
