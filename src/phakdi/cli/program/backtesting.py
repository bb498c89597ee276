"""``phakdi program backtest``: what a draft, or two, would have brought with an organization's own history."""

import argparse
import csv
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from phakdi.cli import setup
from phakdi.cli.program.files import DONE, path_of
from phakdi.cli.program.showing import BOLD, DIM, YELLOW, paint, print_json
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import Invalid, NotFound
from phakdi.loyalty.wording.backtests import warning_text
from phakdi.loyalty.wording.phrases import Reader

MEMBER_COLUMNS = ("member", "purchases", "sales", "side", "level", "benefit", "difference")


def backtest(given: argparse.Namespace) -> int:
    """Replay the history under the drafts and print, or write into a folder, what would have been."""
    first, last = _day(given.first_day, "from"), _day(given.last_day, "to") if given.last_day else None
    now = utc_now()
    with setup.at_work():
        from phakdi.flows import backtest_program as flow  # noqa: PLC0415 - Django is set up by now
        from phakdi.platform.organizations import queries  # noqa: PLC0415 - as above

        organization_id = _organization_id(given.organization, queries)
        drafts = [flow.Draft(Path(name).name, path_of(name).read_text(encoding="utf-8")) for name in given.files]
        wanted = flow.Wanted(drafts, first, last or now.date() - timedelta(days=1), _costs(given.cost))
        folder, write = None, None
        if given.report:
            folder = Path(given.report[1])
            folder.mkdir(parents=True, exist_ok=True)
            write = _MemberFile(folder, given.report[0])
        found = flow.backtest(
            organization_id=organization_id,
            wanted=wanted,
            now=now,
            processes=given.jobs or os.cpu_count() or 1,
            engine=given.engine,
            progress=_progress if sys.stderr.isatty() else None,
            on_members=write.add if write else None,
        )
    if write and folder:
        write.close(found["exponent"])
        _write(folder, given.report[0], found)
    if given.json:
        print_json(found)
    else:
        _show(found)
        if folder:
            print(f"Written to {folder}.")
    return DONE


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"'{text}' is no day; write one such as 2026-01-31.", code="day_invalid", field=name) from None


def _costs(told: Sequence[str]) -> dict[str, Decimal]:
    """Return what one point costs, told as ``points=0.10``."""
    found = {}
    for each in told:
        unit, _, cost = each.partition("=")
        try:
            found[unit] = Decimal(cost)
        except InvalidOperation:
            raise Invalid(f"'{each}' is no cost; write one such as points=0.10.", code="cost_invalid", field="cost") from None
    return found


def _organization_id(slug: str | None, queries: Any) -> UUID:
    if slug:
        found = queries.find_organization(slug=slug)
        if found is None:
            raise NotFound(f"There is no organization '{slug}'.", code="organization_not_found", slug=slug)
        return UUID(str(found.id))
    all_of_them = queries.all_organizations()
    if len(all_of_them) != 1:
        raise Invalid("Say which organization: --organization SLUG.", code="organization_missing", field="organization")
    return UUID(str(all_of_them[0].id))


def _progress(done: int, parts: int) -> None:
    end = "\n" if done == parts else ""
    print(f"\r{100 * done // parts if parts else 100} %", end=end, file=sys.stderr, flush=True)


# --- files ----------------------------------------------------------------------------------------------------------------------


class _MemberFile:
    """The file of members, written as they come: one row a member and side."""

    def __init__(self, folder: Path, form: str) -> None:
        self._is_csv = form == "csv"
        name = "members.csv" if self._is_csv else "members.ndjson"
        self._file = (folder / name).open("w", encoding="utf-8", newline="")
        self._csv = csv.writer(self._file)
        if self._is_csv:
            self._csv.writerow(MEMBER_COLUMNS)

    def add(self, rows: Sequence[Any]) -> None:
        for row in rows:
            if not self._is_csv:
                told = {"member": row.member_id, "differences": row.differences, **row.doc}
                self._file.write(orjson.dumps(told).decode() + "\n")
                continue
            for key, side in row.doc.items():
                if isinstance(side, Mapping):
                    difference = row.differences.get(key, "")
                    figures = (
                        row.doc["purchases"],
                        row.doc["sales_minor"],
                        key,
                        side["level"],
                        side["benefit_minor"],
                        difference,
                    )
                    self._csv.writerow((row.member_id, *figures))

    def close(self, _: int) -> None:
        self._file.close()


def _write(folder: Path, form: str, found: Mapping[str, Any]) -> None:
    if form == "json":
        (folder / "report.json").write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))
        return
    tables: dict[str, list[dict[str, Any]]] = {
        "units": [],
        "months": [],
        "tiers": [],
        "rules": [],
        "could_not": [],
        "findings": [],
    }
    for side in found["sides"]:
        for unit, figures in side["units"].items():
            tables["units"].append({"side": side["key"], "unit": unit, **figures})
        for month in side["months"]:
            for unit, figures in month["units"].items():
                money = {name: month[name] for name in ("redeemed_minor", "liability_minor", "cost_minor", "cost_bp")}
                tables["months"].append({"side": side["key"], "month": month["month"], "unit": unit, **figures, **money})
        for name in ("tiers", "rules", "could_not"):
            tables[name] += [{"side": side["key"], **row} for row in side[name]]
        tables["findings"] += [
            {"side": side["key"], "code": each["code"], "params": orjson.dumps(each["params"]).decode()}
            for each in side["findings"]
        ]
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            if rows:
                writer = csv.DictWriter(file, fieldnames=list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)


# --- on the screen ----------------------------------------------------------------------------------------------------------------


def _show(found: Mapping[str, Any]) -> None:
    exponent, currency = found["exponent"], found["currency"]

    def money(minor: int | None) -> str:
        return "–" if minor is None else f"{Decimal(minor).scaleb(-exponent):,.{exponent}f} {currency}"

    print(paint(f"{found['first_day']} to {found['last_day']}", BOLD))
    print(f"{found['members']:,} members · {found['purchases']:,} purchases · sales {money(found['sales_minor'])}")
    for side in found["sides"]:
        print()
        print(paint(side["name"] or "the program in force", BOLD))
        for unit, figures in side["units"].items():
            print(
                f"  {unit}: issued {figures['issued']:,}, used {figures['spent']:,}, expired {figures['expired']:,}, taken back "
                f"{figures['reversed']:,}, outstanding {figures['outstanding']:,}"
            )
        share = "–" if side["cost_bp"] is None else f"{side['cost_bp'] / 100:.2f} %"
        print(
            f"  used {money(side['redeemed_minor'])} · owed {money(side['liability_minor'])} · cost {money(side['cost_minor'])} ({share} of sales)"
        )
        if side["without_price"]:
            print(paint(f"  no cost is known for: {', '.join(side['without_price'])} (say --cost UNIT=AMOUNT)", DIM))
        for tier in side["tiers"]:
            print(
                f"  level {tier['level'] or '(none)'}: {tier['at_start']:,} → {tier['at_end']:,}, reached by {tier['reached']:,}"
            )
        if compared := side["compared"]:
            print(f"  {compared['more']:,} members have more, {compared['less']:,} less, {compared['same']:,} the same")
        for each in side["could_not"]:
            print(paint(f"  not repeated: {each['what']} ({each['code']}) × {each['times']:,}", DIM))
        for each in side["findings"]:
            print(f"  {paint('warning', YELLOW)}: {warning_text(each['code'], each['params'], Reader('en'))}")
