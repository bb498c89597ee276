"""When tasks are due and failed jobs tried again."""

from datetime import UTC, datetime, time, timedelta

import pytest

from phakdi.platform.outbox.core import Daily, Every, retry_delay


@pytest.mark.parametrize(
    ("at", "zone", "now", "then"),
    [
        (time(0, 0), "Asia/Bangkok", datetime(2026, 11, 24, 16, 59, 59, tzinfo=UTC), datetime(2026, 11, 24, 17, tzinfo=UTC)),
        (time(0, 0), "Asia/Bangkok", datetime(2026, 11, 24, 17, tzinfo=UTC), datetime(2026, 11, 25, 17, tzinfo=UTC)),
        (time(4, 0), "Asia/Bangkok", datetime(2026, 12, 31, 20, 59, tzinfo=UTC), datetime(2026, 12, 31, 21, tzinfo=UTC)),
        # New York: 2:30 does not exist on 8 March 2026 and 1:30 comes twice on 1 November
        (time(2, 30), "America/New_York", datetime(2026, 3, 8, 6, 0, tzinfo=UTC), datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        (time(1, 30), "America/New_York", datetime(2026, 11, 1, 5, 0, tzinfo=UTC), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        (time(1, 30), "America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 2, 6, 30, tzinfo=UTC)),
    ],
)
def test_a_daily_task_is_due_once_a_day_on_the_organizations_clocks(at, zone, now, then):
    assert Daily(at).next_after(now, zone).astimezone(UTC) == then


def test_a_rhythm_counts_from_when_it_began():
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert Every(timedelta(minutes=5)).next_after(now, "Asia/Bangkok") == now + timedelta(minutes=5)


def test_delays_double_up_to_three_hours():
    exact = [retry_delay(tries, chance=0.5).total_seconds() for tries in (1, 2, 3, 10, 14, 60)]
    assert exact == [2.0, 4.0, 8.0, 1024.0, 10800.0, 10800.0]
    assert (retry_delay(1, chance=0).total_seconds(), retry_delay(1, chance=1).total_seconds()) == (1.5, 2.5)
