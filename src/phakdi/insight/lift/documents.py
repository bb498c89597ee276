"""Experiments as they are kept."""

from dataclasses import asdict
from datetime import date
from typing import Any

from phakdi.insight.lift.core.experiments import Audience, Experiment, Outcome, Plan, Sums, judge
from phakdi.insight.lift.models import KeptExperiment


def write_plan(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON says it."""
    return asdict(plan) | {"first": plan.first.isoformat(), "last": plan.last.isoformat()}


def read_experiment(row: KeptExperiment) -> Experiment:
    """Return an experiment as it was kept."""
    told: dict[str, Any] = dict(row.plan)
    plan = Plan(
        **told
        | {
            "audience": Audience(**told["audience"]),
            "outcome": Outcome(told["outcome"]),
            "first": date.fromisoformat(told["first"]),
            "last": date.fromisoformat(told["last"]),
        }
    )
    found = row.result
    result = (
        judge(
            Sums(**found["treated"]),
            Sums(**found["held"]),
            held_bp=plan.held_bp,
            is_over=found["is_over"],
            left_out=found["left_out"],
        )
        if found
        else None
    )
    return Experiment(row.id, plan, row.treated, row.held, row.stopped_on, result)
