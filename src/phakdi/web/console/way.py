"""The steps of an owner's first hour: which are done is seen from the data, never kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.ledger.queries import has_bills
from phakdi.loyalty.programs.queries import newest_version
from phakdi.people.members.queries.counting import has_members
from phakdi.platform.guides.queries import guide_of
from phakdi.platform.imports.queries import imports_of
from phakdi.platform.organizations.queries import brand_of, stores_of
from phakdi.platform.staff.core import Permission
from phakdi.platform.staff.queries import staff_of
from phakdi.web.access import Desk

ALONE = 1


@dataclass(frozen=True, slots=True)
class Action:
    """Where a step is done."""

    url: str
    label: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, about how long it takes, and whether it is done."""

    key: str
    icon: str
    title: str
    text: str
    minutes: int
    is_done: bool
    actions: Sequence[Action]
    is_optional: bool = False
    is_next: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """All steps, how far somebody has come, and whether they put the guide away."""

    steps: Sequence[Step]
    is_dismissed: bool

    @property
    def needed(self) -> list[Step]:
        """The steps without which nobody collects points."""
        return [step for step in self.steps if not step.is_optional]

    @property
    def done(self) -> int:
        """How many of them are done."""
        return sum(step.is_done for step in self.needed)

    @property
    def percent(self) -> int:
        """How far that is."""
        return 100 * self.done // len(self.needed)

    @property
    def is_done(self) -> bool:
        """Whether customers collect points now."""
        return self.done == len(self.needed)

    @property
    def next(self) -> Step | None:
        """The step to do now."""
        return next((step for step in self.needed if not step.is_done), None)

    @property
    def minutes_left(self) -> int:
        """About how long the rest takes."""
        return sum(step.minutes for step in self.needed if not step.is_done)


def way_of(desk: Desk) -> Way:
    """Return how far the organization has come, in a few short looks at the data."""
    here = desk.organization_id
    with organization_scope(here):
        guide = guide_of(organization_id=here)
        brand = brand_of(organization_id=here)
        has_brand = bool(brand.names or brand.accent or brand.logo_file_id)
        has_program = newest_version(organization_id=here) is not None
        has_store = bool(stores_of(organization_id=here, only_active=True, limit=1))
        is_alone = len([each for each in staff_of(organization_id=here, limit=5) if each.is_active]) <= ALONE
        has_anybody = has_members(organization_id=here)
        has_points = has_anybody and has_bills(organization_id=here)
        has_imported = bool(imports_of(organization_id=here, limit=1))
    steps = [
        _brand(is_done=has_brand),
        _program(is_done=has_program),
        _store(is_done=has_store),
        _member(is_done=has_anybody, has_program=has_program),
        _points(is_done=has_points),
        _staff(is_done=not is_alone),
        _import(is_done=has_imported),
    ]
    return Way(_with_next(steps), guide.is_dismissed)


def is_shown_to(desk: Desk) -> bool:
    """Tell whether somebody can do the steps at all."""
    return desk.place.can(Permission.PROGRAMS_WRITE) and desk.place.can(Permission.STORES_WRITE)


def _with_next(steps: Sequence[Step]) -> list[Step]:
    found = next((step.key for step in steps if not step.is_done and not step.is_optional), "")
    return [replace(step, is_next=step.key == found) for step in steps]


def _brand(*, is_done: bool) -> Step:
    actions = [Action(reverse("web:brand"), _("Change the look") if is_done else _("Choose logo and color"), "brush")]
    text = _("Your logo and your color on the members' card, on the page of your shop and on what is printed.")
    return Step("brand", "brush", _("How your shop looks"), text, 2, is_done, actions)


def _program(*, is_done: bool) -> Step:
    if is_done:
        actions = [Action(reverse("web:programs"), _("See the program"))]
    else:
        actions = [Action(reverse("web:start_program"), _("Choose a program"), "program")]
    text = _("Pick what fits your kind of shop, set a few numbers, and see what a bill brings before it counts.")
    return Step("program", "program", _("What customers earn"), text, 4, is_done, actions)


def _store(*, is_done: bool) -> Step:
    if is_done:
        actions = [Action(reverse("web:stores"), _("See your stores"))]
    else:
        actions = [Action(reverse("web:start_store"), _("Add your store"), "store")]
    text = _("Name and address, so that members find you and every bill knows where it was.")
    return Step("store", "store", _("Your first store"), text, 2, is_done, actions)


def _member(*, is_done: bool, has_program: bool) -> Step:
    poster = Action(reverse("web:start_poster"), _("Print the code"), "print")
    enroll = Action(reverse("web:counter_enroll"), _("Enroll somebody"), "person-add")
    if is_done:
        actions = [poster, Action(reverse("web:members"), _("See members"))]
    else:
        actions = [enroll, poster] if has_program else [poster]
    text = _(
        "Put the code beside the till: whoever scans it joins by themselves. Or enroll the first one here, yourself perhaps."
    )
    return Step("member", "person-add", _("Your first member"), text, 2, is_done, actions)


def _points(*, is_done: bool) -> Step:
    label = _("To the counter") if is_done else _("Open the counter")
    text = _("Find the member by phone at the counter, type the amount of a bill, and see the points arrive.")
    return Step("points", "till", _("The first points"), text, 2, is_done, [Action(reverse("web:counter"), label, "till")])


def _staff(*, is_done: bool) -> Step:
    actions = [Action(reverse("web:staff") if is_done else reverse("web:staff_new"), _("Add staff"), "staff")]
    text = _("Cashiers give points at their own store and see nothing else.")
    return Step("staff", "staff", _("Who works with you"), text, 2, is_done, actions, is_optional=True)


def _import(*, is_done: bool) -> Step:
    actions = [Action(reverse("web:imports") if is_done else reverse("web:import_new"), _("Bring members in"), "import")]
    text = _(
        "From a spreadsheet or another system, with their points. You see everything before it counts, and can take it back."
    )
    return Step("import", "import", _("Members you have already"), text, 10, is_done, actions, is_optional=True)
