"""The little world of one case: its members, the clock, shared budgets, and activities that others bring about."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from phakdi.kit.errors import Invalid, Refusal, Rejected
from phakdi.kit.ids import fixed_id
from phakdi.loyalty.casebook import verbs
from phakdi.loyalty.casebook.reading import PlannedStep
from phakdi.loyalty.casebook.results import StepReport
from phakdi.loyalty.engine.core import advance, advance_time
from phakdi.loyalty.engine.core.price import price
from phakdi.loyalty.engine.core.state import Activity, Caused, Entry, MemberState, Step, Verdict
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.people.traits.core import told_traits

ORGANIZATION = fixed_id(0, 1)
CAUSED_MAX = 1000  # activities that bring about one another without an end are a fault of the program
ORIGIN = "phakdi"  # of activities that others bring about, as when they are recorded


@dataclass(slots=True)
class _Told:
    """What happened during one step, for its report."""

    entries: list[Entry] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    outcome: dict[str, Any] = field(default_factory=dict)


class World:
    """Members by name (the unnamed one is ``""``), each with the state that the engine left them in."""

    def __init__(self, program: CompiledProgram) -> None:
        self.program = program
        self.members: dict[str, MemberState] = {}
        self.now = datetime(1, 1, 1, tzinfo=UTC)
        self._names: dict[UUID, str] = {}
        self._budgets = dict(program.budgets)
        self._waiting: list[Caused] = []
        self._receipts: dict[tuple[str, str, str], tuple[str, Any]] = {}
        self._made = 0
        self._told = _Told()
        self.given_by_time: list[Any] = []  # gifts that no step brought
        self._called = {
            "level": _by_name(program.level_by_key),
            "reward": _by_name(program.rewards),
            "voucher": _by_name(program.vouchers),
        }

    # --- steps ------------------------------------------------------------------------------------------------------

    def perform(self, step: PlannedStep) -> StepReport:
        """Let time pass up to the step, do what it says, and let everything that it brings about happen.

        Raises:
            Invalid: the step says what the program cannot read.
        """
        self._told = _Told()
        self.pass_time(step.at)
        refusal = None
        if step.verb != verbs.EXPIRE_TO:
            try:
                self._act(step)
            except Rejected as error:
                refusal = error
            self._drain()
        return _report(step, self._told, refusal)

    def pass_time(self, now: datetime) -> None:
        """Let everything that is due by ``now`` happen, to every member, in the order in which it falls due."""
        while due := min((caused.at for caused in self._waiting if caused.at <= now), default=None):
            self._book_time(max(due, self.now))
            self._drain()
        self._book_time(now)
        self._drain()

    def _book_time(self, now: datetime) -> None:
        self.now = max(self.now, now)
        for name in list(self.members):
            state = self._before(name)
            state.budgets = dict(self._budgets)
            self._take(name, advance_time(state, program=self.program, now=self.now))

    def _before(self, name: str, activity: Activity | None = None) -> MemberState:  # noqa: ARG002 - for worlds that read it
        """Return the state that the next step of a member starts from; a world that keeps its members elsewhere reads it there."""
        return self.members[name]

    def _act(self, step: PlannedStep) -> None:
        if step.member not in self.members:
            self._enroll(step.member)
        activity = self._read(self._raw(step))
        if self._is_known(step.member, activity):
            return
        state = self._as_told(self._before(step.member, activity), step)
        try:
            done = self._record(state, activity)
        except Refusal as error:
            if isinstance(error, Invalid):
                raise Rejected(error.message, code=error.code, **error.details) from error
            raise error if isinstance(error, Rejected) else Rejected(error.message, code=error.code, **error.details) from error
        self._take(step.member, done)
        self._receipts[_receipt(activity)] = (step.member, _content(activity))

    def _is_known(self, member: str, activity: Activity) -> bool:
        """Whether the same was reported before under this number; Rejected where it was something else (R68)."""
        before = self._receipts.get(_receipt(activity)) if activity.ref else None
        if before is not None and activity.kind == verbs.SUBMIT_RECEIPT:
            raise Rejected("This receipt was sent in before.", code="receipt_known", ref=activity.ref)
        if before is not None and before != (member, _content(activity)):
            raise Rejected("This number was used for something else.", code="receipt_conflict", ref=activity.ref)
        return before is not None

    def _record(self, state: MemberState, activity: Activity) -> Step:
        """Price a purchase, then record; other activities are recorded as they are."""
        state.budgets = dict(self._budgets)
        if activity.kind != verbs.PURCHASE:
            return advance(state, activity, program=self.program, now=self.now)
        priced = price(state, activity, program=self.program, now=self.now)
        done = advance(state, priced.activity, program=self.program, now=self.now)
        for name, value in {"discount": priced.discount, "pay": priced.pay, "shipping": priced.shipping}.items():
            done.outcome.setdefault(name, value)
        done.outcome["gifts"] = [*priced.gifts, *(gift for gift in done.outcome.get("gifts", ()) if gift not in priced.gifts)]
        return done

    def _take(self, name: str, step: Step) -> None:
        """Keep what a step left behind."""
        self.members[name] = step.state
        for budget, amount in step.budget_takes.items():
            self._budgets[budget] = self._budgets.get(budget, 0) - amount
        self._waiting += step.caused
        self._told.entries += step.entries
        if step.activity is None:
            self.given_by_time += [*step.outcome.get("gifts", ()), *step.outcome.get("items", ())]
        if step.activity is not None:
            self._told.verdicts += step.verdicts
            if not self._told.outcome:
                self._told.outcome = step.outcome

    # --- what others bring about ---------------------------------------------------------------------------------------

    def _drain(self) -> None:
        """Record what was brought about and is due, until nothing is left."""
        for _ in range(CAUSED_MAX):
            caused = next((caused for caused in self._waiting if caused.at <= self.now), None)
            if caused is None:
                return
            self._waiting.remove(caused)
            self._record_caused(caused)
        raise Invalid("The program's rules bring about one another without an end.", code="caused_without_end")

    def _record_caused(self, caused: Caused) -> None:
        name = self._names.get(caused.member_id)
        if name is None:
            return
        self._made += 1
        raw = {**caused.fields, "kind": caused.kind, "at": caused.at, "ref": f"caused:{self._made}", "origin": ORIGIN}
        if caused.ref:
            raw["of"] = caused.ref
        activity = replace(self._read(raw), depth=1)
        state = self._before(name, activity)
        state.budgets = dict(self._budgets)
        try:
            self._take(name, advance(state, activity, program=self.program, now=self.now))
        except Rejected as refusal:
            self._told.verdicts.append(Verdict(caused.kind, applied=False, reason=refusal.code, params=refusal.details))

    # --- members -------------------------------------------------------------------------------------------------------

    def _enroll(self, name: str) -> None:
        """Make a member who has not been heard of."""
        member_id = fixed_id(0, 2 + len(self.members))
        state = MemberState(ORGANIZATION, member_id)
        state.profile = replace(state.profile, joined_at=self.now)
        self.members[name] = state
        self._names[member_id] = name

    def id_of(self, name: str) -> UUID:
        """Return the identifier of a member called by name; whoever was not heard of before is enrolled."""
        if name not in self.members:
            self._enroll(name)
        return self.members[name].member_id

    def _as_told(self, state: MemberState, step: PlannedStep) -> MemberState:
        """Return the state with the profile that joining tells; the members room keeps it elsewhere."""
        if step.verb != "join":
            return state
        told = step.arguments
        own = {name: told[name] for name in self.program.document.attributes if name in told}
        birthday, segments = told.get("birthday"), told.get("segments", ())
        profile = replace(
            state.profile,
            joined_at=step.at.astimezone(UTC),
            birthday=date.fromisoformat(str(birthday)) if birthday else state.profile.birthday,
            language=told.get("language", state.profile.language),
            segments=state.profile.segments | {*([segments] if isinstance(segments, str) else segments)},
            attributes={**state.profile.attributes, **own},
            traits={**state.profile.traits, **told_traits(told.get("traits") or {}, exponent=self.program.exponent)},
        )
        return replace(state, profile=profile)

    # --- reports -------------------------------------------------------------------------------------------------------

    def _read(self, raw: Mapping[str, Any]) -> Activity:
        self._made += 1
        milliseconds = int(self.now.timestamp() * 1000)
        return self.program.read_activity(raw, id=fixed_id(milliseconds, self._made), now=self.now)

    def _raw(self, step: PlannedStep) -> dict[str, Any]:
        """Return the step as a till would report it."""
        own = (
            {"birthday", "segments", "language", "traits", *self.program.document.attributes}
            if step.verb == "join"
            else frozenset()
        )
        raw: dict[str, Any] = {"kind": step.verb, "at": step.at}
        for name, value in step.arguments.items():
            if name in own:
                continue
            if name == verbs.MEMBERS.get(step.verb) and isinstance(value, str):
                raw[name] = str(self.id_of(value))
            elif name in self._called and isinstance(value, str):
                raw[name] = self._called[name].get(value, value)
            elif name == "lines":
                raw["lines"] = [{verbs.LINE_RENAMED.get(key, key): inner for key, inner in line.items()} for line in value]
            elif name == "voucher" and isinstance(value, list):
                raw["vouchers"] = value
            elif name == "kind":  # a field of the activity that is called as the activity's own kind
                raw.setdefault("fields", {})["kind"] = value
            else:
                raw[verbs.RENAMED.get(name, name)] = value
        return raw


def _receipt(activity: Activity) -> tuple[str, str, str]:
    """Return what makes a report the same report: where it came from, what it is, and its number there."""
    return activity.origin, activity.kind, activity.ref


def _content(activity: Activity) -> Any:
    return activity.of, activity.amount, activity.lines, dict(activity.fields)


def is_called(key: str, names: Any, name: Any) -> bool:
    """Whether something with that key and those names (a text, or one for each language) is called ``name``."""
    return name in (key, names) or (isinstance(names, Mapping) and name in names.values())


def _by_name(definitions: Mapping[str, Any]) -> dict[str, str]:
    """Return the keys of definitions by their names; where two share one the first is meant."""
    found: dict[str, str] = {}
    for key, running in definitions.items():
        names = running.definition.name
        for name in names.values() if isinstance(names, Mapping) else [names] if names else []:
            found.setdefault(name, key)
    return {name: key for name, key in found.items() if name not in definitions}


def _report(step: PlannedStep, told: _Told, refusal: Rejected | None) -> StepReport:
    report = StepReport(
        step.number, step.at, step.verb, step.member, step.line,
        entries=tuple(told.entries), verdicts=tuple(told.verdicts), outcome=told.outcome,
    )  # fmt: skip
    if refusal is None:
        return report
    return replace(report, is_refused=True, code=refusal.code, message=refusal.message, details=refusal.details, outcome={})
