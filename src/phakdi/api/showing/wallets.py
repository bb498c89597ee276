"""Wallets, movements, lots and vouchers as they are told."""

from datetime import datetime
from decimal import Decimal

from phakdi.api.schemas import wallets as wire
from phakdi.kit.money import to_major
from phakdi.loyalty.engine.core.state import MemberState, Wallet
from phakdi.loyalty.engine.snapshots import Snapshot
from phakdi.loyalty.ledger.models import Entry, Lot, Voucher
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.wording import Reader, reason_text


def show_wallets(snapshot: Snapshot, reader: Reader) -> wire.WalletsOut:
    """Return a member's wallets, with what may be spent at the snapshot's instant and what ends next."""
    program, state = snapshot.program, snapshot.state
    units = [program.main_unit, *(key for key in program.units if key != program.main_unit)]
    units += sorted(state.wallets.keys() - program.units.keys())
    return wire.WalletsOut(items=[_wallet(state, unit, reader, program) for unit in units])


def show_entry(entry: Entry, reader: Reader) -> wire.EntryOut:
    """Return a movement with its reason as a sentence."""
    change = entry.points * ((entry.target == "ACTIVE") - (entry.source == "ACTIVE"))
    text = reason_text(entry.kind, entry.reason, entry.params, reader.language, reader)
    return wire.EntryOut(
        id=entry.id,
        activity_id=entry.activity_id,
        kind=entry.kind,
        unit=entry.unit,
        points=entry.points,
        change=change,
        source=entry.source,
        target=entry.target,
        rule=entry.rule,
        reason=wire.EntryReasonOut(code=entry.reason, params=entry.params, text=text),
        reverses_id=entry.reverses_id,
        pot=entry.pot,
        ref=entry.ref,
        effective_at=entry.effective_at,
        recorded_at=entry.recorded_at,
        program_version_id=entry.program_version_id,
    )


def show_lot(lot: Lot) -> wire.LotOut:
    """Return a lot."""
    return wire.LotOut(**{name: getattr(lot, name) for name in wire.LotOut.model_fields})


def show_voucher(voucher: Voucher, reader: Reader, now: datetime) -> wire.VoucherOut:
    """Return a voucher and whether it can be used at ``now``."""
    own = ("id", "definition", "state", "issued_at", "starts_at", "expires_at", "uses_left", "rule", "ref")
    is_open = voucher.state == Voucher.State.ISSUED and voucher.starts_at <= now
    return wire.VoucherOut(
        name=reader.called(voucher.definition),
        is_usable=is_open and not _is_over(voucher.expires_at, now),
        value=None if voucher.value_minor is None else str(to_major(voucher.value_minor, reader.currency)),
        **{name: getattr(voucher, name) for name in own},
    )


def _wallet(state: MemberState, key: str, reader: Reader, program: CompiledProgram) -> wire.WalletOut:
    wallet = state.wallets.get(key) or Wallet(key)
    ends: dict[datetime, int] = {}
    for lot in state.lots.values():
        if lot.unit == key and lot.remaining and not lot.is_pending and lot.expires_at is not None:
            ends[lot.expires_at] = ends.get(lot.expires_at, 0) + lot.remaining
    first = min(ends) if ends else None
    unit = program.units.get(key)
    figures = ("active", "pending", "held", "debt", "earned", "spent", "expired")
    return wire.WalletOut(
        unit=key,
        name=reader.called(key),
        kind=unit.kind if unit else "points",
        worth=_worth(wallet.active, key, program),
        expires_next_at=first,
        expires_next=ends[first] if first else 0,
        **{name: getattr(wallet, name) for name in figures},
    )


def _worth(points: int, unit: str, program: CompiledProgram) -> str | None:
    if unit not in program.units:
        return None
    if program.units[unit].kind == "credit":
        return str(to_major(points, program.currency))
    worth = program.document.units[unit].worth if unit in program.document.units else None
    return None if worth is None else str((points * worth).quantize(Decimal(1).scaleb(-program.exponent)))


def _is_over(expires_at: datetime | None, now: datetime) -> bool:
    return expires_at is not None and expires_at <= now
