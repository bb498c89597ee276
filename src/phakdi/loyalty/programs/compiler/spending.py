"""Compiling what points buy, where they go, and what membership costs."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from phakdi.loyalty.programs import compiled as run
from phakdi.loyalty.programs.compiler.parts import Parts
from phakdi.loyalty.programs.document import spending, values


class Spending(Parts):
    """What points buy and where they go."""

    def spend(self, item: spending.SpendingRule, path: str) -> run.RunningSpending:
        """Return a way to pay with points ready to run."""
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
            maximum=self._bounds(item.maximum, f"{path}.maximum", scale, self.scale_of_field(item.of, path)),
            limits=self.limits(item.limits, f"{path}.limits", item.key, None, unit),
            quantum=self.quantum(item.round_to, f"{path}.round_to"),
        )

    def _bounds(
        self, bounds: spending.Minimum | spending.Maximum, path: str, scale: int, per: int = 1
    ) -> Mapping[str, run.Ratio]:
        scales = {"points": scale, "balance": scale, "bill": 10**self.exponent, "value": 10**self.exponent, "quantity": per}
        found = {n: self.ratio(getattr(bounds, n), f"{path}.{n}", scales.get(n, 1)) for n in type(bounds).model_fields}
        return {name: ratio for name, ratio in found.items() if ratio is not None}

    def reward(self, key: str, item: spending.Reward, path: str) -> run.RunningReward:
        """Return a reward ready to run; its stock is a shared limit."""
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
        also = []
        for key, quantity in cost.also.items():
            other = self.unit(key, f"{path}.also")
            if (ratio := self.ratio(quantity, f"{path}.also", self.unit_scale(other))) is not None:
                also.append((other, ratio))
        money = self.ratio(cost.money, f"{path}.money", 10**self.exponent)
        return run.RunningCost(unit, points, money, self.test(cost.when, f"{path}.when"), tuple(also))

    def transfer(self, key: str, item: spending.Transfer | spending.Conversion, path: str) -> run.RunningTransfer:
        """Return how points may be given away or changed, ready to run."""
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
