"""A few members under one program, for tests: what they do, what it says, and what is left of them."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from phakdi.kit.errors import Rejected
from phakdi.kit.ids import fixed_id
from phakdi.loyalty.engine import codec
from phakdi.loyalty.engine.core import advance, advance_time, price
from phakdi.loyalty.engine.core.price import Priced
from phakdi.loyalty.engine.core.state import Caused, MemberState, Profile, Step, Voucher
from phakdi.loyalty.programs import compile_program, load_program

START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)  # noon in Bangkok


class Town:
    """Members called by letters; every step is an hour after the one before unless ``days`` or ``at`` say otherwise."""

    def __init__(self, text: str) -> None:
        self.program = compile_program(load_program(f"phakdi: 1\nkey: town\n{text}"))
        self.members: dict[str, MemberState] = {}
        self.now = START
        self.waiting: list[Caused] = []
        self.budgets = dict(self.program.budgets)
        self._made = 0

    def member(self, name: str = "a", **profile: Any) -> MemberState:
        """Return a member, enrolled when first asked for."""
        if name not in self.members:
            self.members[name] = MemberState(fixed_id(0, 1), self.id(name), profile=Profile(joined_at=self.now, **profile))
        return self.members[name]

    def id(self, name: str) -> UUID:
        return fixed_id(0, 100 + ord(name))

    def do(self, kind: str, who: str = "a", *, days: int = 0, hours: int = 1, **said: Any) -> Step:
        """Report something and let what it brings about happen; a refusal changes nothing."""
        self.now += timedelta(days=days, hours=hours)
        before = self.member(who)
        seen = deepcopy(before)
        before.budgets = dict(self.budgets)
        activity = self.program.read_activity({"kind": kind, "at": self.now, **said}, id=self._id(), now=self.now)
        try:
            step = advance(before, activity, program=self.program, now=self.now)
        finally:
            assert replace(before, budgets={}) == replace(seen, budgets={}), "a step never changes what it is given"
        self._take(who, step)
        self._drain()
        return step

    def refuses(self, kind: str, who: str = "a", **said: Any) -> str:
        """Report something that is refused and return why."""
        with pytest.raises(Rejected) as refused:
            self.do(kind, who, **said)
        return refused.value.code

    def price(self, who: str = "a", **said: Any) -> Priced:
        """Return the price of a basket."""
        basket = self.program.read_activity({"kind": "purchase", "at": self.now, **said}, id=self._id(), now=self.now)
        return price(self.member(who), basket, program=self.program, now=self.now)

    def buy(self, who: str = "a", *, hours: int = 1, **said: Any) -> Step:
        """Price a basket and record it."""
        self.now += timedelta(hours=hours)
        priced = self.price(who, **said)
        step = advance(self.member(who), priced.activity, program=self.program, now=self.now)
        self._take(who, step)
        self._drain()
        return step

    def wait(self, *, days: int = 0, minutes: int = 0) -> None:
        """Let time pass for everybody."""
        self.now += timedelta(days=days, minutes=minutes)
        for name, state in self.members.items():
            self._take(name, advance_time(state, program=self.program, now=self.now))

    def points(self, who: str = "a", unit: str = "points") -> int:
        wallet = self.member(who).wallets.get(unit)
        return wallet.active if wallet else 0

    def open_vouchers(self, who: str = "a") -> list[str]:
        return sorted(voucher.definition for voucher in self.vouchers(who) if voucher.state == "ISSUED")

    def vouchers(self, who: str = "a") -> Iterator[Voucher]:
        return iter(self.member(who).vouchers.values())

    def born(self, day: date, who: str = "a") -> None:
        state = self.member(who)
        self.members[who] = replace(state, profile=replace(state.profile, birthday=day))

    def _id(self) -> UUID:
        self._made += 1
        return fixed_id(int(self.now.timestamp() * 1000), self._made)

    def _take(self, who: str, step: Step) -> None:
        assert codec.encode([codec.Group(self.id(who), 0, [codec.Booking(step, self.now, None)])]), "a step can be written"
        self.members[who] = step.state
        self.waiting += step.caused
        for key, taken in step.budget_takes.items():
            self.budgets[key] -= taken
        for unit, wallet in step.state.wallets.items():
            lots = [lot for lot in step.state.lots.values() if lot.unit == unit]
            assert wallet.active == sum(lot.remaining for lot in lots if not lot.is_pending), "lots and wallet agree"
            assert wallet.pending == sum(lot.remaining for lot in lots if lot.is_pending), "lots and wallet agree"

    def _drain(self) -> None:
        while self.waiting:
            caused = self.waiting.pop(0)
            raw = {**caused.fields, "kind": caused.kind, "at": caused.at, **({"of": caused.ref} if caused.ref else {})}
            who = next(name for name in self.members if self.id(name) == caused.member_id)
            activity = replace(self.program.read_activity(raw, id=self._id(), now=self.now), depth=1)
            self._take(who, advance(self.member(who), activity, program=self.program, now=self.now))
