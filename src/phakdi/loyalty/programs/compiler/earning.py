"""Compiling what gives: rules, discounts, vouchers."""

from phakdi.loyalty.programs import compiled as run
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.compiler.parts import Parts
from phakdi.loyalty.programs.document import rules, values


class Earning(Parts):
    """Rules that give, discounts and vouchers."""

    def earning(self, rule: rules.EarningRule, path: str) -> run.RunningRule:
        """Return an earning rule ready to run."""
        gives = tuple(self.give(give, f"{path}.give[{n}]") for n, give in enumerate(rule.give))
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
            cumulative=periods.parse_window(rule.cumulative).letter if rule.cumulative else "",
            multiplied=rule.multiplied,
            once=rule.once,
            is_multiplier=any(g.kind == "multiply" for g in gives),
        )

    def give(self, give: rules.Give, path: str) -> run.RunningGive:
        """Return one effect of a rule ready to run."""
        kind = next(
            n for n in ("points", "percent", "multiply", "voucher", "level", "set", "item") if getattr(give, n) is not None
        )
        unit = "" if kind == "multiply" and give.unit is None else self.unit(give.unit, f"{path}.unit")
        measure = self.measure(give.of, f"{path}.of")
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
        """Return a discount ready to run."""
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
            quantum=self.quantum(item.round_to, f"{path}.round_to"),
            at_most=self.ratio(item.at_most, f"{path}.at_most", self.scale_of_field(item.of, path)),
        )

    def voucher(self, key: str, item: rules.VoucherDefinition, path: str) -> run.RunningDiscount:
        """Return the price effect of a voucher ready to run."""
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
            quantum=self.quantum(item.round_to, f"{path}.round_to"),
            at_most=self.ratio(item.at_most, f"{path}.at_most", self.scale_of_field(item.of, path)),
        )


def _carry(carry: object) -> str:
    """Return the letter of the buckets that the rest of a step waits in; empty where it does not."""
    if isinstance(carry, bool):
        return "L" if carry else ""
    return periods.parse_window(carry).letter


def _with_budget(rule: rules.EarningRule) -> values.LimitList:
    """Return the limits of a rule, its budget (points that all members share) among them."""
    return rule.limits if rule.budget is None else [*rule.limits, values.Limit(max=rule.budget, of="points", shared=True)]
