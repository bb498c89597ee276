"""Tell what figures cannot know by themselves, and what they should come to."""

from datetime import datetime
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.insight.kpis import operations
from phakdi.insight.kpis.core.settings import KpiSettings, write
from phakdi.insight.kpis.core.targets import Wanted
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.core import Actor
from phakdi.platform.staff.core import Permission, Place


def change_insight_settings(*, place: Place, settings: KpiSettings, now: datetime) -> None:
    """Keep margins, costs and what counts as lapsed; figures follow at the next refresh.

    Raises:
        NotAllowed: this person does not decide that.
        Invalid: something cannot be.
    """
    place.require(Permission.PROGRAMS_WRITE)
    with organization_scope(place.organization_id):
        operations.change_settings(organization_id=place.organization_id, settings=settings, now=now)
        _note(place, "insight.settings_changed", ("organization", str(place.organization_id)), now, write(settings))


def add_target(*, place: Place, wanted: Wanted, now: datetime) -> UUID:
    """Watch a figure: a goal, a band, or how far it may move.

    Raises:
        NotAllowed: this person does not decide that.
        Invalid: it cannot be watched.
    """
    place.require(Permission.PROGRAMS_WRITE)
    with organization_scope(place.organization_id):
        target_id = operations.add_target(organization_id=place.organization_id, wanted=wanted, now=now)
        _note(place, "insight.target_added", ("insight_target", str(target_id)), now, {"figure": wanted.figure})
    return target_id


def remove_target(*, place: Place, target_id: UUID, now: datetime) -> None:
    """Watch a figure no more.

    Raises:
        NotAllowed: this person does not decide that.
        NotFound: it was not watched.
    """
    place.require(Permission.PROGRAMS_WRITE)
    with organization_scope(place.organization_id):
        operations.remove_target(organization_id=place.organization_id, target_id=target_id)
        _note(place, "insight.target_removed", ("insight_target", str(target_id)), now, {})


def _note(place: Place, action: str, subject: tuple[str, str], now: datetime, data: dict[str, object]) -> None:
    note(
        organization_id=place.organization_id,
        action=action,
        subject=subject,
        now=now,
        actor=Actor("staff", str(place.staff_id)),
        data=data,
    )
