"""Writes of programs: a new version takes effect at an instant; what was before keeps its version."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Invalid
from phakdi.loyalty.programs import compile_program, load_program
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.models import Program, ProgramVersion
from phakdi.loyalty.programs.queries import forget_listing

CLOCKS_APART = timedelta(minutes=5)


class EffectiveInPast(Invalid):
    """A version cannot take effect before now: the past keeps the version it was recorded under."""

    code = "program_effective_in_past"


@in_transaction
def apply_version(
    *,
    organization_id: UUID,
    text: str,
    now: datetime,
    effective_from: datetime | None = None,
    created_by_id: UUID | None = None,
    note: str = "",
    approved_by: str = "",
) -> ProgramVersion:
    """Keep ``text`` (a program file) as the next version of the program it names, and return it.

    It takes effect at ``effective_from``, else on the day the file names, else now. Only the first version of an
    organization may begin in the past.

    Raises:
        Invalid: the text cannot be read or does not compile.
        EffectiveInPast: a later version would change the past.
    """
    document = load_program(text)
    compiled = compile_program(document)
    begins = effective_from or _named_start(compiled) or now
    is_first = not ProgramVersion.objects.filter(organization_id=organization_id).exists()
    if not is_first and begins < now - CLOCKS_APART:
        if effective_from is not None:
            raise EffectiveInPast("A new version cannot take effect in the past.", field="effective_from")
        begins = now
    program, _ = Program.objects.get_or_create(
        organization_id=organization_id, key=document.key, defaults={"name": _name(compiled)}
    )
    Program.objects.select_for_update().get(id=program.id)  # numbers are given one after the other
    last = program.versions.order_by("-number").first()
    version = ProgramVersion.objects.create(
        organization_id=organization_id,
        program=program,
        number=last.number + 1 if last else 1,
        text=text,
        document=document.model_dump(mode="json", exclude_unset=True, by_alias=True),
        effective_from=begins,
        created_at=now,
        created_by_id=created_by_id,
        note=note,
        approved_by=approved_by,
    )
    forget_listing(organization_id=organization_id)
    return version


def _named_start(program: CompiledProgram) -> datetime | None:
    named = program.document.effective_from
    if named is None:
        return None
    moment = datetime.fromisoformat(named)
    return (moment if moment.tzinfo else moment.replace(tzinfo=program.zone)).astimezone(UTC)


def _name(program: CompiledProgram) -> str:
    name = program.document.name
    return next(iter(name.values()), "") if isinstance(name, Mapping) else name or program.key
