"""The small pieces that every part of a program is compiled from."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from phakdi.kit import conditions
from phakdi.kit.conditions.fields import closest
from phakdi.kit.money import exponent
from phakdi.loyalty.programs import compiled as run
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.document import values
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.programs.errors import BadProgram
from phakdi.loyalty.programs.fields import DECIMAL_SCALE, Fields


class Parts:
    """What every part of a document needs: conditions, numbers, references, limits, ends."""

    def __init__(self, document: ProgramDocument) -> None:
        self.document = document
        self.exponent = exponent(document.currency)
        self.zone = periods.parse_zone(document.time_zone)
        self.fields = Fields(document, self.exponent)
        self.levels = {level.key for level in document.tiers.levels} if document.tiers else set()
        self.budgets: dict[str, int] = {}

    def test(self, raw: values.Condition | None, path: str, *, of_line: bool = False) -> run.Test | None:
        """Return a condition as a function of a context, or None where there is none."""
        if raw is None:
            return None
        catalogue = self.fields.line_catalogue if of_line else self.fields.catalogue
        node = conditions.parse(raw, catalogue, path=path)
        return conditions.compile_closure(node, self.fields.line_getter if of_line else self.fields.getter)

    def ratio(self, quantity: Any, path: str, scale: int = 1) -> run.Ratio | None:
        """Return a number of the program, or a look-up, as a function of a context that gives a fraction."""
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
        """Raise BadProgram where one of ``names`` is not among ``of``."""
        for name in names:
            if name not in of:
                known = ", ".join(sorted(map(str, of))) or "none"
                hint = closest(str(name), map(str, of))
                message = f"There is no {what} '{name}'; " + (f"did you mean '{hint}'?" if hint else f"there is: {known}.")
                raise BadProgram(message, path=path, field=str(name), suggestion=hint)

    def unit(self, key: str | None, path: str) -> str:
        """Return the unit that is meant; the first where none is named."""
        if key is None:
            return self.document.first_unit
        self.known([key], self.document.units, "unit", path)
        return key

    def unit_scale(self, key: str) -> int:
        """Return by how much a number of that unit is multiplied: money credit counts in minor units."""
        return 10**self.exponent if self.document.units[key].kind == "credit" else 1

    def instant(self, text: str | None, *, end: bool = False) -> datetime | None:
        """Return the instant at which a date begins or, as an ``end``, is over."""
        if text is None:
            return None
        if len(text) == len("2026-01-01"):
            day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
            return periods.start_of(day, self.zone)
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def limits(
        self, items: values.LimitList, path: str, owner: str, measure: run.Measure | None = None, unit: str = ""
    ) -> tuple[run.RunningLimit, ...]:
        """Return limits ready to run, the named ones looked up."""
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
        """Return rules of waiting ready to run."""
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
        """Return policies of expiry as a tuple; none for never."""
        if rule is None or rule == "never":
            return ()
        policies = tuple(rule) if isinstance(rule, list) else (rule,)
        for policy in policies:
            self.known(policy.by_level, self.levels, "level", "expires.by_level")
        return policies

    def quantum(self, step: Decimal | None, path: str) -> int:
        """Return the smallest step of money, in minor units."""
        minor = 1 if step is None else int(step * 10**self.exponent)
        if minor < 1:
            raise BadProgram("The smallest step is a positive amount, such as 1 or 0.25.", path=path)
        return minor

    def scale_of_field(self, of: str | None, path: str) -> int:
        """Return the scale of the numeric field that something is counted by."""
        if of is None:
            return 1
        field = self.fields.numeric(of, of_line=False) or self.fields.numeric(of, of_line=True)
        if field is None:
            raise BadProgram(f"'{of}' is no numeric field of an activity or line.", path=f"{path}.of", field=of)
        return field.scale

    def measure(self, of: str | None, path: str) -> run.Measure:
        """Return what a rule measures."""
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


def _word(value: Any) -> str:
    """Return a field's value as it is written in a table of a program file."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _ratio(number: Any, scale: int) -> tuple[int, int]:
    fraction = Fraction(number) * scale
    return fraction.numerator, fraction.denominator
