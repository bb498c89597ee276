"""The draft that an editor's page is about: its text, what it is made from, and how it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from phakdi.flows.edit_program import keep_draft
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, NotFound
from phakdi.loyalty.programs import load_program, yaml
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.programs.models import ProgramVersion
from phakdi.loyalty.programs.queries import find_draft, newest_version
from phakdi.loyalty.programs.rewriting import rewrite
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff.queries import get_staff
from phakdi.web.access import Desk
from phakdi.web.console.editing.room import Room
from phakdi.web.words import language

FIRST = """phakdi: 1
key: {key}
name: {{th: "{name}", en: "{name}"}}
units:
  points:
    name: {{th: แต้ม, en: points}}
    expires: {{after: 2 years}}
earning:
  - key: base
    name: {{th: ทุกการซื้อ, en: Every purchase}}
    on: purchase
    give: {{points: 1, per: 25}}
"""


@lru_cache(maxsize=16)
def values_of(text: str) -> Mapping[str, Any]:
    """Return what a text says as plain values, for reading only; what is no program at all says nothing."""
    found = yaml.parse(text)[0] if text else {}
    return found if isinstance(found, Mapping) else {}


@lru_cache(maxsize=16)
def document_of(text: str) -> ProgramDocument:
    """Return the program in a text."""
    return load_program(values_of(text))


@dataclass(frozen=True)
class Draft:
    """The program as it is being changed. ``revision`` is 0 where nothing was changed yet: it is the newest version then."""

    desk: Desk
    text: str
    revision: int
    based_on_id: UUID | None
    newest: ProgramVersion | None
    changed_at: datetime | None = None
    changed_by: str = ""

    @cached_property
    def raw(self) -> Mapping[str, Any]:
        """What the text says, as plain values."""
        return values_of(self.text)

    @property
    def is_begun(self) -> bool:
        """Whether anything was kept yet."""
        return self.revision > 0

    @property
    def is_outdated(self) -> bool:
        """Whether another version was put in force since it was begun."""
        return self.is_begun and self.newest is not None and self.newest.id != self.based_on_id

    @property
    def base_text(self) -> str:
        """The text of the newest version, which the draft is compared with."""
        return self.newest.text if self.newest else ""

    @cached_property
    def base(self) -> ProgramDocument | None:
        """The newest version as a document."""
        return document_of(self.base_text) if self.newest else None

    def room(self, raw: Mapping[str, Any] | None = None) -> Room:
        """Return what forms have to know, of the draft or of what it would be."""
        with organization_scope(self.desk.organization_id):
            stores = stores_of(organization_id=self.desk.organization_id)
        reads = language()
        named = tuple((store.code, store.name_in(reads)) for store in stores)
        return Room(self.raw if raw is None else raw, reads, self.desk.currency, named, self.base)

    def keep(self, raw: Mapping[str, Any]) -> int:
        """Keep the draft with other values and return its new revision. Raises DraftMoved."""
        return self.keep_text(rewrite(self.text, raw))

    def keep_text(self, text: str) -> int:
        """Keep the draft with another text and return its new revision. Raises DraftMoved."""
        return self.revision if text == self.text else self._kept(text)

    def begin(self) -> int:
        """Keep the draft as it is, though nothing was changed in it yet, and return its revision. Raises DraftMoved."""
        return self._kept(self.text)

    def _kept(self, text: str) -> int:
        return keep_draft(
            organization_id=self.desk.organization_id,
            text=text,
            revision=self.revision,
            now=utc_now(),
            staff_id=self.desk.place.staff_id,
            based_on_id=self.based_on_id,
        )


def draft_of(desk: Desk) -> Draft:
    """Return the organization's draft, or what it would begin with."""
    with organization_scope(desk.organization_id):
        kept = find_draft(organization_id=desk.organization_id)
        newest = newest_version(organization_id=desk.organization_id)
        changed_by = _name_of(desk, kept.changed_by_id) if kept and kept.changed_by_id else ""
    if kept:
        return Draft(desk, kept.text, kept.revision, kept.based_on_id, newest, kept.changed_at, changed_by)
    first = FIRST.format(key=desk.organization.slug, name=desk.organization.name.replace('"', "'").replace("\\", ""))
    return Draft(desk, newest.text if newest else first, 0, newest.id if newest else None, newest)


def _name_of(desk: Desk, staff_id: UUID) -> str:
    try:
        return get_staff(organization_id=desk.organization_id, staff_id=staff_id).user.name
    except NotFound:
        return ""


def is_readable(text: str) -> bool:
    """Whether forms can show a text at all."""
    try:
        return isinstance(yaml.parse(text)[0], Mapping)
    except Invalid:
        return False
