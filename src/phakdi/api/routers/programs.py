"""Programs: what is in force, what was, and putting a file in force."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from phakdi.api.errors import refusal_problem
from phakdi.api.paging import read_cursor, write_cursor
from phakdi.api.request import Call, call_of
from phakdi.api.schemas import programs as wire
from phakdi.api.schemas.paging import Cursor, Limit
from phakdi.api.schemas.problems import FieldProblem
from phakdi.api.terms import Repeats, terms
from phakdi.flows import apply_program as flow
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.programs import BadProgram, diff_programs, lint_program, load_program, queries
from phakdi.loyalty.programs.queries import NoProgram, version_at
from phakdi.loyalty.wording import Reader
from phakdi.platform.keys.core import Scope

router = Router(tags=["programs"])
VERSIONS_MAX = 1000


@router.get("/programs/versions", response=wire.VersionsOut)
@terms(Scope.PROGRAMS_READ)
def list_versions(request: HttpRequest, cursor: Cursor, limit: Limit) -> wire.VersionsOut:
    """List the versions of the program, the newest first."""
    call = call_of(request)
    kind = f"versions:{call.organization_id}"
    after = read_cursor(kind, cursor)
    in_force = _in_force(call)
    with organization_scope(call.organization_id):
        found = queries.versions_of(organization_id=call.organization_id, limit=VERSIONS_MAX)
    start = next((at + 1 for at, version in enumerate(found) if str(version.id) == after), 0)
    page = found[start : start + limit]
    following = write_cursor(kind, str(page[-1].id)) if start + limit < len(found) else None
    return wire.VersionsOut(items=[_version(version, in_force) for version in page], next_cursor=following)


@router.get("/programs/in-force", response=wire.VersionTextOut)
@terms(Scope.PROGRAMS_READ, refuses=(404,))
def get_program_in_force(request: HttpRequest) -> wire.VersionTextOut:
    """Tell the version that is in force, with its file."""
    call = call_of(request)
    in_force = _in_force(call)
    if in_force is None:
        raise NoProgram("The organization has no program yet.")
    return _version_text(call, in_force, in_force)


@router.get("/programs/versions/{version_id}", response=wire.VersionTextOut)
@terms(Scope.PROGRAMS_READ, refuses=(404,))
def get_version(request: HttpRequest, version_id: UUID) -> wire.VersionTextOut:
    """Tell one version, with its file as it was written."""
    call = call_of(request)
    return _version_text(call, version_id, _in_force(call))


@router.get(
    "/programs/versions/{version_id}/file",
    openapi_extra={"responses": {"200": {"content": {"application/yaml": {"schema": {"type": "object"}}}}}},
)
@terms(Scope.PROGRAMS_READ, refuses=(404,))
def export_version(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Export a version as the program file that it is; read back, it is the same program."""
    call = call_of(request)
    with organization_scope(call.organization_id):
        found = queries.get_version(organization_id=call.organization_id, version_id=version_id)
    name = f"{found.program.key}-{found.number}.yaml".encode("ascii", "replace").decode().replace('"', "")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(found.text, content_type="application/yaml; charset=utf-8", headers=headers)


@router.post("/programs/validate", response=wire.ValidatedOut)
@terms(Scope.PROGRAMS_READ)
def validate_program(request: HttpRequest, data: wire.ProgramTextIn) -> wire.ValidatedOut:
    """Tell what is wrong with a program file and where, and what in it can hardly be meant. Nothing is kept."""
    call = call_of(request)
    try:
        found = lint_program(load_program(data.text), today=call.now.date())
    except BadProgram as bad:
        errors = [FieldProblem(**error) for error in refusal_problem(bad, Reader(call.language))["errors"]]
        return wire.ValidatedOut(is_valid=False, errors=errors, warnings=[])
    warnings = [
        wire.FindingOut(code=item.code, path=item.path, message=item.message, line=item.line, column=item.column)
        for item in found
    ]
    return wire.ValidatedOut(is_valid=True, errors=[], warnings=warnings)


@router.post("/programs/diff", response=wire.ChangesOut)
@terms(Scope.PROGRAMS_READ, refuses=(404,))
def diff_program(request: HttpRequest, data: wire.ProgramTextIn) -> wire.ChangesOut:
    """Tell what a program file says differently from the version in force."""
    call = call_of(request)
    program = version_at(organization_id=call.organization_id, at=call.now)
    changes = diff_programs(program.document, load_program(data.text))
    items = [wire.ChangeOut(kind=item.kind, path=item.path, before=item.before, after=item.after) for item in changes]
    return wire.ChangesOut(items=items)


@router.post("/programs/apply", response={201: wire.VersionOut})
@terms(Scope.PROGRAMS_WRITE, repeats=Repeats.MUST_BE_NAMED, for_all_stores=True)
def apply_program(request: HttpRequest, data: wire.ApplyIn) -> Status[wire.VersionOut]:
    """Put a program file in force, now or later. What was recorded before keeps its version."""
    call = call_of(request)
    version = flow.apply_program(
        organization_id=call.organization_id,
        text=data.text,
        now=call.now,
        effective_from=data.effective_from,
        created_by_id=call.principal.key_id,
        note=data.note,
        actor=call.actor(),
    )
    in_force = version.id if version.effective_from <= call.now else None
    return Status(201, _version(version, in_force))


def _in_force(call: Call) -> UUID | None:
    try:
        return version_at(organization_id=call.organization_id, at=call.now).version_id
    except NoProgram:
        return None


def _version_text(call: Call, version_id: UUID, in_force: UUID | None) -> wire.VersionTextOut:
    with organization_scope(call.organization_id):
        found = queries.get_version(organization_id=call.organization_id, version_id=version_id)
    return wire.VersionTextOut(**_version(found, in_force).model_dump(), text=found.text)


def _version(version: flow.ProgramVersion, in_force: UUID | None) -> wire.VersionOut:
    own = ("id", "number", "effective_from", "created_at", "created_by_id", "note")
    values = {name: getattr(version, name) for name in own}
    return wire.VersionOut(program=version.program.key, is_in_force=version.id == in_force, **values)
