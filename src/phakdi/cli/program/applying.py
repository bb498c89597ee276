"""``phakdi program apply | export``: put a file in force, write out what is."""

import argparse
import sys
from uuid import UUID

from phakdi.cli import setup
from phakdi.cli.program.files import DONE, REFUSED, UNREADABLE, instant, look_at, path_of
from phakdi.cli.program.showing import GREEN, paint, print_json, show_cases, show_look
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import NotFound
from phakdi.loyalty import casebook


def apply(given: argparse.Namespace) -> int:
    """Put a file in force for an organization; one whose own cases fail is not applied unless asked for."""
    report = look_at(given.file)
    if report["code"] != DONE:
        show_look(report)
        return UNREADABLE
    result = casebook.run_file(path_of(given.file))
    if not result.passed and not given.unproven:
        show_cases(given.file, given.file, list(result.cases), trace=False)
        print("Nothing was applied: the program's own cases do not hold.", file=sys.stderr)
        return REFUSED
    effective_from = instant(given.effective_from)
    with setup.at_work():
        from phakdi.flows.apply_program import apply_program  # noqa: PLC0415 - Django is set up by now

        version = apply_program(
            organization_id=_organization_id(given.organization),
            text=path_of(given.file).read_text(encoding="utf-8"),
            now=utc_now(),
            effective_from=effective_from,
            note=given.note,
        )
        told = {"program": report["key"], "version": version.number, "effective_from": version.effective_from}
    if given.json:
        print_json(told)
    else:
        print(
            f"{paint('✓', GREEN)} version {told['version']} of '{told['program']}' takes effect at {told['effective_from']:%Y-%m-%d %H:%M %Z}"
        )
    return DONE


def export(given: argparse.Namespace) -> int:
    """Write out the program that is in force, as it was written."""
    at = instant(given.at) or utc_now()
    with setup.at_work():
        from phakdi.kit.db.scope import organization_scope  # noqa: PLC0415 - Django is set up by now
        from phakdi.loyalty.programs import queries  # noqa: PLC0415 - as above

        organization_id = _organization_id(given.organization)
        version_id = queries.version_at(organization_id=organization_id, at=at).version_id
        assert version_id
        with organization_scope(organization_id):
            version = queries.get_version(organization_id=organization_id, version_id=version_id)
        text, number = version.text, version.number
    if given.json:
        print_json({"version": number, "text": text})
    else:
        print(text, end="" if text.endswith("\n") else "\n")
    return DONE


def _organization_id(slug: str) -> UUID:
    from phakdi.platform.organizations.queries import find_organization  # noqa: PLC0415 - Django is set up by now

    found = find_organization(slug=slug)
    if found is None:
        raise NotFound(f"There is no organization '{slug}'.", code="organization_not_found", slug=slug)
    return found.id
