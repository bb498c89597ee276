"""From a document to a program that runs: conditions become closures, numbers whole, references are checked."""

from datetime import date
from typing import Any

from phakdi.kit.errors import Invalid
from phakdi.loyalty.programs import compiled as run
from phakdi.loyalty.programs import kinds as known_kinds
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.compiler.counting import Counting
from phakdi.loyalty.programs.compiler.earning import Earning
from phakdi.loyalty.programs.compiler.spending import Spending
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.programs.errors import BadProgram
from phakdi.loyalty.programs.fields import USUAL_FIELDS, activity_fields, line_fields


def compile_program(document: ProgramDocument) -> run.CompiledProgram:
    """Return ``document`` ready to run.

    Raises:
        BadProgram, BadCondition: a reference to something that is not there, a condition that cannot be read, and the
            like; ``details`` name path, line and column.
    """
    try:
        return _Compiler(document).program()
    except Invalid as refusal:
        raise _placed(refusal, document) from refusal.__cause__


class _Compiler(Earning, Spending, Counting):
    """All of a program."""

    def program(self) -> run.CompiledProgram:
        """Return the whole program, ready to run."""
        doc = self.document
        _keep_numbers(doc)
        all_rules = tuple(self.earning(rule, f"earning[{n}]") for n, rule in enumerate(doc.earning))
        by_key = {rule.key: rule for rule in all_rules}
        if len(by_key) < len(all_rules):
            raise BadProgram("Two earning rules have the same key.", path="earning")
        levels = self.running_levels()
        parts: dict[str, Any] = {
            "units": {k: self.running_unit(k, u, f"units.{k}") for k, u in doc.units.items()},
            "discounts": tuple(self.discount(d, f"discounts[{n}]") for n, d in enumerate(doc.discounts)),
            "vouchers": {k: self.voucher(k, v, f"vouchers.{k}") for k, v in doc.vouchers.items()},
            "spending": tuple(self.spend(s, f"spending[{n}]") for n, s in enumerate(doc.spending)),
            "rewards": {k: self.reward(k, r, f"rewards.{k}") for k, r in doc.rewards.items()},
            "kinds": {k: self.kind(k, a, f"activities.{k}") for k, a in doc.activities.items()},
            "plans": {k: self.plan(k, p, f"membership.plans.{k}") for k, p in doc.membership.plans.items()},
            "transfers": {k: self.transfer(k, t, f"transfers.{k}") for k, t in doc.transfers.items()},
            "conversions": {k: self.transfer(k, c, f"conversions.{k}") for k, c in doc.conversions.items()},
            "receipts_test": self.test(doc.receipts.requires if doc.receipts else None, "receipts.requires"),
            "receipts_limits": self.limits(doc.receipts.limits if doc.receipts else [], "receipts.limits", "receipts"),
            "referral_test": self.test(doc.referral.when if doc.referral else None, "referral.when"),
            "referral_limits": self.limits(doc.referral.limits if doc.referral else [], "referral.limits", "referral"),
        }
        for key, meter in doc.meters.items():  # conditions of meters may read other meters
            self.test(meter.when, f"meters.{key}.when")
        meters = self.running_meters()
        cycle = doc.cycle
        kinds = {kind for rule in all_rules for kind in rule.kinds}
        return run.CompiledProgram(
            key=doc.key,
            currency=doc.currency,
            exponent=self.exponent,
            zone=self.zone,
            document=doc,
            main_unit=doc.first_unit,
            rules={kind: tuple(r for r in all_rules if kind in r.kinds or "any" in r.kinds) for kind in kinds},
            rule_by_key=by_key,
            meters=meters,
            meters_by_kind=_by_kind(meters),
            levels=levels,
            level_by_key={level.key: level for level in levels},
            tiers=doc.tiers,
            membership=doc.membership,
            receipts=doc.receipts,
            referral_starts=self.instant(doc.referral.starts) if doc.referral else None,
            referral_ends=self.instant(doc.referral.ends, end=True) if doc.referral else None,
            refunds=doc.refunds,
            stacking=doc.stacking,
            cycle_start=date.fromisoformat(cycle.start[:10]) if cycle else None,
            cycle_months=periods.parse_duration(cycle.every).months if cycle else 0,
            clock_kinds=frozenset(kinds & known_kinds.CLOCK_KINDS),
            reported_kinds=_reported(kinds, doc),
            field_types=activity_fields(doc),
            line_field_types=line_fields(doc),
            late_days=doc.late_days,
            has_last=frozenset(),
            budgets=self.budgets,
            traits=frozenset(self.fields.traits),
            **parts,
        )


def _keep_numbers(document: ProgramDocument) -> None:
    """Refuse to make something else of a number that the engine itself reads; ``shipping`` may also be a way of sending."""
    for key, kind in document.activities.items():
        for name, definition in kind.fields.items():
            usual = USUAL_FIELDS.get(name)
            if usual in NUMBERS and name in READ_BY_ENGINE and definition.type != usual:
                message = f"'{name}' is a number that everything reads ({usual}): it cannot be declared as {definition.type}."
                raise BadProgram(message, path=f"activities.{key}.fields.{name}", field=name)


NUMBERS = frozenset({"integer", "decimal", "money"})
READ_BY_ENGINE = frozenset({
    "points", "pay_points", "base_points", "milestone", "stars", "stamps", "credits", "tier_points", "count", "minutes", "bill",
    "fee", "value", "tax", "discount", "other_discount", "points_value", "voucher_discount", "delivery_fee", "shipping_charged",
})  # fmt: skip


def _by_kind(meters: tuple[run.RunningMeter, ...]) -> dict[str, tuple[run.RunningMeter, ...]]:
    kinds = {kind for meter in meters for kind in meter.kinds}
    return {kind: tuple(m for m in meters if kind in m.kinds or "any" in m.kinds) for kind in kinds}


def _placed(refusal: Invalid, document: ProgramDocument) -> Invalid:
    """Return the refusal with line and column of what it is about, in its figures and at the head of its message."""
    path = str(refusal.details.get("path", ""))
    place = document.place(path)
    message = refusal.message.rstrip(".") + ("" if refusal.message.endswith("?") else ".")
    where = f"Line {place['line']}: " if place else ""
    return type(refusal)(f"{where}{path}: {message}", code=refusal.code, **{**place, **refusal.details})


def _reported(ruled: set[str], document: ProgramDocument) -> frozenset[str]:
    """Return the kinds of activities that may be reported under the program."""
    own = {*ruled, *document.activities, *(kind for meter in document.meters.values() for kind in meter.on)}
    if document.receipts:
        own.add(document.receipts.earns_as)
    known = known_kinds.MEMBER_KINDS | known_kinds.STAFF_KINDS | known_kinds.CAUSED_KINDS
    return known | (own - known_kinds.CLOCK_KINDS - known_kinds.LEVEL_KINDS - {"any"})
