"""Note in the audit that somebody looked at a member's personal data (R160)."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.core import Actor
from phakdi.platform.audit.queries import AuditFilter, entries

SEEN = "member.seen"
ONCE_IN = timedelta(hours=1)  # who works with a member for an hour is noted once
INSTANT = timedelta(microseconds=1)
REMEMBERED_MAX = 20_000

_noted: OrderedDict[tuple[UUID, str, str], datetime] = OrderedDict()
_lock = threading.Lock()


def note_look(*, organization_id: UUID, member_id: UUID, actor: Actor, now: datetime) -> bool:
    """Note the look unless one of the same person at the same member was noted within the hour; tell whether.

    This process remembers what it noted; what another one did is read in the audit.
    """
    key = (member_id, actor.kind, actor.id)
    with _lock:
        before = _noted.get(key)
        if before is not None and timedelta() <= now - before < ONCE_IN:
            return False
    wanted = AuditFilter(
        action=SEEN,
        actor_kind=actor.kind,
        actor_id=actor.id,
        subject_kind="member",
        subject_id=str(member_id),
        since=now - ONCE_IN + INSTANT,
        until=now + INSTANT,
    )
    with organization_scope(organization_id):
        is_first = not entries(organization_id=organization_id, wanted=wanted, limit=1)
        if is_first:
            note(organization_id=organization_id, action=SEEN, subject=("member", str(member_id)), now=now, actor=actor)
    with _lock:
        _noted[key] = now
        _noted.move_to_end(key)
        while len(_noted) > REMEMBERED_MAX:
            _noted.popitem(last=False)
    return is_first


def forget_looks() -> None:
    """Make this process note the next look of everybody."""
    with _lock:
        _noted.clear()
