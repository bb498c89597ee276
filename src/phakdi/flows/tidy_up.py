"""Forget what is of no use any more, and seal what must not change: the platform's own housekeeping."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore

from phakdi.flows.erasure_journal import write_journal
from phakdi.insight.warehouse.operations import sweep
from phakdi.kit.db.scope import organization_scope
from phakdi.people.cards.operations import forget_old_uses
from phakdi.people.codes.operations import forget_old
from phakdi.people.presence.operations import forget_old_sessions
from phakdi.platform.audit.operations import SEAL_BATCH, seal_entries
from phakdi.platform.files.operations import purge_unkept
from phakdi.platform.keys.operations import PURGE_BATCH, purge_answers
from phakdi.platform.outbox import operations as outbox
from phakdi.platform.staff.authentication import purge_tries
from phakdi.platform.webhooks.operations import purge_events

FACTS_KEPT = timedelta(days=14)  # for webhooks and readers that were away


def seal_audit(*, organization_id: UUID) -> bool:
    """Chain the organization's latest audit entries; False where some are left for the next call."""
    with organization_scope(organization_id):
        return seal_entries(organization_id=organization_id) < SEAL_BATCH


def tidy_organization(*, organization_id: UUID, now: datetime) -> bool:
    """Forget old codes, kept answers, files that nobody kept and files of figures that were replaced; False where some are left for the next call."""
    write_journal(organization_id=organization_id)
    sweep(organization_id=organization_id)
    with organization_scope(organization_id):
        forget_old(organization_id=organization_id, now=now)
        forget_old_uses(organization_id=organization_id, now=now)
        forget_old_sessions(organization_id=organization_id, now=now)
        purge_unkept(organization_id=organization_id, now=now)
        purge_events(organization_id=organization_id, now=now)
        return purge_answers(organization_id=organization_id, now=now) < PURGE_BATCH


def tidy_installation(*, now: datetime, facts_kept: timedelta = FACTS_KEPT) -> bool:
    """Forget old facts, tries to sign in and ended sessions; False where some are left for the next call."""
    purge_tries(now=now)
    SessionStore.clear_expired()
    return outbox.purge_facts(before=now - facts_kept) < outbox.PURGE_BATCH
