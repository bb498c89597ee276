"""Activities as they are told."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from phakdi.api.schemas.activities import ActivityOut, KeptActivityOut, KeptLineOut
from phakdi.api.showing.reader import reader_of, show_reasons
from phakdi.kit.clock import utc_now
from phakdi.kit.money import to_major
from phakdi.loyalty.engine.recording import Receipt
from phakdi.loyalty.ledger.models import Activity
from phakdi.loyalty.wording import Reader

MONEY = frozenset({"fee", "pay", "discount", "shipping", "value", "paid", "amount", "points_value", "voucher_discount"})
"""What of an outcome is money: kept in minor units, told in currency units."""


def show_receipt(organization_id: UUID, receipt: Receipt, language: str) -> ActivityOut:
    """Return the answer to a report."""
    reader = reader_of(organization_id, utc_now(), language)
    return ActivityOut(**receipt_values(receipt, reader))


def receipt_values(receipt: Receipt, reader: Reader, *, all_reasons: bool = False) -> dict[str, Any]:
    """Return the answer to a report as plain values, with the reasons of the rules that applied, or of all.

    Where no rule applied it is all of them: then they are what a till is asked about.
    """
    verdicts = receipt.verdicts
    if not all_reasons:
        verdicts = [verdict for verdict in verdicts if verdict["applied"]] or verdicts
    return {
        "id": receipt.activity_id,
        "member_id": receipt.member_id,
        "status": receipt.status,
        "is_replay": receipt.is_replay,
        "outcome": show_outcome(receipt.outcome, reader.currency),
        "reasons": show_reasons(verdicts, reader),
    }


def show_outcome(outcome: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Return an outcome with its money in currency units."""
    if MONEY.isdisjoint(outcome):
        return dict(outcome)
    return {
        name: str(to_major(value, currency)) if name in MONEY and type(value) is int else value for name, value in outcome.items()
    }


def show_activity(activity: Activity, reader: Reader) -> KeptActivityOut:
    """Return an activity as it was recorded."""
    currency, said = reader.currency, activity.data
    return KeptActivityOut(
        id=activity.id,
        member_id=activity.member_id,
        kind=activity.kind,
        ref=activity.ref,
        of=activity.of,
        origin=activity.origin,
        channel=activity.channel,
        store=activity.store,
        tender=activity.tender,
        amount=None if activity.amount_minor is None else str(to_major(activity.amount_minor, currency)),
        lines=[_line(line, currency) for line in said.get("lines", ())],
        fields=said.get("fields", {}),
        occurred_at=activity.occurred_at,
        recorded_at=activity.recorded_at,
        status=activity.state,  # type: ignore[arg-type]  # one of the two, as the database holds
        program_version_id=activity.program_version_id,
        outcome=show_outcome(activity.outcome, currency),
        reasons=show_reasons(activity.verdicts, reader),  # type: ignore[arg-type]  # pydantic makes them
    )


def _line(line: Mapping[str, Any], currency: str) -> KeptLineOut:
    whole, thousandths = divmod(int(line["quantity"]), 1000)
    return KeptLineOut(
        id=str(line["id"]),
        amount=str(to_major(int(line["amount"]), currency)),
        product=line["product"],
        category=line["category"],
        quantity=f"{whole}.{thousandths:03}".rstrip("0").rstrip("."),
        fields=line["fields"],
    )
