"""Reads of programs: which version is in force, ready to run."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from uuid import UUID

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.loyalty.programs import compile_program, load_program
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.models import Program, ProgramDraft, ProgramVersion

LISTING_SECONDS = 1.0  # so soon does a process see a version that another one wrote
COMPILED_MAX = 256


class NoProgram(NotFound):
    """The organization has no program yet."""

    code = "program_not_found"


@dataclass(slots=True, frozen=True)
class _Listing:
    read_at: float
    versions: tuple[tuple[datetime, UUID], ...]  # (effective from, version), in order


_listings: dict[UUID, _Listing] = {}
_compiled: OrderedDict[UUID, CompiledProgram] = OrderedDict()
_lock = Lock()


def version_at(*, organization_id: UUID, at: datetime) -> CompiledProgram:
    """Return the organization's program as in force at ``at``; before the first version began, the first.

    Opens a scope of its own only where this process has nothing at hand that is younger than a second.

    Raises:
        NoProgram: the organization has no program.
    """
    listing = _listings.get(organization_id)
    if listing is None or time.monotonic() - listing.read_at > LISTING_SECONDS:
        listing = _read_listing(organization_id)
    if not listing.versions:
        raise NoProgram("The organization has no program yet.")
    in_force = listing.versions[0][1]
    for effective_from, version_id in listing.versions:
        if effective_from > at:
            break
        in_force = version_id
    return _compiled.get(in_force) or _compile(organization_id, in_force)


def forget_listing(*, organization_id: UUID) -> None:
    """Make this process look for versions again at the next call."""
    _listings.pop(organization_id, None)


def programs_of(*, organization_id: UUID) -> list[Program]:
    """Return the organization's programs by key; in a scope."""
    return list(Program.objects.filter(organization_id=organization_id).order_by("key"))


def versions_of(*, organization_id: UUID, limit: int = 100) -> list[ProgramVersion]:
    """Return the newest versions first; in a scope."""
    found = ProgramVersion.objects.filter(organization_id=organization_id).select_related("program")
    return list(found.order_by("-effective_from", "-created_at", "-id")[:limit])


def find_version(*, organization_id: UUID, version_id: UUID) -> ProgramVersion | None:
    """Return one version, or None; in a scope."""
    return ProgramVersion.objects.filter(organization_id=organization_id, id=version_id).select_related("program").first()


def get_version(*, organization_id: UUID, version_id: UUID) -> ProgramVersion:
    """Return one version, or raise NoProgram; in a scope."""
    version = find_version(organization_id=organization_id, version_id=version_id)
    if version is None:
        raise NoProgram("There is no such version of the program.", version_id=str(version_id))
    return version


def find_draft(*, organization_id: UUID) -> ProgramDraft | None:
    """Return the organization's draft, or None; in a scope."""
    return ProgramDraft.objects.filter(organization_id=organization_id).first()


def newest_version(*, organization_id: UUID) -> ProgramVersion | None:
    """Return the version that was written last, in force or to come, or None; in a scope."""
    found = ProgramVersion.objects.filter(organization_id=organization_id).select_related("program")
    return found.order_by("-created_at", "-id").first()


def _read_listing(organization_id: UUID) -> _Listing:
    read_at = time.monotonic()
    with organization_scope(organization_id):
        found = ProgramVersion.objects.filter(organization_id=organization_id).order_by("effective_from", "created_at", "id")
        versions = tuple(found.values_list("effective_from", "id"))
    listing = _listings[organization_id] = _Listing(read_at, versions)
    return listing


def _compile(organization_id: UUID, version_id: UUID) -> CompiledProgram:
    with organization_scope(organization_id):
        document = get_version(organization_id=organization_id, version_id=version_id).document
    program = compile_program(load_program(document))
    program.version_id = version_id
    with _lock:
        _compiled[version_id] = program
        while len(_compiled) > COMPILED_MAX:
            _compiled.popitem(last=False)
    return program
