"""The sections of a program as the editor shows them: where their things stand in the file, and how they are changed there.

All is done on the values as they are read from the file; nothing here knows forms or pages.
"""

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from phakdi.loyalty.programs.document import rules, spending, units
from phakdi.loyalty.programs.document.values import Limit
from phakdi.web.console.editing import fields
from phakdi.web.console.editing.parts import BothLanguages, Label, Number, Part

Raw = dict[str, Any]
LIST, MAP, SINGLE = "list", "map", "single"
ITEMS_MAX = 300


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a section: its place in the file, its key and what it says."""

    index: int
    key: str
    value: Any


@dataclass(frozen=True, kw_only=True)
class Section:
    """Where the things of one sort stand, and the fields that they have."""

    key: str
    title: Label
    lead: Label
    path: tuple[str, ...]
    shape: str
    parts: tuple[Part, ...]
    add: Label = ""
    model: type[BaseModel] | None = None
    blank: Mapping[str, Any] = field(default_factory=dict)
    belongs: Callable[[Any], bool] = lambda _item: True
    known: frozenset[str] = frozenset()  # keys that another page shows
    settings: str = ""  # the section with what holds for all of them

    def container(self, raw: Mapping[str, Any]) -> Any:
        """Return the list or mapping in which the things stand; empty where there is none."""
        place: Any = raw
        for step in self.path:
            place = place.get(step) if isinstance(place, Mapping) else None
        if self.shape == LIST:
            return place if isinstance(place, list) else []
        return place if isinstance(place, Mapping) else {}

    def items(self, raw: Mapping[str, Any]) -> list[Item]:
        """Return the things in the order of the file."""
        found = self.container(raw)
        if self.shape == SINGLE:
            return [Item(0, "", found)]
        if self.shape == LIST:
            each = [
                Item(n, str(item.get("key", n)) if isinstance(item, Mapping) else str(n), item) for n, item in enumerate(found)
            ]
        else:
            each = [Item(n, str(key), item) for n, (key, item) in enumerate(found.items())]
        return [item for item in each[:ITEMS_MAX] if self.belongs(item.value)]

    def find(self, raw: Mapping[str, Any], index: int) -> Item | None:
        """Return the thing at a place of the file, or None."""
        return next((item for item in self.items(raw) if item.index == index), None)

    def path_of(self, item: Item) -> str:
        """Return the thing's path as errors and warnings name it."""
        where = ".".join(self.path)
        return where if self.shape == SINGLE else f"{where}[{item.index}]" if self.shape == LIST else f"{where}.{item.key}"

    def put(self, raw: Mapping[str, Any], value: Any, *, index: int | None = None, key: str = "") -> Raw:
        """Return the program with the thing at ``index`` changed, or a new one at the end."""
        if self.shape == SINGLE:
            return self._with(raw, value)
        found = copy.copy(self.container(raw))
        if self.shape == LIST:
            items = list(found)
            if index is None:
                items.append({"key": key, **value})
            else:
                items[index] = value
            return self._with(raw, items)
        by_key = dict(found)
        by_key[key if index is None else list(by_key)[index]] = value
        return self._with(raw, by_key)

    def remove(self, raw: Mapping[str, Any], index: int) -> Raw:
        """Return the program without the thing at ``index``; an empty section is taken out as a whole."""
        pairs = self._pairs(raw)
        del pairs[index]
        return self._with(raw, self._joined(pairs))

    def move(self, raw: Mapping[str, Any], index: int, by: int) -> Raw:
        """Return the program with the thing moved past its neighbor of the same section."""
        order = [item.index for item in self.items(raw)]
        place = order.index(index) + by
        if not 0 <= place < len(order):
            return dict(raw)
        pairs, other = self._pairs(raw), order[place]
        pairs[index], pairs[other] = pairs[other], pairs[index]
        return self._with(raw, self._joined(pairs))

    def copy(self, raw: Mapping[str, Any], index: int) -> tuple[Raw, int]:
        """Return the program with a copy of the thing right behind it, and where the copy stands."""
        pairs = self._pairs(raw)
        key, value = pairs[index]
        fresh = self.free_key(raw, key)
        again = copy.deepcopy(value)
        if self.shape == LIST and isinstance(again, dict):
            again["key"] = fresh
        pairs.insert(index + 1, (fresh, again))
        return self._with(raw, self._joined(pairs)), index + 1

    def free_key(self, raw: Mapping[str, Any], wanted: str) -> str:
        """Return a key like ``wanted`` that nothing of the section has."""
        taken = {key for key, _value in self._pairs(raw)}
        base = re.sub(r"[^a-z0-9]+", "-", wanted.lower()).strip("-")[:60] or self.key.rstrip("s")
        if wanted not in taken and base not in taken:
            return base
        return next(f"{base}-{n}" for n in range(2, ITEMS_MAX * 2) if f"{base}-{n}" not in taken)

    def _pairs(self, raw: Mapping[str, Any]) -> list[tuple[str, Any]]:
        found = self.container(raw)
        if isinstance(found, list):
            return [(str(item.get("key", "")) if isinstance(item, Mapping) else "", item) for item in found]
        return [(str(key), value) for key, value in found.items()]

    def _joined(self, pairs: list[tuple[str, Any]]) -> Any:
        return [value for _key, value in pairs] if self.shape == LIST else dict(pairs)

    def _with(self, raw: Mapping[str, Any], value: Any) -> Raw:
        return _set(raw, self.path, value)


def _set(raw: Mapping[str, Any], path: tuple[str, ...], value: Any) -> Raw:
    step, rest = path[0], path[1:]
    found = dict(raw)
    inner = found.get(step)
    new = _set(inner if isinstance(inner, Mapping) else {}, rest, value) if rest else value
    if new or new is False or new == 0:
        return {**found, step: new} if step in found else _in_order(found, step, new)
    found.pop(step, None)
    return found


_ORDER = (
    "phakdi", "key", "name", "description", "source", "currency", "time_zone", "effective_from", "late_days", "main_unit", "units", "activities",
    "attributes", "meters", "limits", "tiers", "membership", "cycle", "base", "stacking", "earning", "discounts", "vouchers", "spending", "rewards",
    "referral", "transfers", "conversions", "receipts", "refunds", "cases",
)  # fmt: skip


def _in_order(found: Raw, step: str, value: Any) -> Raw:
    """Return ``found`` with a new section where programs usually have it: the cases stay last."""
    if step not in _ORDER:
        return {**found, step: value}
    later = set(_ORDER[_ORDER.index(step) + 1 :])
    first = next((key for key in found if key in later), None)
    if first is None:
        return {**found, step: value}
    result: Raw = {}
    for key, old in found.items():
        if key == first:
            result[step] = value
        result[key] = old
    return result


def _is_stamps(item: Any) -> bool:
    return isinstance(item, Mapping) and (item.get("kind") == "stamps" or "card" in item)


class Basics(Section):
    """What the whole program is called, and what its points are called and worth: from several places of the file."""

    def items(self, raw: Mapping[str, Any]) -> list[Item]:
        """See `Section`."""
        unit = self._unit(raw)
        own = {name: raw[name] for name in ("name", "description", "late_days") if name in raw}
        points = {f"points_{name}": unit[name] for name in ("name", "worth") if name in unit}
        return [Item(0, "", {**own, **points})]

    def path_of(self, item: Item) -> str:
        """See `Section`."""
        del item
        return ""

    def put(self, raw: Mapping[str, Any], value: Any, *, index: int | None = None, key: str = "") -> Raw:
        """See `Section`."""
        del index, key
        found = dict(raw)
        for name in ("late_days", "description", "name"):
            found = _set(found, (name,), value.get(name))
        unit = dict(self._unit(raw))
        for name in ("name", "worth"):
            unit.pop(name, None) if value.get(f"points_{name}") is None else unit.update({name: value[f"points_{name}"]})
        if unit != self._unit(raw):
            every = dict(raw.get("units") or {"points": {}})
            every[self._main(raw)] = unit
            found = _set(found, ("units",), every)
        return found

    def _main(self, raw: Mapping[str, Any]) -> str:
        every = raw.get("units")
        return str(raw.get("main_unit") or (next(iter(every)) if isinstance(every, Mapping) and every else "points"))

    def _unit(self, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        every = raw.get("units")
        unit = every.get(self._main(raw)) if isinstance(every, Mapping) else None
        return unit if isinstance(unit, Mapping) else {}


class Units(Section):
    """Kinds of points. A program that names none has one called points; the first is meant where none is named."""

    def container(self, raw: Mapping[str, Any]) -> Any:
        """See `Section`."""
        return super().container(raw) or {"points": {}}

    def move(self, raw: Mapping[str, Any], index: int, by: int) -> Raw:
        """See `Section`; the one that is meant where none is named stays the same."""
        found = super().move(raw, index, by)
        first = next(iter(self.container(raw)))
        if "main_unit" in raw or next(iter(self.container(found))) == first:
            return found
        return _in_order(found, "main_unit", first)

    def _with(self, raw: Mapping[str, Any], value: Any) -> Raw:
        return dict(raw) if "units" not in raw and value == {"points": {}} else super()._with(raw, value)


SECTIONS: tuple[Section, ...] = (
    Basics(
        key="basics",
        title=_("Basics"),
        lead=_("What the program and its points are called."),
        path=("basics",),
        shape=SINGLE,
        parts=(
            BothLanguages(key="name", label=_("Name of the program")),
            BothLanguages(key="points_name", label=_("What your points are called"), help=_("As it stands behind a number: 5 points.")),
            Number(key="points_worth", label=_("What one is worth"), unit="money", help=_("For what the shop owes, and what members read.")),
            BothLanguages(key="description", label=_("In one sentence, for members")),
            Number(key="late_days", label=_("Sales reported this many days late are still booked by themselves"), is_whole=True, default=30, more=True),
        ),
    ),
    Section(
        key="earning",
        title=_("Earning"),
        lead=_("What members get, and for what. Every rule that fits gives."),
        path=("earning",),
        shape=LIST,
        parts=fields.EARNING,
        add=_("Add a rule"),
        model=rules.EarningRule,
        blank={"give": {"points": 1, "per": 25}},
        settings="stacking",
    ),
    Units(
        key="points",
        title=_("Points and expiry"),
        lead=_("Kinds of points, when they end and when they can be spent."),
        path=("units",),
        shape=MAP,
        parts=fields.UNIT,
        add=_("Add a kind of points"),
        model=units.Unit,
        belongs=lambda item: not _is_stamps(item),
        known=frozenset({"card"}),
    ),
    Units(
        key="stamps",
        title=_("Stamp cards"),
        lead=_("A stamp for each drink or visit, and what a full card gives."),
        path=("units",),
        shape=MAP,
        parts=fields.STAMPS,
        add=_("Add a stamp card"),
        model=units.Unit,
        blank={"kind": "stamps", "card": {"size": 10}},
        belongs=_is_stamps,
        known=frozenset({"kind", "worth", "spend_order", "pending"}),
    ),
    Section(
        key="levels",
        title=_("Levels"),
        lead=_("From the lowest to the highest; the first is where everybody begins."),
        path=("tiers", "levels"),
        shape=LIST,
        parts=fields.LEVEL,
        add=_("Add a level"),
        model=spending.Level,
        settings="tiers",
    ),
    Section(
        key="rewards",
        title=_("Rewards"),
        lead=_("What members can take for their points."),
        path=("rewards",),
        shape=MAP,
        parts=fields.REWARD,
        add=_("Add a reward"),
        model=spending.Reward,
        blank={"cost": {"points": 100}},
    ),
    Section(
        key="vouchers",
        title=_("Vouchers"),
        lead=_("Rights to something, which rules, rewards and full cards give."),
        path=("vouchers",),
        shape=MAP,
        parts=fields.VOUCHER,
        add=_("Add a voucher"),
        model=rules.VoucherDefinition,
        blank={"valid": {"after": "30 days"}},
    ),
    Section(
        key="discounts",
        title=_("Member prices"),
        lead=_("Discounts that need no voucher and no points."),
        path=("discounts",),
        shape=LIST,
        parts=fields.DISCOUNT,
        add=_("Add a member price"),
        model=rules.Discount,
        blank={"percent": 5},
    ),
    Section(
        key="spending",
        title=_("Paying with points"),
        lead=_("How many points pay how much of a bill."),
        path=("spending",),
        shape=LIST,
        parts=fields.SPENDING,
        add=_("Add a way to pay"),
        model=spending.SpendingRule,
        blank={"points": 10, "pays": 1},
    ),
    Section(
        key="limits",
        title=_("Shared limits"),
        lead=_("Limits that several rules count together. A rule names the ones that hold for it."),
        path=("limits",),
        shape=MAP,
        parts=fields.LIMIT,
        add=_("Add a shared limit"),
        model=Limit,
        blank={"max": 100},
    ),
    Section(
        key="referral",
        title=_("Inviting friends"),
        lead=_("Who may bring whom. What both get is a rule under Earning."),
        path=("referral",),
        shape=SINGLE,
        parts=fields.REFERRAL,
        model=spending.Referral,
    ),
    Section(
        key="membership",
        title=_("Membership"),
        lead=_("What joining costs and how long it lasts. Without a plan membership is free and has no end."),
        path=("membership", "plans"),
        shape=MAP,
        parts=fields.PLAN,
        add=_("Add a plan"),
        model=spending.Plan,
        blank={"term": "1 year"},
    ),
    Section(key="returns", title=_("Returns"), lead=_("What happens when goods come back."), path=("refunds",), shape=SINGLE, parts=fields.REFUNDS, model=rules.Refunds),
    Section(
        key="tiers", title=_("Rising and falling"), lead=_("How members move between levels."), path=("tiers",), shape=SINGLE, parts=fields.TIERS,
        known=frozenset({"levels"}),
    ),
    Section(key="stacking", title=_("Rules together"), lead=_("How things that apply at the same time combine."), path=("stacking",), shape=SINGLE, parts=fields.STACKING),
)  # fmt: skip
BY_KEY: Mapping[str, Section] = {section.key: section for section in SECTIONS}
BEHIND_ANOTHER = frozenset({"tiers", "stacking"})  # reached from the section that they are about
OUTSIDE = frozenset({"phakdi", "key", "source", "currency", "time_zone", "effective_from", "main_unit"})


def only_as_text(raw: Mapping[str, Any]) -> list[str]:
    """Return the sections of the file that have no form."""
    shown = {section.path[0] for section in SECTIONS} | {"name", "description", "late_days"} | OUTSIDE
    return [key for key in raw if key not in shown]


def section_at(path: str) -> tuple[Section, int, str] | None:
    """Return to which section, place in it and field a path of an error or warning leads: ``earning[3].give[0].points``.

    The place of a thing in a mapping has to be looked up by its key: see `place_of`.
    """
    for section in SECTIONS:
        where = ".".join(section.path)
        if section.shape == LIST and (found := re.match(re.escape(where) + r"\[(\d+)\]\.?([\w-]*)", path)):
            return section, int(found[1]), found[2]
        if (
            section.shape == SINGLE
            and section.key != "basics"
            and (found := re.match(re.escape(where) + r"(?:\.([\w-]+))?", path))
        ):
            return section, 0, found[1] or ""
    return None


def place_of(raw: Mapping[str, Any], path: str) -> tuple[Section, int, str] | None:
    """Return to which section, place and field a path leads in this program, or None where no form shows it."""
    if path in {"name", "description", "late_days"}:
        return BY_KEY["basics"], 0, path
    for section in SECTIONS:
        for item in section.items(raw):
            where = section.path_of(item)
            if section.shape == MAP and where and (path == where or path.startswith((f"{where}.", f"{where}["))):
                rest = re.match(r"\.?([\w-]*)", path[len(where) :])
                return section, item.index, rest[1] if rest else ""
    return section_at(path)
