"""Reports that came too late to be booked by themselves (R15): somebody approves or rejects them, once.

Activities are append-only. Approving records the report again as an activity of its own, under the version of the
program that was in force when it happened; the decision is kept as a receipt named after the report.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from phakdi.kit.db.scope import in_transaction, organization_scope
from phakdi.kit.errors import Conflict
from phakdi.kit.ids import new_id
from phakdi.loyalty.engine import codec
from phakdi.loyalty.engine.core.state import Activity, Line
from phakdi.loyalty.engine.recording import Context, Receipt, ReceiptConflict, Report, record
from phakdi.loyalty.ledger import models
from phakdi.loyalty.ledger.queries import REVIEWED, get_activity
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import version_at

APPROVED, REJECTED = "approved", "rejected"


class NotInReview(Conflict):
    """The activity was booked at once, or somebody decided otherwise before."""

    code = "activity_not_in_review"


def approve(*, member_id: UUID, activity_id: UUID, context: Context) -> Receipt:
    """Book a report that waits for review and return the answer; approving it again answers the same.

    Raises:
        UnknownActivity, NotInReview, and what recording raises.
    """
    with organization_scope(context.organization_id):
        reported = _in_review(context.organization_id, member_id, activity_id)
    program = version_at(organization_id=context.organization_id, at=reported.occurred_at)
    decision = codec.ReceiptKey(REVIEWED, str(activity_id), APPROVED)
    report = Report(told_again(reported, program), program, decision, is_late=False)
    try:
        return record(member_id=member_id, report=report, context=context)
    except ReceiptConflict as conflict:
        raise NotInReview("This report was rejected.", activity_id=str(activity_id)) from conflict


@in_transaction
def reject(*, member_id: UUID, activity_id: UUID, context: Context) -> None:
    """Decide that a report that waits for review is never booked; rejecting it again changes nothing.

    Raises:
        UnknownActivity, NotInReview: there is none, or it was booked.
    """
    _in_review(context.organization_id, member_id, activity_id)
    decision, _ = models.Receipt.objects.get_or_create(
        organization_id=context.organization_id,
        origin=REVIEWED,
        number=str(activity_id),
        defaults={"member_id": member_id, "activity_id": activity_id, "content_hash": REJECTED},
    )
    if decision.content_hash != REJECTED:
        raise NotInReview("This report was approved.", activity_id=str(activity_id))


def _in_review(organization_id: UUID, member_id: UUID, activity_id: UUID) -> models.Activity:
    reported = get_activity(organization_id=organization_id, member_id=member_id, activity_id=activity_id)
    if reported.state != models.Activity.State.REVIEW:
        raise NotInReview("This activity does not wait for review.", activity_id=str(activity_id))
    return reported


def told_again(reported: models.Activity, program: CompiledProgram) -> Activity:
    """Return a recorded activity as it was reported, with an identifier of its own."""
    said = reported.data
    return Activity(
        id=new_id(),
        kind=reported.kind,
        at=reported.occurred_at,
        ref=reported.ref,
        of=reported.of,
        origin=reported.origin,
        channel=reported.channel,
        store=reported.store,
        tender=reported.tender,
        amount=reported.amount_minor,
        lines=tuple(_line(line, program.line_field_types) for line in said.get("lines", ())),
        fields=_typed(said.get("fields", {}), program.field_types),
        depth=said.get("depth", 0),
    )


def _line(line: Mapping[str, Any], types: Mapping[str, str]) -> Line:
    return Line(line["id"], line["amount"], line["product"], line["category"], line["quantity"], _typed(line["fields"], types))


def _typed(fields: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    """Return fields as they were reported: JSON has no dates."""
    return {
        name: date.fromisoformat(value) if types.get(name) == "date" and isinstance(value, str) else value
        for name, value in fields.items()
    }
