"""A run and its lists as they are kept and read again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np

from phakdi.insight.lifetime.core import churn, groups
from phakdi.insight.lifetime.reckoning import Cutting, Reckoned

AT_RISK, TOP = "at_risk", "top"
AT_RISK_MAX, TOP_MAX, CELL_MAX = 1000, 200, 200
TENTHS = 10


@dataclass(frozen=True, slots=True)
class Run:
    """One run as pages read it: see `run_document` for what ``doc`` holds."""

    id: UUID
    as_of: date
    computed_at: datetime
    doc: Mapping[str, Any]

    @property
    def refusal(self) -> str:
        """Why nobody is scored by the model: a code, empty where members are."""
        return str(self.doc["refusal"])

    @property
    def cutting(self) -> Cutting:
        """The cut points it was scored with."""
        kept = self.doc["cutting"]
        return Cutting(kept["month"], *(tuple(kept[name]) for name in ("recency", "frequency", "monetary")))


def cell_key(recency: int, frequency: int) -> str:
    """Return the key of the list of one cell of the grid."""
    return f"rfm:{recency}:{frequency}"


def run_document(found: Reckoned) -> dict[str, Any]:
    """Return what is kept of a run: models, guards, judging, classes of risk, tenths of value, the grid."""
    fitted, model, value = found.fitted, found.fitted.model, found.fitted.value
    return {
        "members": fitted.members,
        "repeaters": fitted.repeaters,
        "model": model and {"kind": model.kind.value, **_plain(model, ("r", "alpha", "a", "b", "log_likelihood", "errors"))},
        "value": value and _plain(value, ("p", "q", "gamma", "log_likelihood", "correlation")),
        "refusal": fitted.refusal,
        "value_refusal": fitted.value_refusal,
        "warnings": list(fitted.warnings),
        "judged": fitted.judged and asdict(fitted.judged),
        "unjudged": fitted.unjudged,
        "horizon": found.settings.horizon,
        "margin": found.margin,
        "is_margin_told": found.settings.is_margin_told,
        "lapse": {"common": found.common_lapse, "fixed": found.settings.lapse_days},
        "cutting": asdict(found.cutting),
        "risk": _by_risk(found),
        "tenths": _tenths(found),
        "grid": _grid(found),
        "expected": _expected(found),
    }


def lists_of(found: Reckoned) -> dict[str, list[dict[str, Any]]]:
    """Return the first members of each list: who may leave by value at risk, who is worth most, each cell by spending."""
    members = found.members
    lists = {}
    may_leave = np.flatnonzero((found.risk > 0) & (members.window_total > 0))
    lists[AT_RISK] = _rows(found, may_leave, found.at_risk_minor(), AT_RISK_MAX)
    worth = found.scores.lifetime if found.has_values and found.scores else found.historic.astype(float)
    lists[TOP] = _rows(found, np.arange(len(members)), worth, TOP_MAX)
    spent = members.window_total.astype(float)
    code = found.recency * 10 + found.frequency
    for recency in groups.SCORES:
        for frequency in groups.SCORES:
            lists[cell_key(recency, frequency)] = _rows(found, np.flatnonzero(code == recency * 10 + frequency), spent, CELL_MAX)
    return lists


def _rows(found: Reckoned, among: Any, by: Any, limit: int) -> list[dict[str, Any]]:
    order = among[np.argsort(-by[among], kind="stable")][:limit]
    members = found.members
    ids = members.ids.take(order).to_pylist() if len(order) else []
    at_risk = found.churn[order] * members.window_total[order]
    rows = []
    for member_id, at, stake in zip(ids, order.tolist(), at_risk.tolist(), strict=True):
        twice = int(members.twice_gap[at])
        rows.append(
            {
                "id": member_id,
                "risk": churn.CLASSES[int(found.risk[at])],
                "churn": round(float(found.churn[at]), 2),
                "silent": members.as_of - int(members.last[at]),
                "days": int(members.days[at]),
                "gap": (twice + 1) // 2 if twice > 0 else None,
                "recent": int(members.recent[at]),
                "before": int(members.before[at]),
                "year": int(members.window_total[at]),
                "at_risk": round(stake),
                "clv": round(float(found.scores.lifetime[at])) if found.has_values and found.scores else None,
                "historic": int(found.historic[at]),
                "group": found.name(at),
            }
        )
    return rows


def _by_risk(found: Reckoned) -> list[dict[str, Any]]:
    at_risk = found.at_risk_minor()
    return [
        {
            "risk": name,
            "members": int((found.risk == place).sum()),
            "year": int(found.members.window_total[found.risk == place].sum()),
            "at_risk": round(float(at_risk[found.risk == place].sum())),
        }
        for place, name in enumerate(churn.CLASSES)
    ]


def _tenths(found: Reckoned) -> list[dict[str, Any]]:
    """Return tenths of members by expected value, the most valuable first: how many, from and to, sum, in minor units."""
    if not found.has_values or found.scores is None:
        return []
    ordered = -np.sort(-found.scores.lifetime)
    parts = [part for part in np.array_split(ordered, TENTHS) if len(part)]
    return [
        {"members": len(part), "low": round(float(part[-1])), "high": round(float(part[0])), "sum": round(float(part.sum()))}
        for part in parts
    ]


def _grid(found: Reckoned) -> list[dict[str, Any]]:
    code = found.recency * 10 + found.frequency
    counts = np.bincount(code, minlength=56)
    spent = np.bincount(code, weights=found.members.window_total, minlength=56)
    worth = np.bincount(code, weights=found.scores.lifetime, minlength=56) if found.has_values and found.scores else None
    leaving = np.bincount(code, weights=found.risk == len(churn.CLASSES) - 1, minlength=56)
    return [
        {
            "recency": recency,
            "frequency": frequency,
            "name": groups.name_of(recency, frequency),
            "members": int(counts[at := recency * 10 + frequency]),
            "spent": round(float(spent[at])),
            "clv": None if worth is None else round(float(worth[at])),
            "high_risk": int(leaving[at]),
        }
        for recency in groups.SCORES
        for frequency in groups.SCORES
    ]


def _expected(found: Reckoned) -> dict[str, Any]:
    """Return sums over all members: buyers within the horizon, purchases and value in twelve months."""
    if found.scores is None:
        return {}
    return {
        "buyers": round(float(found.scores.p_active.sum())),
        "purchases": round(float(found.scores.purchases.sum())),
        "value": round(float(found.scores.lifetime.sum())) if found.has_values else None,
        "historic": int(found.historic.sum()),
    }


def _plain(of: Any, names: tuple[str, ...]) -> dict[str, Any]:
    found = {name: getattr(of, name) for name in names}
    return {name: None if isinstance(value, float) and not np.isfinite(value) else value for name, value in found.items()}
