"""Compiling levels, meters, kinds of points, activity kinds and plans."""

from collections.abc import Sequence
from decimal import Decimal

from phakdi.loyalty.programs import compiled as run
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.compiler.parts import Parts
from phakdi.loyalty.programs.document import spending, units
from phakdi.loyalty.programs.errors import BadProgram
from phakdi.loyalty.programs.fields import BUILT_IN_METERS, scale_of


class Counting(Parts):
    """Levels, meters, kinds of points, activities and plans."""

    def criterion(self, item: spending.Criterion | None, path: str) -> run.RunningCriterion | None:
        """Return what a level asks for, ready to run."""
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
        """Return a level ready to run."""
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
        """Return the levels in their order, each checked against those below."""
        tiers = self.document.tiers
        if tiers is None:
            return ()
        if len(self.levels) < len(tiers.levels):
            raise BadProgram("Two levels have the same key.", path="tiers.levels")
        found = tuple(self.level(n, item, f"tiers.levels[{n}]") for n, item in enumerate(tiers.levels))
        _refuse_overlap(tiers.levels)
        return found

    def meter(self, key: str, item: units.Meter, path: str) -> run.RunningMeter:
        """Return a meter with the windows that its readers need."""
        windows = tuple(self.fields.windows.get(key, ()))
        if item.of == "points":
            measure = run.Measure("points")
        else:
            measure = run.Measure("one") if item.of is None else self.measure(item.of, f"{path}.of")
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
        """Return the meters of the program and those built-in ones that are read."""
        built_in = {
            "spend": units.Meter(of="net"),
            "gross": units.Meter(of="gross"),
            "orders": units.Meter(),
            "points": units.Meter(of="points", on=["any"]),
            "active_days": units.Meter(on=["any"]),
            "redeemed": units.Meter(on=[]),  # counted where points are spent
        }
        items = {**{k: m for k, m in built_in.items() if k in self.fields.windows}, **self.document.meters}
        return tuple(self.meter(key, item, f"meters.{key}") for key, item in items.items())

    def running_unit(self, key: str, item: units.Unit, path: str) -> run.RunningUnit:
        """Return a kind of points ready to run."""
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
        """Return what is asked of an activity kind."""
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
        """Return what a membership costs."""
        money = 10**self.exponent
        fee = self.ratio(item.fee, f"{path}.fee", money)
        renewal = self.ratio(item.renewal_fee, f"{path}.renewal_fee", money) or fee
        replacement = self.ratio(item.replacement_fee or Decimal(0), f"{path}.replacement_fee", money)
        assert fee is not None, "a plan has a fee"
        assert renewal is not None, "a plan has a fee"
        assert replacement is not None, "a plan has a fee"
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
