"""Change how an organization shows itself: name, color, logo, texts, contact, host name, and what is switched on."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict
from phakdi.kit.text import pick
from phakdi.platform.audit.core import Actor
from phakdi.platform.files.core import FileKind
from phakdi.platform.files.images import redraw
from phakdi.platform.files.operations import delete_file, keep_file, write_chunks
from phakdi.platform.organizations import facts, operations, queries
from phakdi.platform.organizations.core.modules import Module, read_module
from phakdi.platform.outbox.operations import publish

__all__ = ["HostReserved", "change_brand", "remove_logo", "switch_module"]


class HostReserved(Conflict):
    """The installation itself answers under this host name."""

    code = "domain_taken"


def change_brand(
    *,
    organization_id: UUID,
    changes: Mapping[str, object],
    now: datetime,
    actor: Actor | None = None,
    logo: bytes = b"",
    language: str = "",
    is_reserved: Callable[[str], bool] = lambda _host: False,
) -> list[str]:
    """Write the given fields of the brand and return the names of those that differ now.

    ``logo`` is an uploaded picture, drawn anew. The name becomes the organization's own, in its first language.
    ``is_reserved`` tells under which host names the installation itself answers: no organization can have one of these.

    Raises:
        Invalid, PictureUnreadable, PictureTooLarge: a field or the logo cannot be read.
        DomainTaken, HostReserved: somebody answers under this host name.
    """
    if (domain := str(changes.get("domain") or "").strip()) and is_reserved(domain):
        raise HostReserved("The installation answers under this name.", field="domain")
    picture = redraw(logo, field="logo") if logo else b""
    written = write_chunks(organization_id=organization_id, kind=FileKind.LOGO, chunks=[picture]) if picture else None
    with organization_scope(organization_id):
        before = queries.brand_of(organization_id=organization_id)
        mark = None
        if written:
            by = actor.id if actor else ""
            kept = keep_file(
                organization_id=organization_id, kind=FileKind.LOGO, written=written, name="logo.png", now=now, created_by=by
            )
            mark = (kept.id, kept.sha256[:16])
        changed = operations.change_brand(organization_id=organization_id, changes=changes, now=now, logo=mark)
        changed += _rename(organization_id, language)
        if written and before.logo_file_id:
            delete_file(organization_id=organization_id, file_id=before.logo_file_id)
        if changed:
            _leave(organization_id, facts.BRANDED, now, actor, {"fields": changed})
    return changed


def remove_logo(*, organization_id: UUID, now: datetime, actor: Actor | None = None) -> None:
    """Take the logo away; the letter stands in its place. Safe to repeat."""
    with organization_scope(organization_id):
        before = queries.brand_of(organization_id=organization_id)
        if before.logo_file_id:
            operations.change_brand(organization_id=organization_id, changes={}, now=now, logo=(None, ""))
            delete_file(organization_id=organization_id, file_id=before.logo_file_id)
            _leave(organization_id, facts.BRANDED, now, actor, {"fields": ["logo"]})


def switch_module(*, organization_id: UUID, module: str, is_on: bool, now: datetime, actor: Actor | None = None) -> Module:
    """Switch a module on or off and return it. Safe to repeat. Raises UnknownModule."""
    known = read_module(module)
    with organization_scope(organization_id):
        if operations.switch_module(organization_id=organization_id, module=known, is_on=is_on):
            _leave(organization_id, facts.MODULE_SWITCHED, now, actor, {"module": known.value, "is_on": is_on})
    return known


def _rename(organization_id: UUID, language: str) -> list[str]:
    """Keep the organization's own name in step with the brand's, in its first language."""
    organization = queries.get_organization(organization_id=organization_id)
    first = language or organization.language
    name = pick(queries.brand_of(organization_id=organization_id).names, first) or organization.name
    return operations.change_organization(organization_id=organization_id, name=name, language=first)


def _leave(organization_id: UUID, topic: str, now: datetime, actor: Actor | None, data: Mapping[str, object]) -> None:
    subject = ("organization", str(organization_id))
    note(organization_id=organization_id, action=topic, subject=subject, now=now, actor=actor, data=data)
    publish(organization_id=organization_id, topic=topic, data=dict(data), at=now)
