"""What members do: record, try, list, and decide about what came too late."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Router

from phakdi.api.errors import HttpRefusal, answer_to_error
from phakdi.api.paging import read_cursor, write_cursor
from phakdi.api.reports import read_member, read_object, read_report
from phakdi.api.request import Call, call_of
from phakdi.api.schemas import activities as wire
from phakdi.api.schemas.paging import Cursor, Limit
from phakdi.api.showing.activities import receipt_values, show_activity
from phakdi.api.showing.reader import reader_of
from phakdi.api.terms import BATCH_BODY_MAX, Repeats, terms
from phakdi.flows import record_by_key as flow
from phakdi.flows import review_activity as reviewing
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, Refusal
from phakdi.loyalty.ledger import queries
from phakdi.loyalty.ledger.models import Activity
from phakdi.people.members.queries import get_member
from phakdi.platform.keys.core import Scope

router = Router(tags=["activities"])
BATCH_MAX = 1000
JSON = "application/json; charset=utf-8"
REPLAYED = "Idempotency-Replayed"
LINES = [
    {"product": "latte", "category": "drinks", "amount": "95.00"},
    {"product": "cake", "category": "bakery", "amount": "85.50"},
]
PURCHASE: dict[str, Any] = {
    "member": {"identity": {"kind": "PHONE", "value": "081-234-5678"}},
    "kind": "purchase",
    "origin": "pos",
    "ref": "BKK01-000123",
    "store": "BKK-01",
    "tender": "cash",
    "lines": LINES,
}


def body_of(model: str, example: dict[str, Any]) -> dict[str, Any]:
    """Return the description of a body that the view reads itself."""
    content = {"schema": {"$ref": f"#/components/schemas/{model}"}, "example": example}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


@router.post(
    "/activities", response=dict.fromkeys((200, 201, 202), wire.ActivityOut), openapi_extra=body_of("ActivityIn", PURCHASE)
)
@terms(Scope.ACTIVITIES_WRITE, refuses=(404,), repeats=Repeats.BY_RECEIPT, reads_itself=True)
def record_activity(request: HttpRequest) -> HttpResponse:
    """Report what a member did. Recorded once by its `ref` (or Idempotency-Key): a repeat is answered 200 with the first answer.

    201 booked · 202 too late to be booked by itself, waits for review. The reasons are those of the rules that applied, or
    of all where none did; the activity itself keeps all of them. What staff decide (award, adjust, upgrade, …) needs the scope
    `points:adjust` as well.
    """
    call = call_of(request)
    reported = read_report(read_object(request), call.idempotency_key)
    receipt = flow.record_by_key(principal=call.principal, reported=reported, now=call.now)
    values = receipt_values(receipt, reader_of(call.organization_id, call.now, call.language))
    headers = {REPLAYED: "true"} if receipt.is_replay else {}
    return HttpResponse(orjson.dumps(values), status=status_of(receipt), content_type=JSON, headers=headers)


@router.post("/activities/batch", response=wire.BatchOut, openapi_extra=body_of("BatchIn", {"items": [PURCHASE]}))
@terms(Scope.ACTIVITIES_WRITE, repeats=Repeats.BY_RECEIPT, body_max=BATCH_BODY_MAX, reads_itself=True)
def record_batch(request: HttpRequest) -> HttpResponse:
    """Report up to 1,000 activities. Each has its own answer; one that is refused changes nothing and stops no other.

    The reasons are as for one.
    """
    call = call_of(request)
    items = _items(read_object(request))
    reported: list[flow.Reported] = []
    answers: list[dict[str, Any] | None] = []
    for position, item in enumerate(items):
        try:
            key = f"{call.idempotency_key}\x1f{position}" if call.idempotency_key else ""
            reported.append(_item(item, key))
            answers.append(None)
        except (Refusal, HttpRefusal) as refusal:
            answers.append(_problem(request, refusal))
    recorded = iter(flow.record_batch_by_key(principal=call.principal, reported=reported, now=call.now))
    reader = reader_of(call.organization_id, call.now, call.language)
    counts = {"recorded": 0, "replayed": 0, "refused": sum(answer is not None for answer in answers)}
    for position, answer in enumerate(answers):
        if answer is not None:
            continue
        found = next(recorded)
        if isinstance(found, Refusal):
            counts["refused"] += 1
            answers[position] = _problem(request, found)
        else:
            counts["replayed" if found.is_replay else "recorded"] += 1
            answers[position] = {
                "status": status_of(found),
                "activity": receipt_values(found, reader),
                "problem": None,
            }
    return HttpResponse(orjson.dumps({"items": answers, **counts}), content_type=JSON)


@router.post(
    "/activities/dry-run",
    response=wire.ActivityOut,
    openapi_extra=body_of("DryRunIn", {**PURCHASE, "now": "2030-01-01T12:00:00+07:00"}),
)
@terms(Scope.ACTIVITIES_WRITE, refuses=(404, 409))
def rehearse_activity(request: HttpRequest) -> HttpResponse:
    """Tell what an activity would cause, and why each rule would or would not apply. Nothing is kept. `now` may lie in the future."""
    call = call_of(request)
    raw = read_object(request)
    now = read_clock(raw.pop("now", None), call.now)
    reported = flow.Reported(read_member(raw.pop("member", None)), raw)
    receipt = flow.rehearse_by_key(principal=call.principal, reported=reported, now=now)
    values = receipt_values(receipt, reader_of(call.organization_id, call.now, call.language), all_reasons=True)
    return HttpResponse(orjson.dumps(values), content_type=JSON)


@router.get("/activities", response=wire.KeptActivitiesOut)
@terms(Scope.ACTIVITIES_READ, for_all_stores=True)
def latest_activities(request: HttpRequest, cursor: Cursor, limit: Limit) -> wire.KeptActivitiesOut:
    """List what the organization's members did, the latest recorded first."""
    call = call_of(request)
    kind = f"activities:{call.organization_id}"
    before = read_id(kind, cursor)
    with organization_scope(call.organization_id):
        found = queries.latest_activities(organization_id=call.organization_id, before=before, limit=limit + 1)
    return _page(call, kind, found, limit)


@router.get("/activities/in-review", response=wire.KeptActivitiesOut)
@terms(Scope.ACTIVITIES_REVIEW, for_all_stores=True)
def activities_in_review(request: HttpRequest, cursor: Cursor, limit: Limit) -> wire.KeptActivitiesOut:
    """List the reports that came too late to be booked by themselves and that nobody decided about."""
    call = call_of(request)
    kind = f"in-review:{call.organization_id}"
    before = read_id(kind, cursor)
    with organization_scope(call.organization_id):
        found = queries.activities_in_review(organization_id=call.organization_id, before=before, limit=limit + 1)
    return _page(call, kind, found, limit)


@router.get("/members/{member_id}/activities", response=wire.KeptActivitiesOut)
@terms(Scope.ACTIVITIES_READ, refuses=(404,))
def member_activities(request: HttpRequest, member_id: UUID, cursor: Cursor, limit: Limit) -> wire.KeptActivitiesOut:
    """List what a member did, the latest recorded first."""
    call = call_of(request)
    kind = f"activities:{call.organization_id}:{member_id}"
    before = read_id(kind, cursor)
    with organization_scope(call.organization_id):
        get_member(organization_id=call.organization_id, member_id=member_id)
        found = queries.activities_of(organization_id=call.organization_id, member_id=member_id, before=before, limit=limit + 1)
    return _page(call, kind, found, limit)


@router.get("/members/{member_id}/activities/{activity_id}", response=wire.KeptActivityOut)
@terms(Scope.ACTIVITIES_READ, refuses=(404,))
def get_activity(request: HttpRequest, member_id: UUID, activity_id: UUID) -> wire.KeptActivityOut:
    """Tell one activity of a member."""
    call = call_of(request)
    with organization_scope(call.organization_id):
        found = queries.get_activity(organization_id=call.organization_id, member_id=member_id, activity_id=activity_id)
    return show_activity(found, reader_of(call.organization_id, call.now, call.language))


@router.post("/members/{member_id}/activities/{activity_id}/approve", response=wire.ActivityOut)
@terms(Scope.ACTIVITIES_REVIEW, refuses=(404, 409), for_all_stores=True, requires_body=False)
def approve_activity(request: HttpRequest, member_id: UUID, activity_id: UUID) -> wire.ActivityOut:
    """Book a late report by the rules of the day on which it happened. Safe to repeat."""
    call = call_of(request)
    receipt = reviewing.approve_activity(
        organization_id=call.organization_id, member_id=member_id, activity_id=activity_id, now=call.now, actor=call.actor()
    )
    return wire.ActivityOut(**receipt_values(receipt, reader_of(call.organization_id, call.now, call.language)))


@router.post("/members/{member_id}/activities/{activity_id}/reject", response={204: None})
@terms(Scope.ACTIVITIES_REVIEW, refuses=(404, 409), for_all_stores=True, requires_body=False)
def reject_activity(request: HttpRequest, member_id: UUID, activity_id: UUID) -> None:
    """Decide that a late report has no effects. Safe to repeat."""
    call = call_of(request)
    reviewing.reject_activity(
        organization_id=call.organization_id, member_id=member_id, activity_id=activity_id, now=call.now, actor=call.actor()
    )


def status_of(receipt: flow.Receipt) -> int:
    """Return how the answer to a report is marked: made, known before, or waiting."""
    if receipt.is_replay:
        return 200
    return 202 if receipt.status == Activity.State.REVIEW else 201


def read_clock(given: Any, now: datetime) -> datetime:
    """Return the instant to try something at, or raise Invalid."""
    if given is None:
        return now
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 2000 <= moment.year <= 2200:  # noqa: PLR2004 - the years of this trade
        raise Invalid("Write an instant such as 2026-11-24T09:30:00+07:00.", code="instant_invalid", field="now")
    return moment


def read_id(kind: str, cursor: str) -> UUID | None:
    """Return the row at which the page before ended."""
    place = read_cursor(kind, cursor)
    return UUID(place) if place else None


def _page(call: Call, kind: str, found: list[Activity], limit: int) -> wire.KeptActivitiesOut:
    reader = reader_of(call.organization_id, call.now, call.language)
    shown = [show_activity(activity, reader) for activity in found[:limit]]
    following = write_cursor(kind, str(found[limit - 1].id)) if len(found) > limit else None
    return wire.KeptActivitiesOut(items=shown, next_cursor=following)


def _items(raw: dict[str, Any]) -> list[Any]:
    unknown = raw.keys() - {"items"}
    if unknown:
        raise Invalid("There is no such field.", code="field_unknown", field=min(unknown))
    items = raw.get("items")
    if not isinstance(items, list) or not 1 <= len(items) <= BATCH_MAX:
        raise Invalid(f"Send 1 to {BATCH_MAX} activities in 'items'.", code="batch_size", field="items", maximum=BATCH_MAX)
    return items


def _item(item: Any, key: str) -> flow.Reported:
    if not isinstance(item, dict):
        raise Invalid("An activity is an object with a kind.", code="activity_shape", field="")
    return read_report(item, key)


def _problem(request: HttpRequest, refusal: Refusal | HttpRefusal) -> dict[str, Any]:
    """Return the answer to an item that was refused."""
    document = orjson.loads(answer_to_error(request, refusal).content)
    return {"status": document["status"], "activity": None, "problem": document}
