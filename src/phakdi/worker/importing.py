"""Imports that were asked for in a browser: run, and taken back, in the background."""

import logging
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from phakdi.adapters.commerce.files.running import ImportResult, OpenFile, run, write_rejects
from phakdi.adapters.commerce.files.uploaded import open_upload
from phakdi.flows.import_purchases import Manner, Unknown
from phakdi.flows.request_import import REQUESTED, UNDO_REQUESTED
from phakdi.flows.undo_import import undo_import
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Invalid, NotFound, Rejected
from phakdi.platform.audit.core import Actor
from phakdi.platform.files.core import FileKind
from phakdi.platform.files.operations import keep_file, write_chunks
from phakdi.platform.organizations.queries import get_organization
from phakdi.platform.outbox.core import Consumer, Fact

CHUNK = 1024 * 1024
logger = logging.getLogger(__name__)


def _import(fact: Fact, _: datetime) -> None:
    """Run an import, or go on with it; a file that cannot be read was looked at before, so that is only logged."""
    with organization_scope(fact.organization_id):
        currency = get_organization(organization_id=fact.organization_id).currency
    data = fact.data
    manner = Manner(Unknown(data["unknown"]), actor=Actor("staff", data["staff"]))
    try:
        with open_upload(
            organization_id=fact.organization_id, file_id=UUID(data["file"]), kind=data["kind"], mapping=data["mapping"]
        ) as file:
            result = run(file, organization_id=fact.organization_id, currency=currency, manner=manner, now=fact.at)
            if result.rejects:
                _keep_rejects(fact, file, result)
    except (Invalid, NotFound) as refusal:
        logger.warning("import of file %s: %s", data["file"], refusal.message)


def _keep_rejects(fact: Fact, file: OpenFile, result: ImportResult) -> None:
    """Keep the rows that were left out as a file named after the import."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "rejects.csv"
        write_rejects(file, result.rejects, target=target)
        with target.open("rb") as rows:
            chunks = iter(lambda: rows.read(CHUNK), b"")
            written = write_chunks(organization_id=fact.organization_id, kind=FileKind.REJECTS, chunks=chunks)
    with organization_scope(fact.organization_id):
        name = f"{result.import_id}.rejected.csv"
        keep_file(organization_id=fact.organization_id, kind=FileKind.REJECTS, written=written, name=name, now=fact.at)


def _undo(fact: Fact, now: datetime) -> None:
    actor = Actor("staff", fact.data["staff"])
    try:
        undo_import(organization_id=fact.organization_id, import_id=UUID(fact.data["import"]), now=now, actor=actor)
    except (Conflict, NotFound, Rejected) as refusal:
        logger.warning("import %s: %s", fact.data["import"], refusal.message)


IMPORT = Consumer("import_file", frozenset({REQUESTED}), _import)
UNDO_IMPORT = Consumer("undo_import", frozenset({UNDO_REQUESTED}), _undo)
