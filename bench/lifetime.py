"""What fitting and scoring members takes: seconds of CPU, memory, and how many times as fast as the package `lifetimes`.

    PHAKDI_LIFETIMES_PYTHON=/path/to/python python bench/lifetime.py [--members 1000000] [--compared 1000000]

Members who buy and drop out are made up (days over two years). Fitted are MBG/NBD and Gamma-Gamma, scored the chance of being alive, of
buying within 90 days, purchases and value in twelve months. The comparison fits BG/NBD to the first ``--compared`` of the same members
in the same run, once here and once by the interpreter named in PHAKDI_LIFETIMES_PYTHON, and compares likelihoods; without it is left out.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from phakdi.insight.lifetime.core import dropout, spending
from phakdi.insight.lifetime.core.dropout import Kind
from phakdi.insight.lifetime.core.histories import Histories
from phakdi.insight.lifetime.core.modelling import Fitted, score
from phakdi.insight.lifetime.core.value import lifetime_value

COLUMNS = ("x", "t_x", "T", "mean")
ASKED = {1_000_000: (3.0, None), 10_000_000: (15.0, 1.0)}  # seconds of CPU, GB
AT_ONCE = 1_000_000
OTHERS = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np, pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter
x, t_x, T, mean = (pd.Series(np.load(f"{sys.argv[1]}/{name}.npy")[: int(sys.argv[2])]) for name in ("x", "t_x", "T", "mean"))
began = time.process_time()
model = BetaGeoFitter().fit(x, t_x, T)
fitted = time.process_time() - began
again = (x > 0) & (mean > 0)
value = GammaGammaFitter().fit(x[again], mean[again])
began = time.process_time()
worth = value.customer_lifetime_value(model, x, t_x, T, mean, time=12, discount_rate=0.01, freq="D")
print(json.dumps({"fit": fitted, "clv": time.process_time() - began,
    "parameters": dict(model.params_), "sum": float(worth.sum())}))
"""


def make(folder: Path, members: int) -> None:
    """Write the columns of made-up members."""
    parts = [_some(min(AT_ONCE, members - first), seed=1 + first) for first in range(0, members, AT_ONCE)]
    for name, column in zip(COLUMNS, zip(*parts, strict=True), strict=True):
        np.save(folder / f"{name}.npy", np.concatenate(column))


def _some(count: int, seed: int) -> tuple[np.ndarray, ...]:
    dice = np.random.default_rng(seed)
    now = dice.integers(1, 730, count).astype(float)
    rate, leaving = dice.gamma(0.5, 1 / 45, count), dice.beta(0.9, 1.8, count)
    repeats_left = dice.geometric(np.clip(leaving, 1e-6, 1)) - 1
    x, t_x, at, still = np.zeros(count), np.zeros(count), np.zeros(count), np.arange(count)
    for number in range(1, 300):
        still = still[repeats_left[still] >= number]
        at[still] += dice.exponential(1 / rate[still])
        still = still[at[still] <= now[still]]
        x[still], t_x[still] = number, at[still]
    t_x = np.minimum(np.ceil(t_x), now)
    x = np.minimum(x, t_x)  # one purchase day a day
    mean = np.where(x > 0, dice.gamma(6.25 * np.maximum(x, 1)) / np.maximum(x, 1) * 1540 / dice.gamma(3.74, size=count), 0)
    return x, t_x, now, np.round(mean)


def run(folder: Path) -> None:
    """Fit and score everybody; print what each step took."""
    x, t_x, now, mean = (np.load(folder / f"{name}.npy") for name in COLUMNS)
    times: dict[str, float] = {}
    began = last = time.process_time()

    def lap(name: str) -> None:
        nonlocal last
        times[name], last = time.process_time() - last, time.process_time()

    seen = Histories.of(x, t_x, now)
    model = dropout.fit(seen, Kind.MBG)
    lap("fit MBG/NBD")
    value = spending.fit(seen.x, mean)
    lap("fit Gamma-Gamma")
    refusal = model.refusal(seen.repeaters) or value.refusal
    assert not refusal, refusal
    found = score(Fitted(len(x), int(seen.repeaters), model, value), seen, mean, horizon=90, margin=0.3)
    lap("score")
    whole = time.process_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    for name, took in times.items():
        print(f"  {name:18} {took:8.2f} s of CPU")
    seconds, gigabytes = ASKED.get(len(x), (None, None))
    print(f"  {'together':18} {whole:8.2f} s of CPU" + (f", asked: {seconds:g}" if seconds else ""))
    print(f"  {'memory':18} {memory:8.2f} GB" + (f", asked: {gigabytes:g}" if gigabytes else ""))
    print(f"  sum of values {found.lifetime.sum():,.0f}, r {model.r:.4f} alpha {model.alpha:.3f} a {model.a:.4f} b {model.b:.4f}")


def compare(folder: Path, members: int) -> None:
    """Fit BG/NBD here and by `lifetimes`, to the same members, and print how many times as fast."""
    python = os.environ.get("PHAKDI_LIFETIMES_PYTHON")
    if not python:
        print("Comparison left out: PHAKDI_LIFETIMES_PYTHON names no interpreter that has the package lifetimes.")
        return
    x, t_x, now, mean = (np.load(folder / f"{name}.npy")[:members] for name in COLUMNS)
    began = time.process_time()
    seen = Histories.of(x, t_x, now)
    model = dropout.fit(seen, Kind.BG)
    fitted = time.process_time() - began
    value = spending.fit(x, mean)
    began = time.process_time()
    worth = lifetime_value(model, seen, value.expected(x, mean), length=30)
    valued = time.process_time() - began
    done = subprocess.run([python, "-c", OTHERS, str(folder), str(members)], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"The package lifetimes failed: {done.stderr.strip().splitlines()[-1]}")
        return
    other = json.loads(done.stdout.strip().splitlines()[-1])
    print(f"{len(x):,} members, BG/NBD, beside lifetimes")
    theirs = dropout.Dropout(Kind.BG, *(float(other["parameters"][name]) for name in ("r", "alpha", "a", "b")))
    print(f"  log-likelihood {model.log_likelihood:,.3f} here, {dropout.log_likelihood(seen, theirs):,.3f} there")
    print(f"  fit {fitted:.3f} s here, {other['fit']:.2f} s there: {other['fit'] / fitted:,.0f} times as fast (asked: 20)")
    print(f"  CLV {valued:.3f} s here, {other['clv']:.2f} s there: {other['clv'] / valued:,.0f} times as fast (asked: 100)")
    print(f"  sum of values {worth.sum():,.0f} here, {other['sum']:,.0f} there")


def main() -> None:
    """Run the bench; makes members, fits and compares in processes of their own, so that each one's memory is its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--compared", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--do", choices=("make", "run", "compare"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.do == "make":
        make(given.folder, given.members)
    elif given.do == "run":
        run(given.folder)
    elif given.do == "compare":
        compare(given.folder, given.compared)
    else:
        with tempfile.TemporaryDirectory() as folder:
            print(f"{given.members:,} members")
            for step in ("make", "run", "compare"):
                told = ["--members", str(given.members), "--compared", str(given.compared), "--folder", folder, "--do", step]
                subprocess.run([sys.executable, __file__, *told], check=True)


if __name__ == "__main__":
    main()
