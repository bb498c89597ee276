"""Replay an organization's ledger by night and raise the alarm where a cache differs (R155)."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import connection

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.verification import Difference, differences_of
from phakdi.platform.audit.core import Actor
from phakdi.platform.outbox.operations import publish

FOUND = "ledger.differs"  # data: {"checks": {name: how many}}
JOB = Actor("job", "reconcile")

log = logging.getLogger("phakdi.flows")


def reconcile(*, organization_id: UUID, now: datetime) -> list[Difference]:
    """Return what differs between the entries and what was computed from them: nothing, if all is well.

    A difference is logged, audited and told as the fact ``ledger.differs``; nothing is put right by itself.
    """
    with organization_scope(organization_id):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '30min'")
        found = differences_of(organization_id=organization_id)
        if found:
            checks: dict[str, int] = {}
            for difference in found:
                checks[difference.check] = checks.get(difference.check, 0) + 1
            log.error("the ledger of %s differs: %s", organization_id, checks)
            subject = ("organization", str(organization_id))
            note(organization_id=organization_id, action=FOUND, subject=subject, now=now, actor=JOB, data={"checks": checks})
            publish(organization_id=organization_id, topic=FOUND, data={"checks": checks}, at=now)
    return found
