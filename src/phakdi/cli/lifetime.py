"""``phakdi insight lifetime FILE``: fit how customers of a file buy and drop out, and judge it by what they did next."""

import argparse
import sys
from datetime import date
from pathlib import Path

import numpy as np

from phakdi.insight.lifetime.core import dropout, judging, spending
from phakdi.insight.lifetime.core.dropout import Dropout, Kind
from phakdi.insight.lifetime.core.files import BadLine, Purchases, Seen, read_purchases
from phakdi.insight.lifetime.core.histories import Histories
from phakdi.insight.lifetime.core.modelling import MONTHLY_RATE, PERIOD_DAYS, PERIODS, histories_of, repeat_mean
from phakdi.insight.lifetime.core.spending import CORRELATION_MAX, Spending

WEEK = 7


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command beside the others of insight."""
    parser = commands.add_parser(
        "lifetime",
        help="fit BG/NBD, MBG/NBD and Gamma-Gamma to a file of purchases and judge them",
        description="A line is a purchase: customer, day (19970131), number of things, amount; parted by blanks or commas.",
    )
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--until", type=date.fromisoformat, metavar="DATE", help="last day that models see; else half of the time"
    )
    parser.set_defaults(run=_run)


def _run(given: argparse.Namespace) -> int:
    try:
        with given.file.open(encoding="utf-8", errors="replace") as lines:
            bought = read_purchases(lines)
    except (OSError, BadLine) as error:
        print(f"phakdi: {error}", file=sys.stderr)
        return 1
    first, last = bought.span
    until = given.until or date.fromordinal(first.toordinal() + ((last - first).days + 1) // 2 - 1)
    if not first <= until:
        print(f"phakdi: nobody had bought by {until}: the file begins on {first}.", file=sys.stderr)
        return 1
    seen = bought.seen_by(until)
    histories = histories_of(seen.first, seen.last, seen.days, seen.as_of)
    _print_facts(bought, seen, histories, until)
    if not histories.repeaters:
        print("\nNobody bought twice by then: there is nothing to fit.")
        return 0
    mean = repeat_mean(seen.days, seen.total, seen.first_value) / 100
    value = spending.fit(histories.x, mean) if (mean > 0).any() else None
    for kind in Kind:
        model = dropout.fit(histories, kind)
        _print_model(model, histories)
        if last > until:
            _print_judged(model, histories, seen, (last - until).days)
        if value is not None and not value.refusal:
            worth = value.expected(histories.x, mean)
            found = model.discounted(histories, periods=PERIODS, length=PERIOD_DAYS, rate=MONTHLY_RATE) * worth
            months = f"{PERIODS} months of {PERIOD_DAYS} days"
            print(f"  value of all members   {found.sum():,.2f}  ({months}, {MONTHLY_RATE:.0%} a month, margin 1)")
    if value is not None:
        _print_value(value, int((mean > 0).sum()))
    return 0


def _print_facts(bought: Purchases, seen: Seen, histories: Histories, until: date) -> None:
    first, last = bought.span
    print(f"{first} to {last}, models see up to {until}")
    print(f"  members                {len(np.unique(bought.customer)):,}, {len(seen.first):,} of them known by then")
    print(f"  purchase days          {len(bought.day):,}, amounts {bought.amount.sum() / 100:,.2f}")
    print(f"  repeat purchase days   {int(histories.x.sum()):,} of {int(histories.repeaters):,} members by then")
    print(f"  distinct histories     {len(histories.cells().x):,}")
    print(f"  purchase days after    {int(seen.after.sum()):,} of {int((seen.after > 0).sum()):,} members")


def _print_model(model: Dropout, histories: Histories) -> None:
    weekly = model.log_likelihood + float(histories.x.sum()) * float(np.log(WEEK))
    print(f"\n{model.kind.value}")
    print(f"  {'':10}{'r':>12}{'alpha':>12}{'a':>12}{'b':>12}{'log-likelihood':>18}")
    for unit, by, likelihood in (("days", 1, model.log_likelihood), ("weeks", WEEK, weekly)):
        print(f"  {unit:10}{model.r:12.6f}{model.alpha / by:12.6f}{model.a:12.6f}{model.b:12.6f}{likelihood:18.4f}")
        if model.errors:
            r, alpha, a, b = model.errors
            print(f"  {'  errors':10}{r:12.6f}{alpha / by:12.6f}{a:12.6f}{b:12.6f}")
    refusal = model.refusal(histories.repeaters)
    print(f"  members may be scored  {'no: ' + refusal.replace('_', ' ') if refusal else 'yes'}")


def _print_judged(model: Dropout, histories: Histories, seen: Seen, horizon: int) -> None:
    chance, expected = model.p_buys(histories, horizon), model.expected(histories, horizon)
    truth = (seen.after > 0).astype(float)
    auc, brier, lift = judging.auc(chance, truth), judging.brier(chance, truth), judging.top_lift(chance, truth)
    base = float(truth.mean())
    print(f"  judged by the {horizon} days after ({horizon / WEEK:.1f} weeks)")
    print(f"    purchases            {expected.sum():,.1f} expected, {int(seen.after.sum()):,} happened")
    if truth.any() and len(truth) > 1:
        print(f"    correlation          {np.corrcoef(expected, seen.after)[0, 1]:.4f} of expected and actual purchases")
    print(
        f"    AUC                  {_shown(auc)} of buying again; of being alive {_shown(judging.auc(model.p_alive(histories), truth))}"
    )
    print(f"    Brier                {_shown(brier)}, always saying the base rate {_shown(base * (1 - base))}")
    print(f"    top tenth            {_shown(lift)} times as likely to buy as all")
    shares = "  ".join(f"{predicted:.3f}/{actual:.3f}" for predicted, actual in judging.fifths(chance, truth))
    print(f"    fifths               {shares} (predicted/actual)")


def _print_value(value: Spending, members: int) -> None:
    print(f"\nGamma-Gamma, on {members:,} members who came again")
    print(f"  {'':10}{'p':>12}{'q':>12}{'gamma':>12}{'':12}{'log-likelihood':>18}")
    print(f"  {'':10}{value.p:12.6f}{value.q:12.6f}{value.gamma:12.6f}{'':12}{value.log_likelihood:18.4f}")
    print(f"  correlation            {value.correlation:.4f} of value and frequency; above {CORRELATION_MAX} figures mislead")
    print(f"  members may be scored  {'no: ' + value.refusal.replace('_', ' ') if value.refusal else 'yes'}")


def _shown(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:.4f}"
