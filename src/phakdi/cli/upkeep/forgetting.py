"""Who was forgotten stays forgotten when an older backup comes back."""

from datetime import datetime

from django.db import DatabaseError, connections

from phakdi.flows.erase_member import erase_again
from phakdi.flows.erasure_journal import write_all


def note_forgotten() -> int:
    """Write into the journal whom the database that is about to be replaced has forgotten; nothing, where it cannot tell."""
    try:
        return write_all()
    except DatabaseError:  # there is none yet, or it is what has to be restored: the journal has what it has
        connections.close_all()
        return 0


def forget_again(*, now: datetime) -> int:
    """Forget everybody again whom the restored backup still knows, and return how many."""
    return erase_again(now=now)
