"""Every figure as a page of the documents: ``python -m phakdi.insight.kpis.core.describing > docs/figures.md``."""

import sys

from phakdi.insight.kpis.core.registry import FIGURES, Unit

UNITS: dict[Unit, str] = {
    "count": "number",
    "money": "amount",
    "percent": "share",
    "decimal": "number with decimals",
    "score": "−100 to 100",
}
HEAD = """# What the figures mean

Each figure has one definition, for the pages, the API and the files. This page is made from it
(`python -m phakdi.insight.kpis.core.describing > docs/figures.md`).

- A day is a day of the organization's time zone. Figures are kept for the last 7, 30, 90 and 365 days, the same days just before and a
  year before, and each calendar month, quarter and year; any other days are counted when somebody asks. A month, quarter or year is
  compared with as many days before it, so lengths may differ by a few days.
- A **purchase day** is a day on which a member bought for more than nothing after returns. Several bills of a day count once for
  "bought again", and each for purchases and amounts.
- Amounts are what was paid after discounts, vouchers, points and returns.
- A member who became part of another counts once, as the survivor.
- Shares of several stores are never averaged: what is above the line is added, what is below is added, then it is divided.
- Nothing below the line, or a window that is not over where the figure needs it whole: "–", not 0.
- Figures are told as they are known now: a return today changes what was sold last week. Who can be reached is known only for today, so
  engagement of a month stays as it was found when the month ended.
- Figures of fewer than 30 are grey; a share's page shows between which values it lies with 95 % certainty (Wilson).
- By store: purchases count where they were made and "first" and "again" mean there; members, lapse, engagement and participation count in
  the home store. By level and group: where the member is now.

| Figure | Name in the API | | Unit | By | What it is |
| --- | --- | --- | --- | --- | --- |
"""
TAIL = """
## More than one number

- **Cohorts** (K17): members by the month of their first purchase ever; per month since then who bought, who bought then or later, and what
  was spent so far per original member. The mean counts every member alike.
- **Moves between levels** (K18): from which level to which members moved between two days, with those who are new and those who left.
- **Days to the second purchase** (K15): the Kaplan–Meier median; those who have not come again are counted as waiting.
- Scores of recency, frequency and amount (K16), the chance of leaving (K8) and what a member is worth (K9, K31): see
  [lifetime](lifetime.md).

Renewal of paid plans (K6) needs the days on which plans were due; these are not recorded yet, so it is not shown. The share of
invitations that were taken up (K14) needs the number of invitations, which is not recorded either.

## Totals of stores

The share of purchases and sales that members make needs all that a store sold. Send it with `PUT /api/v1/till-totals` (scope
`totals:write`) or add a CSV file with the columns `store,day,bills,sales` in the console under Insight › Sales to members › Totals of
stores. A store and day that was told before is written over. Only days and stores with a total are counted.
"""


def page() -> str:
    """Return the page."""
    rows = [
        f"| {each.title.en} | `{each.key}` | {each.number} | {UNITS[each.unit]} | {', '.join(each.by)} | {each.formula.en} |\n"
        for each in FIGURES.values()
    ]
    return HEAD + "".join(rows) + TAIL


if __name__ == "__main__":
    sys.stdout.write(page())
