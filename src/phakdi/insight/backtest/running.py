"""Running a backtest: part by part in this process, in several, or on Spark; the sums are the same whoever works them out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from multiprocessing import get_context
from typing import Any
from uuid import UUID

from django.db import connections

from phakdi.insight.backtest import queries
from phakdi.insight.backtest.core.parts import Part, read_part, replay_part
from phakdi.insight.backtest.core.planning import Plan, read_plan
from phakdi.kit.db.scope import organization_scope

Chunk = dict[UUID, list[UUID]]
Progress = Callable[[int, int], None]  # parts done, and of how many


def run_parts(plan: Plan, *, processes: int = 1, progress: Progress | None = None) -> Iterator[Part]:
    """Yield the parts of the backtest as they are done, with ``processes`` at once."""
    with organization_scope(plan.organization_id):
        chunks = queries.chunks_of(organization_id=plan.organization_id)
    if progress:
        progress(0, len(chunks))
    for number, part in enumerate(_parts(plan, chunks, min(processes, len(chunks))), start=1):
        yield part
        if progress:
            progress(number, len(chunks))


def _parts(plan: Plan, chunks: Sequence[Chunk], processes: int) -> Iterable[Part]:
    if processes <= 1:
        for chunk in chunks:
            yield replay_chunk(plan, chunk)
        return
    connections.close_all()  # each process has its own
    context: Any = get_context("fork")
    with context.Pool(processes, _begin, (plan.dump(),)) as pool:
        for content in pool.imap_unordered(_in_process, chunks):
            yield read_part(content)


def replay_chunk(plan: Plan, chunk: Chunk, *, scope: AbstractContextManager[None] | None = None) -> Part:
    """Read what the members of a chunk did and replay it; reading is over before replaying begins."""
    with scope or organization_scope(plan.organization_id):
        histories = queries.histories_of(organization_id=plan.organization_id, whose=chunk)
    return replay_part(histories, plan)


_plan: Plan | None = None  # of a process that works for another one


def _begin(content: bytes) -> None:
    global _plan  # noqa: PLW0603 - what this process is there for
    connections.close_all()
    _plan = read_plan(content)


def _in_process(chunk: Chunk) -> bytes:
    assert _plan is not None
    return replay_chunk(_plan, chunk).dump()
