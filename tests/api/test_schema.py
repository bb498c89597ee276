"""The whole API against its own description: no 5xx, no status or shape that is not described (schemathesis)."""

import json
import os
import re

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck

from phakdi.api.openapi import as_text

EXAMPLES = int(os.environ.get("PHAKDI_EXAMPLES", "15"))
BOUNDED = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": list(HealthCheck),
    "phases": (hypothesis.Phase.explicit, hypothesis.Phase.generate),
    "database": None,
}
STATE: dict[str, str] = {}
SOUND = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Z]{1,8}")

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def _described():
    from phakdi.api import api as described
    from phakdi.config.wsgi import application

    found = schemathesis.openapi.from_dict(json.loads(as_text(described.get_openapi_schema())))
    found.app, found.location = application, "/api/v1/openapi.json"
    refused = found.config.checks.negative_data_rejection
    refused.expected_statuses = [*refused.expected_statuses, "413"]  # a text that is too long may make a body that is too large
    return found


schema = _described()


@pytest.fixture
def known(shop, api, member_id):
    """Keep a member, a store, a version and a late report to be found."""
    api.post("/stores", {"code": "BKK", "name": "Bangkok"})
    late = {"member": str(member_id), "kind": "purchase", "ref": "late", "amount": 5, "at": "2024-01-01T00:00:00+07:00"}
    report = api.post("/activities", late).value
    version = api.get("/programs/in-force").value
    STATE.update(member_id=str(member_id), activity_id=report["id"], version_id=version["id"], code="BKK", token=api.token)


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Ask for what is there in most cases: else there would be nothing but 404."""
    if path_parameters and sum(map(ord, str(path_parameters))) % 4:
        return {name: STATE.get(name, value) if SOUND.fullmatch(str(value)) else value for name, value in path_parameters.items()}
    return path_parameters


@schemathesis.hook
def map_body(context, body):
    """Name a member who is there."""
    if isinstance(body, dict) and "member" in body and sum(map(ord, str(body))) % 4:
        return {**body, "member": STATE["member_id"]}
    return body


@schema.parametrize()
@hypothesis.settings(max_examples=EXAMPLES, **BOUNDED)
def test_every_operation_answers_as_described(case, known):
    _hold(case)


@pytest.mark.long
@schema.parametrize()
@hypothesis.settings(max_examples=150, **{**BOUNDED, "derandomize": False})
def test_every_operation_answers_as_described_however_long_one_tries(case, known):
    # what is wrong about a case may be what never goes out: a header that `_hold` adds, a parameter without a value
    _hold(case, schemathesis.checks.negative_data_rejection)


def _hold(case, *also_left_out):
    left_out = [
        schemathesis.checks.positive_data_acceptance,
        *also_left_out,
    ]  # what fits the shapes may still break a rule of the shop
    if case.path == "/activities/batch":
        left_out.append(schemathesis.checks.negative_data_rejection)  # refused one by one, within a 200
    case.call_and_validate(headers={"Authorization": f"Bearer {STATE['token']}"}, excluded_checks=left_out)
