"""From a document to a program that runs: conditions become closures, numbers whole, references are checked."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from phakdi.kit import conditions
from phakdi.kit.conditions.fields import closest
from phakdi.kit.errors import Invalid
from phakdi.kit.money import exponent
from phakdi.loyalty.programs import compiled as run
from phakdi.loyalty.programs import kinds as known_kinds
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.document import rules, spending, units, values
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.programs.errors import BadProgram
from phakdi.loyalty.programs.fields import BUILT_IN_METERS, DECIMAL_SCALE, Fields, activity_fields, line_fields, scale_of


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


class _Compiler:
    def __init__(self, document: ProgramDocument) -> None:
        self.document = document
        self.exponent = exponent(document.currency)
        self.zone = periods.parse_zone(document.time_zone)
        self.fields = Fields(document, self.exponent)
        self.levels = {level.key for level in document.tiers.levels} if document.tiers else set()
        self.budgets: dict[str, int] = {}

    # --- pieces ---------------------------------------------------------------------------------------------------

    def test(self, raw: values.Condition | None, path: str, *, of_line: bool = False) -> run.Test | None:
        if raw is None:
            return None
        catalogue = self.fields.line_catalogue if of_line else self.fields.catalogue
        node = conditions.parse(raw, catalogue, path=path)
        return conditions.compile_closure(node, self.fields.line_getter if of_line else self.fields.getter)

    def ratio(self, quantity: Any, path: str, scale: int = 1) -> run.Ratio | None:
        if quantity is None:
            return None
        if isinstance(quantity, values.Lookup):
            return self._lookup(quantity, path, scale)
        constant = _ratio(quantity, scale)
        return lambda _context: constant

    def _lookup(self, lookup: values.Lookup, path: str, scale: int) -> run.Ratio:
        name = lookup.by if "." in lookup.by or lookup.by not in {"level", "plan"} else f"member.{lookup.by}"
        field = self.fields.catalogue.find(name)
        if field is None:
            hint = self.fields.catalogue.closest(name)
            suffix = f"; did you mean '{hint}'?" if hint else "."
            raise BadProgram(f"There is no field '{lookup.by}'{suffix}", path=f"{path}.by", field=lookup.by, suggestion=hint)
        read = self.fields.getter(name)
        fallback = _ratio(lookup.otherwise or 0, scale)
        if lookup.values is not None:
            if name == "member.level":
                self.known(lookup.values, self.levels, "level", f"{path}.values")
            table = {str(k): _ratio(v, scale) for k, v in lookup.values.items()}
            return lambda context: table.get(_word(read(context)), fallback)
        bands = sorted((int(Decimal(k) * field.scale), _ratio(v, scale)) for k, v in (lookup.bands or {}).items())

        def find(context: Any) -> tuple[int, int]:
            value, found = read(context), fallback
            for bound, ratio in bands:
                if value is not None and value >= bound:
                    found = ratio
            return found

        return find

    def known(self, names: Any, of: Any, what: str, path: str) -> None:
        for name in names:
            if name not in of:
                known = ", ".join(sorted(map(str, of))) or "none"
                hint = closest(str(name), map(str, of))
                message = f"There is no {what} '{name}'; " + (f"did you mean '{hint}'?" if hint else f"there is: {known}.")
                raise BadProgram(message, path=path, field=str(name), suggestion=hint)

    def unit(self, key: str | None, path: str) -> str:
        if key is None:
            return self.document.first_unit
        self.known([key], self.document.units, "unit", path)
        return key

    def unit_scale(self, key: str) -> int:
        return 10**self.exponent if self.document.units[key].kind == "credit" else 1

    def instant(self, text: str | None, *, end: bool = False) -> datetime | None:
        if text is None:
            return None
        if len(text) == 10:
            day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
            return periods.start_of(day, self.zone)
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def limits(
        self, items: values.LimitList, path: str, owner: str, measure: run.Measure | None = None, unit: str = ""
    ) -> tuple[run.RunningLimit, ...]:
        found = []
        for number, item in enumerate(items):
            where = f"{path}[{number}]"
            if isinstance(item, str):
                self.known([item], self.document.limits, "limit", where)
                found.append(self._limit(self.document.limits[item], f"limit:{item}", f"limits.{item}", measure, unit))
            else:
                found.append(self._limit(item, f"limit:{owner}:{number}", where, measure, unit))
        return tuple(found)

    def _limit(self, limit: values.Limit, key: str, path: str, measure: run.Measure | None, unit: str) -> run.RunningLimit:
        money = 10**self.exponent
        scale = {
            "amount": money,
            "value": money,
            "quantity": measure.scale if measure else 1,
            "points": self.unit_scale(unit) if unit else 1,
        }.get(limit.of, 1)
        maximum = self.ratio(limit.max, f"{path}.max", scale)
        assert maximum is not None
        window = periods.parse_window(limit.per)
        if limit.shared:
            if isinstance(limit.max, values.Lookup):
                raise BadProgram("A shared limit needs a plain number.", path=f"{path}.max")
            self.budgets[key] = int(limit.max * scale)
            if limit.by:
                raise BadProgram("A shared limit counts all together; leave out 'by'.", path=f"{path}.by")
        by = None
        if limit.by:
            self.known([limit.by], [limit.by] if self.fields.catalogue.find(limit.by) else (), "field", f"{path}.by")
            by = self.fields.getter(limit.by)
        when = self.test(limit.when, f"{path}.when")
        return run.RunningLimit(key, maximum, limit.of, window, limit.over == "reject", limit.shared, when, scale, by)

    def pending(self, items: Sequence[values.Pending], path: str) -> tuple[run.RunningPending, ...]:
        return tuple(
            run.RunningPending(
                when=self.test(item.when, f"{path}[{number}].when"),
                until=frozenset(item.until),
                after=periods.parse_duration(item.after) if item.after else None,
                on=periods.parse_month_day(item.on) if item.on else None,
                round=item.round,
                cancel_after=periods.parse_duration(item.cancel_after) if item.cancel_after else None,
            )
            for number, item in enumerate(items)
        )

    def expiry(self, rule: values.ExpiryRule | None) -> tuple[values.Expiry, ...]:
        if rule is None or rule == "never":
            return ()
        policies = tuple(rule) if isinstance(rule, list) else (rule,)
        for policy in policies:
            self.known(policy.by_level, self.levels, "level", "expires.by_level")
        return policies

    def measure(self, of: str | None, lines: bool, path: str) -> run.Measure:
        money = 10**self.exponent
        if of in {None, "amount", "net"}:
            return run.Measure("net", money)
        if of == "gross":
            return run.Measure("gross", money)
        if of in {"quantity", "lines", "one"}:
            return run.Measure(of, DECIMAL_SCALE if of == "quantity" else 1)
        line, plain = self.fields.numeric(of, of_line=True), self.fields.numeric(of, of_line=False)
        if line is None and plain is None:
            raise BadProgram(f"'{of}' is no numeric field of an activity or line.", path=path, field=of)
        found = line or plain
        assert found is not None
        read = self.fields.getter(of) if plain is not None and "." in of else None
        return run.Measure(of, found.scale, of_line=line is not None, read=read)

    # --- rules ------------------------------------------------------------------------------------------------------

    def earning(self, rule: rules.EarningRule, path: str) -> run.RunningRule:
        gives = tuple(self.give(give, rule, f"{path}.give[{n}]") for n, give in enumerate(rule.give))
        first = next((g for g in gives if g.kind in {"points", "percent"}), gives[0])
        return run.RunningRule(
            key=rule.key,
            kinds=frozenset(rule.on),
            when=self.test(rule.when, f"{path}.when"),
            lines=self.test(rule.lines, f"{path}.lines", of_line=True),
            starts=self.instant(rule.starts),
            ends=self.instant(rule.ends, end=True),
            gives=gives,
            base=rule.base or self.document.base,
            limits=self.limits(_with_budget(rule), f"{path}.limits", rule.key, first.measure, first.unit),
            group=rule.group,
            to=rule.to,
            pending=()
            if rule.pending == "none"
            else None
            if rule.pending is None
            else self.pending(rule.pending, f"{path}.pending"),
            expires=None if rule.expires is None else self.expiry(rule.expires),
            bonus=rule.bonus,
            qualifying=rule.qualifying,
            carry=_carry(rule.carry),
            multiplied=rule.multiplied,
            once=rule.once,
            is_multiplier=any(g.kind == "multiply" for g in gives),
        )

    def give(self, give: rules.Give, rule: rules.EarningRule, path: str) -> run.RunningGive:
        kind = next(
            n for n in ("points", "percent", "multiply", "voucher", "level", "set", "item") if getattr(give, n) is not None
        )
        unit = "" if kind == "multiply" and give.unit is None else self.unit(give.unit, f"{path}.unit")
        measure = self.measure(give.of, rule.lines is not None, f"{path}.of")
        scale = self.unit_scale(unit) if unit else 1
        if give.voucher:
            self.known([give.voucher], self.document.vouchers, "voucher", f"{path}.voucher")
        if give.level:
            self.known([give.level], self.levels, "level", f"{path}.level")
        if give.rules is not None:
            self.known(give.rules, {r.key for r in self.document.earning}, "rule", f"{path}.rules")
        return run.RunningGive(
            kind=kind,
            unit=unit,
            points=self.ratio(give.points, f"{path}.points", scale),
            per=self.ratio(give.per, f"{path}.per", measure.scale),
            measure=measure,
            percent=self.ratio(give.percent, f"{path}.percent", scale),
            rounding=give.rounding,
            whole=give.whole,
            proportional=give.proportional,
            each_line=give.each_line,
            from_above=self.ratio(give.from_above, f"{path}.from_above", measure.scale),
            at_most=self.ratio(give.at_most, f"{path}.at_most", scale),
            multiply=self.ratio(give.multiply, f"{path}.multiply"),
            rules=None if give.rules is None else frozenset(give.rules),
            voucher=give.voucher or "",
            value=self.ratio(give.value, f"{path}.value", 10**self.exponent),
            count=self.ratio(give.count, f"{path}.count"),
            level=give.level or "",
            set=give.set or {},
            item=give.item,
            pot=give.pot or "",
        )

    def discount(self, item: rules.Discount, path: str) -> run.RunningDiscount:
        money = 10**self.exponent
        return run.RunningDiscount(
            key=item.key,
            definition=item,
            when=self.test(item.when, f"{path}.when"),
            lines=self.test(item.lines, f"{path}.lines", of_line=True),
            starts=self.instant(item.starts),
            ends=self.instant(item.ends, end=True),
            percent=self.ratio(item.percent, f"{path}.percent"),
            amount=self.ratio(item.amount, f"{path}.amount", money),
            cap=self.ratio(item.cap, f"{path}.cap", money),
            minimum=self.ratio(item.minimum, f"{path}.minimum", money),
            shipping_fee=self.ratio(item.shipping_fee, f"{path}.shipping_fee", money),
            limits=self.limits(item.limits, f"{path}.limits", item.key),
            rounding=item.rounding,
            of=item.of or "",
            at_most=self.ratio(item.at_most, f"{path}.at_most", self._of(item.of, path)),
        )

    def voucher(self, key: str, item: rules.VoucherDefinition, path: str) -> run.RunningDiscount:
        money = 10**self.exponent
        self.expiry(item.valid)
        return run.RunningDiscount(
            key=key,
            definition=item,
            when=self.test(item.when, f"{path}.when"),
            lines=self.test(item.lines, f"{path}.lines", of_line=True),
            starts=None,
            ends=None,
            percent=self.ratio(item.percent, f"{path}.percent"),
            amount=self.ratio(item.amount, f"{path}.amount", money),
            cap=self.ratio(item.cap if item.cap is not None else item.item_up_to, f"{path}.cap", money),
            minimum=self.ratio(item.minimum_bill, f"{path}.minimum_bill", money),
            shipping_fee=None,
            limits=self.limits(item.limits, f"{path}.limits", key),
            rounding=item.rounding,
            points=self.ratio(item.points, f"{path}.points", self.unit_scale(self.unit(item.unit, f"{path}.unit"))),
            of=item.of or "",
            at_most=self.ratio(item.at_most, f"{path}.at_most", self._of(item.of, path)),
        )

    def spend(self, item: spending.SpendingRule, path: str) -> run.RunningSpending:
        money = 10**self.exponent
        unit = self.unit(item.unit, f"{path}.unit")
        scale = self.unit_scale(unit)
        table = None if item.values is None else {k * scale: int(Fraction(v) * money) for k, v in sorted(item.values.items())}
        return run.RunningSpending(
            key=item.key,
            definition=item,
            unit=unit,
            when=self.test(item.when, f"{path}.when"),
            lines=self.test(item.lines, f"{path}.lines", of_line=True),
            starts=self.instant(item.starts),
            ends=self.instant(item.ends, end=True),
            pays=self.ratio(item.pays, f"{path}.pays", money),
            values=table,
            step=self.ratio(item.step, f"{path}.step", scale),
            minimum=self._bounds(item.minimum, f"{path}.minimum", scale),
            maximum=self._bounds(item.maximum, f"{path}.maximum", scale, self._of(item.of, path)),
            limits=self.limits(item.limits, f"{path}.limits", item.key, None, unit),
        )

    def _of(self, of: str | None, path: str) -> int:
        """Return the scale of the numeric field that something is counted by."""
        if of is None:
            return 1
        field = self.fields.numeric(of, of_line=False) or self.fields.numeric(of, of_line=True)
        if field is None:
            raise BadProgram(f"'{of}' is no numeric field of an activity or line.", path=f"{path}.of", field=of)
        return field.scale

    def _bounds(
        self, bounds: spending.Minimum | spending.Maximum, path: str, scale: int, per: int = 1
    ) -> Mapping[str, run.Ratio]:
        scales = {"points": scale, "balance": scale, "bill": 10**self.exponent, "value": 10**self.exponent, "quantity": per}
        found = {n: self.ratio(getattr(bounds, n), f"{path}.{n}", scales.get(n, 1)) for n in type(bounds).model_fields}
        return {name: ratio for name, ratio in found.items() if ratio is not None}

    def reward(self, key: str, item: spending.Reward, path: str) -> run.RunningReward:
        if item.voucher:
            self.known([item.voucher], self.document.vouchers, "voucher", f"{path}.voucher")
        if item.level:
            self.known([item.level], self.levels, "level", f"{path}.level")
        money = 10**self.exponent
        costs = tuple(self._cost(cost, f"{path}.cost[{n}]") for n, cost in enumerate(item.cost))
        limits = list(self.limits(item.limits, f"{path}.limits", key, None, costs[0].unit if costs else ""))
        if item.stock is not None:
            limits.append(
                self._limit(
                    values.Limit(max=Decimal(item.stock), of="uses", shared=True, over="reject"), f"stock:{key}", path, None, ""
                )
            )
        unit = self.unit(item.give_unit, f"{path}.give_unit")
        return run.RunningReward(
            key=key,
            definition=item,
            when=self.test(item.when, f"{path}.when"),
            starts=self.instant(item.starts),
            ends=self.instant(item.ends, end=True),
            costs=costs,
            minimum=self._bounds(item.minimum, f"{path}.minimum", 1),
            amount=self.ratio(item.amount, f"{path}.amount", money),
            percent=self.ratio(item.percent, f"{path}.percent"),
            give_points=self.ratio(item.give_points, f"{path}.give_points", self.unit_scale(unit)),
            limits=tuple(limits),
        )

    def _cost(self, cost: spending.Cost, path: str) -> run.RunningCost:
        unit = self.unit(cost.unit, f"{path}.unit")
        points = None if cost.points == "any" else self.ratio(cost.points, f"{path}.points", self.unit_scale(unit))
        return run.RunningCost(
            unit, points, self.ratio(cost.money, f"{path}.money", 10**self.exponent), self.test(cost.when, f"{path}.when")
        )

    def transfer(self, key: str, item: spending.Transfer | spending.Conversion, path: str) -> run.RunningTransfer:
        unit = self.unit(item.unit, f"{path}.unit") if isinstance(item, spending.Conversion) else self.unit(key, path)
        fees = {
            n: self.ratio(getattr(item, n, None), f"{path}.{n}", 10**self.exponent if n == "fee_money" else 1)
            for n in ("fee_points", "fee_percent", "fee_money")
        }
        return run.RunningTransfer(
            key=key,
            definition=item,
            unit=unit,
            when=self.test(item.when, f"{path}.when"),
            starts=self.instant(getattr(item, "starts", None)),
            ends=self.instant(getattr(item, "ends", None), end=True),
            fees={n: r for n, r in fees.items() if r is not None},
            limits=self.limits(item.limits, f"{path}.limits", key, None, unit),
        )

    # --- levels, meters, units -----------------------------------------------------------------------------------------

    def criterion(self, item: spending.Criterion | None, path: str) -> run.RunningCriterion | None:
        if item is None:
            return None
        if item.meter is not None:
            key, window = item.meter, periods.parse_window(item.window)
            balance = key.removeprefix("balance.") if key.startswith("balance.") else None
            if balance is None:
                self.known(
                    [key], {*self.document.meters, *BUILT_IN_METERS, "months", "days", "level_months"}, "meter", f"{path}.meter"
                )
                self.fields.use_meter(key, window)
            scale = scale_of(self.fields.meter_type(key), self.exponent) if balance is None else self.unit_scale(balance)
            bound = item.at_least if item.at_least is not None else item.more_than
            return run.RunningCriterion(key, window, self.ratio(bound, path, scale), beyond=int(item.at_least is None))
        children = {
            n: tuple(self.criterion(c, f"{path}.{n}[{i}]") for i, c in enumerate(getattr(item, n) or ())) for n in ("any", "all")
        }
        return run.RunningCriterion(when=self.test(item.when, f"{path}.when"), **children)  # type: ignore[arg-type]

    def level(self, number: int, item: spending.Level, path: str) -> run.RunningLevel:
        if item.falls_to:
            self.known([item.falls_to], self.levels, "level", f"{path}.falls_to")
        reach = self.criterion(item.reach, f"{path}.reach")
        return run.RunningLevel(
            key=item.key,
            number=number,
            definition=item,
            reach=reach,
            keep=self.criterion(item.keep, f"{path}.keep") if item.keep else reach,
            by_purchase=self.criterion(item.by_purchase, f"{path}.by_purchase"),
            lasts=self.expiry(item.lasts),
        )

    def running_levels(self) -> tuple[run.RunningLevel, ...]:
        tiers = self.document.tiers
        if tiers is None:
            return ()
        if len(self.levels) < len(tiers.levels):
            raise BadProgram("Two levels have the same key.", path="tiers.levels")
        found = tuple(self.level(n, item, f"tiers.levels[{n}]") for n, item in enumerate(tiers.levels))
        _refuse_overlap(tiers.levels)
        return found

    def meter(self, key: str, item: units.Meter, path: str) -> run.RunningMeter:
        windows = tuple(self.fields.windows.get(key, ()))
        if item.of == "points":
            measure = run.Measure("points")
        else:
            measure = run.Measure("one") if item.of is None else self.measure(item.of, item.lines is not None, f"{path}.of")
        return run.RunningMeter(
            key=key,
            kinds=frozenset(item.on),
            measure=measure,
            when=self.test(item.when, f"{path}.when"),
            lines=self.test(item.lines, f"{path}.lines", of_line=True),
            unit=self.unit(item.unit, f"{path}.unit") if item.of == "points" else "",
            bonus=item.bonus,
            letters=frozenset(w.letter for w in windows),
            windows=windows,
        )

    def running_meters(self) -> tuple[run.RunningMeter, ...]:
        built_in = {
            "spend": units.Meter(of="net"),
            "gross": units.Meter(of="gross"),
            "orders": units.Meter(),
            "points": units.Meter(of="points", on=["any"]),
        }
        items = {**{k: m for k, m in built_in.items() if k in self.fields.windows}, **self.document.meters}
        return tuple(self.meter(key, item, f"meters.{key}") for key, item in items.items())

    def running_unit(self, key: str, item: units.Unit, path: str) -> run.RunningUnit:
        policies = self.expiry(item.expires)
        if item.auto and item.auto.voucher:
            self.known([item.auto.voucher], self.document.vouchers, "voucher", f"{path}.auto.voucher")
        if item.auto and item.auto.reward:
            self.known([item.auto.reward], self.document.rewards, "reward", f"{path}.auto.reward")
        if item.card:
            self.known([m.voucher for m in item.card.milestones], self.document.vouchers, "voucher", f"{path}.card.milestones")
        calendar = {"day", "week", "month", "quarter", "half_year", "year"}
        pot_field = None
        if item.pots and item.pots not in calendar:
            if self.fields.catalogue.find(item.pots) is None:
                raise BadProgram(f"Unknown field '{item.pots}' for pots.", path=f"{path}.pots", field=item.pots)
            pot_field = self.fields.getter(item.pots)
        return run.RunningUnit(
            key=key,
            kind=item.kind,
            scale=self.unit_scale(key),
            expires=policies,
            pending=self.pending(item.pending, f"{path}.pending"),
            cap=self.ratio(item.balance_cap, f"{path}.balance_cap", self.unit_scale(key)),
            pots=item.pots,
            pot_field=pot_field,
            spend_order=item.spend_order,
            lost_on=frozenset(item.lost_on),
            extended_by=frozenset(kind for policy in policies for kind in policy.extended_by),
            auto=item.auto,
            card=item.card,
        )

    def kind(self, key: str, item: units.ActivityKind, path: str) -> run.RunningKind:
        return run.RunningKind(
            key=key,
            fields=item.fields,
            requires=self.test(item.requires, f"{path}.requires"),
            limits=self.limits(item.limits, f"{path}.limits", f"kind:{key}", run.Measure("net", 10**self.exponent)),
            fee=self.ratio(item.fee, f"{path}.fee", 10**self.exponent),
            about_order=item.about_order,
            refused=item.refused,
        )

    def plan(self, key: str, item: spending.Plan, path: str) -> run.RunningPlan:
        money = 10**self.exponent
        fee = self.ratio(item.fee, f"{path}.fee", money)
        renewal = self.ratio(item.renewal_fee, f"{path}.renewal_fee", money) or fee
        replacement = self.ratio(item.replacement_fee or Decimal(0), f"{path}.replacement_fee", money)
        assert fee and renewal and replacement
        if item.falls_to and item.falls_to != "none":
            self.known([item.falls_to], self.levels, "level", f"{path}.falls_to")
        return run.RunningPlan(
            key,
            item,
            fee,
            renewal,
            replacement,
            self.test(item.waived_when, f"{path}.waived_when"),
            self.test(item.joins_when, f"{path}.joins_when"),
        )

    # --- all ---------------------------------------------------------------------------------------------------------------

    def program(self) -> run.CompiledProgram:
        doc = self.document
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
            **parts,
        )


def _by_kind(meters: tuple[run.RunningMeter, ...]) -> dict[str, tuple[run.RunningMeter, ...]]:
    kinds = {kind for meter in meters for kind in meter.kinds}
    return {kind: tuple(m for m in meters if kind in m.kinds or "any" in m.kinds) for kind in kinds}


def _carry(carry: bool | str) -> str:
    """Return the letter of the buckets that the rest of a step waits in; empty where it does not."""
    if isinstance(carry, bool):
        return "L" if carry else ""
    return periods.parse_window(carry).letter


def _with_budget(rule: rules.EarningRule) -> values.LimitList:
    """Return the limits of a rule, its budget (points that all members share) among them."""
    return rule.limits if rule.budget is None else [*rule.limits, values.Limit(max=rule.budget, of="points", shared=True)]


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


def _word(value: Any) -> str:
    """Return a field's value as it is written in a table of a program file."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _ratio(number: Any, scale: int) -> tuple[int, int]:
    fraction = Fraction(number) * scale
    return fraction.numerator, fraction.denominator


def _refuse_overlap(levels: Sequence[spending.Level]) -> None:
    """Thresholds of one meter over one window must rise from level to level (R57)."""
    last: dict[tuple[str, str], tuple[Decimal, str]] = {}
    for number, level in enumerate(levels):
        item = level.reach
        bound = None if item is None else item.at_least if item.at_least is not None else item.more_than
        if item is None or item.meter is None or not isinstance(bound, Decimal):
            continue
        before = last.get((item.meter, item.window))
        if before and bound <= before[0]:
            raise BadProgram(
                f"Level '{level.key}' begins at {bound}, where level '{before[1]}' already begins at {before[0]}: "
                "levels stand in rising order and may not overlap.",
                path=f"tiers.levels[{number}].reach",
                code="levels_overlap",
            )
        last[item.meter, item.window] = (bound, level.key)
