"""Record that a member answered a survey, so that rules may give something for it: once per wave, whatever was answered (R143)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.care.surveys.queries import UnknownSurvey, survey_by_code
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Rejected
from phakdi.loyalty.engine import recording
from phakdi.loyalty.engine.recording import Receipt
from phakdi.loyalty.programs.queries import NoProgram, version_at

ORIGIN = "phakdi"


def record_survey(
    *, organization_id: UUID, member_id: UUID, data: Mapping[str, Any], at: datetime, now: datetime
) -> Receipt | None:
    """Record what the fact ``survey.answered`` tells; None where nothing is recorded: changed only, not wanted, no program, refused by a rule.

    It never says what was answered. Safe to repeat: a member, a survey and a wave are one activity.

    Raises:
        NotFound, Conflict, Unavailable: as for any activity.
    """
    if not data["is_new"]:
        return None
    try:
        with organization_scope(organization_id):
            if not survey_by_code(organization_id=organization_id, code=data["survey"]).reports_activity:
                return None
        version_at(organization_id=organization_id, at=now)
    except (UnknownSurvey, NoProgram):
        return None
    raw: dict[str, Any] = {
        "kind": "survey",
        "at": at,
        "ref": f"survey:{data['survey']}:{data['wave']}:{member_id}",
        "origin": ORIGIN,
    }
    if data.get("store"):
        raw["store"] = data["store"]
    context = recording.Context(organization_id, now, accepts_late=True)
    try:
        return recording.record(member_id=member_id, report=recording.read(raw, context), context=context)
    except Rejected:  # frozen, say: their answer counts, and nothing is given for it
        return None
