"""An order told again, as if what came back had never been on it: for programs whose returns compute anew."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from phakdi.loyalty.engine.core.state import Activity, Line
from phakdi.loyalty.engine.core.work import Work

Doc = dict[str, Any]
BILL_FIELDS = ("discount", "other_discount", "points_value", "voucher_discount", "tax")


def told(activity: Activity) -> Doc:
    """Return what an activity says, in JSON shapes."""
    return {
        "channel": activity.channel,
        "store": activity.store,
        "tender": activity.tender,
        "fields": {name: _plain(value) for name, value in activity.fields.items()},
        "lines": [
            [line.id, line.amount, line.product, line.category, line.quantity, {n: _plain(v) for n, v in line.fields.items()}]
            for line in activity.lines
        ],
    }


def still_applies(work: Work, doc: Doc, rule_key: str) -> bool:
    """Return whether a rule's condition would hold for what is left of the order; True where the rule is gone."""
    rule = work.program.rule_by_key.get(rule_key)
    if rule is None or rule.when is None or "told" not in doc:
        return True
    at = datetime.fromisoformat(doc["at"])
    with work.looking_at(_smaller(work, doc), at):
        return rule.when(work)


def _smaller(work: Work, doc: Doc) -> Activity:
    """Return the order without what came back; amounts of the whole bill shrink with it."""
    said = doc["told"]
    bases = {name: paid or gross or 1 for name, gross, paid in doc["lines"]}
    back = doc["back"]
    left, whole = sum(bases.values()) - sum(back.values()), sum(bases.values())
    fields = _typed(said["fields"], work.program.field_types)
    fields |= {name: fields[name] * left // whole for name in BILL_FIELDS if fields.get(name)}
    lines = []
    for (name, gross, _), raw in zip(doc["lines"], said["lines"], strict=False):
        rest = gross * (bases[name] - back.get(name, 0)) // bases[name]
        if rest or not gross:
            lines.append(Line(raw[0], rest, raw[2], raw[3], raw[4], _typed(raw[5], work.program.line_field_types)))
    amount = doc["amount"] * left // whole
    return Activity(
        UUID(doc["id"]), doc["kind"], datetime.fromisoformat(doc["at"]), work.activity.of, origin=doc["origin"],
        channel=said["channel"], store=said["store"], tender=said["tender"], amount=amount, lines=tuple(lines), fields=fields,
    )  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return sorted(value) if isinstance(value, set | frozenset | tuple) else value


def _typed(fields: Mapping[str, Any], types: Mapping[str, str]) -> Doc:
    return {
        name: date.fromisoformat(value) if types.get(name) == "date" and isinstance(value, str) else value
        for name, value in fields.items()
    }
