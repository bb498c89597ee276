"""What is done by the clock, and when."""

from contextlib import suppress
from datetime import time, timedelta

from phakdi.flows.ask_survey import ask_after_purchases
from phakdi.flows.find_duplicates import find_duplicates
from phakdi.flows.keep_daily import count_if_due, fold_days
from phakdi.flows.pass_time import pass_time
from phakdi.flows.reconcile import reconcile
from phakdi.flows.refresh_insight import Refreshing, refresh_insight
from phakdi.flows.request_data import remind_of_requests
from phakdi.flows.send_summary import send_summaries
from phakdi.flows.tell_member import remind_of_expiry
from phakdi.flows.tidy_up import seal_audit, tidy_installation, tidy_organization
from phakdi.loyalty.programs.queries import NoProgram
from phakdi.platform.outbox.core import Daily, Every, Task, TaskRun

MEMBERS_A_RUN = 2000
REMINDED_DAYS_BEFORE = (30, 7)


def _pass_time(run: TaskRun) -> bool:
    """Book what has become true. At midnight this is the night's work (R35); the engine keeps its order for each member."""
    passed = pass_time(organization_id=run.organization_id, now=run.now, limit=MEMBERS_A_RUN)
    return passed.is_done or not passed.booked


def _seal_audit(run: TaskRun) -> bool:
    return seal_audit(organization_id=run.organization_id)


def _tidy(run: TaskRun) -> bool:
    return tidy_organization(organization_id=run.organization_id, now=run.now)


def _tidy_installation(run: TaskRun) -> bool:
    return tidy_installation(now=run.now)


def _reconcile(run: TaskRun) -> bool:
    reconcile(organization_id=run.organization_id, now=run.now)
    return True


def _remind(run: TaskRun) -> bool:
    """Tell members of points that can be used for a month or a week more; nobody without a program has any."""
    with suppress(NoProgram):
        for days in REMINDED_DAYS_BEFORE:
            remind_of_expiry(organization_id=run.organization_id, now=run.now, days=days)
    return True


def _find_duplicates(run: TaskRun) -> bool:
    return find_duplicates(organization_id=run.organization_id, now=run.now, limit=MEMBERS_A_RUN)


def _ask_surveys(run: TaskRun) -> bool:
    """Ask about purchases, where a survey says so."""
    ask_after_purchases(organization_id=run.organization_id, now=run.now)
    return True


def _remind_of_requests(run: TaskRun) -> bool:
    remind_of_requests(organization_id=run.organization_id, now=run.now)
    return True


def _fold_days(run: TaskRun) -> bool:
    return fold_days(now=run.now)


def _count_whole(run: TaskRun) -> bool:
    """Count what a dashboard cannot sum; how often follows from how long it takes."""
    count_if_due(organization_id=run.organization_id, now=run.now)
    return True


def _send_summaries(run: TaskRun) -> bool:
    """Mail the week's figures on Mondays; on other days nobody waits for them."""
    send_summaries(organization_id=run.organization_id, now=run.now)
    return True


def _refresh_insight(run: TaskRun) -> bool:
    """Bring the warehouse and all figures up to date; somebody else at it is as good."""
    with suppress(Refreshing):
        refresh_insight(organization_id=run.organization_id, now=run.now)
    return True


TASKS = (
    Task("pass_time", Every(timedelta(minutes=1)), _pass_time),
    Task("night", Daily(time(0, 0)), _pass_time),
    Task("seal_audit", Every(timedelta(minutes=1)), _seal_audit),
    Task("remind", Daily(time(10, 0)), _remind),
    Task("remind_of_requests", Daily(time(9, 0)), _remind_of_requests),
    Task("find_duplicates", Every(timedelta(minutes=2)), _find_duplicates),
    Task("ask_surveys", Every(timedelta(minutes=5)), _ask_surveys),
    Task("tidy", Daily(time(3, 0)), _tidy),
    Task("refresh_insight", Daily(time(2, 0)), _refresh_insight),
    Task("send_summaries", Daily(time(8, 0)), _send_summaries),
    Task("reconcile", Daily(time(4, 0)), _reconcile),
    Task("fold_days", Every(timedelta(seconds=20)), _fold_days, is_per_organization=False),
    Task("count_whole", Every(timedelta(minutes=1)), _count_whole),
    Task("tidy_installation", Every(timedelta(hours=1)), _tidy_installation, is_per_organization=False),
)
