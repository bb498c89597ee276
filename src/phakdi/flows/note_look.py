"""Note in the audit that somebody looked at a member's personal data (R160)."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.core import Actor

SEEN = "member.seen"
ONCE_IN = timedelta(hours=1)  # who works with a member for an hour is noted once
REMEMBERED_MAX = 20_000

_noted: OrderedDict[tuple[UUID, str, str], datetime] = OrderedDict()
_lock = threading.Lock()


def note_look(*, organization_id: UUID, member_id: UUID, actor: Actor, now: datetime) -> bool:
    """Note the look unless this process has noted one of the same person at the same member within the hour; tell whether."""
    key = (member_id, actor.kind, actor.id)
    with _lock:
        before = _noted.get(key)
        if before is not None and timedelta() <= now - before < ONCE_IN:
            return False
    with organization_scope(organization_id):
        note(organization_id=organization_id, action=SEEN, subject=("member", str(member_id)), now=now, actor=actor)
    with _lock:
        _noted[key] = now
        _noted.move_to_end(key)
        while len(_noted) > REMEMBERED_MAX:
            _noted.popitem(last=False)
    return True


def forget_looks() -> None:
    """Make this process note the next look of everybody."""
    with _lock:
        _noted.clear()
