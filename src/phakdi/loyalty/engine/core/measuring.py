"""What is measured of an activity: money, quantities, lines, or a field, of the whole or of chosen lines."""

from collections.abc import Callable, Sequence

from phakdi.loyalty.engine.core.bills import Bill
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs.compiled import Measure, Test


def matching(work: Work, test: Test, bill: Bill) -> list[int]:
    """Return the numbers of the lines that fulfil ``test``."""
    found = []
    for number, line in enumerate(bill.lines):
        work.line = line
        if test(work):
            found.append(number)
    work.line = None
    return found


def of_activity(work: Work, measure: Measure, bill: Bill) -> int:
    """Return the measure of the whole activity, scaled."""
    source = measure.source
    if source == "net":
        return bill.net
    if (found := _PLAIN.get(source)) is not None:
        return found(work, bill)
    lines = work.activity.lines
    if measure.of_line and lines and any(source in line.fields for line in lines):
        return sum([line.fields.get(source) or 0 for line in lines])
    return _of_field(work, measure)


_PLAIN: dict[str, Callable[[Work, Bill], int]] = {
    "gross": lambda _work, bill: bill.gross,
    "one": lambda _work, _bill: 1,
    "lines": lambda work, _bill: len(work.activity.lines),
    "quantity": lambda _work, bill: sum([line.quantity for line in bill.lines]),
}


def of_lines(work: Work, measure: Measure, bill: Bill, numbers: Sequence[int]) -> int:
    """Return the measure of the lines with these numbers, scaled."""
    if measure.source == "one":
        return 1 if numbers else 0
    if _is_of_whole(work, measure):
        return _of_field(work, measure) if numbers else 0
    return sum([of_line(measure, bill, number) for number in numbers])


def of_line(measure: Measure, bill: Bill, number: int) -> int:
    """Return the measure of one line, scaled."""
    source, line = measure.source, bill.lines[number]
    if source == "net":
        return bill.nets[number]
    if source == "gross":
        return line.amount
    if source == "quantity":
        return line.quantity
    return 1 if source in {"lines", "one"} else int(line.fields.get(source) or 0)


def _is_of_whole(work: Work, measure: Measure) -> bool:
    """Whether a field is told of the activity and not of its lines."""
    source = measure.source
    if source in {"net", "gross", "quantity", "lines"} or not work.activity.lines:
        return "." in source
    return not measure.of_line or not any(source in line.fields for line in work.activity.lines)


def _of_field(work: Work, measure: Measure) -> int:
    """Return a numeric field of the activity, or one made on demand: a meter, a balance, what was paid by a tender."""
    value = measure.read(work) if measure.read is not None else work.activity.fields.get(measure.source)
    return int(value) if value else 0
