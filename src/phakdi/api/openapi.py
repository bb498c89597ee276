"""What the description of the API says beyond ninja's: keys and scopes, repeats, languages, and every status."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from phakdi.api.door import WITH_BODY
from phakdi.api.schemas.activities import ActivityIn, BatchIn, DryRunIn
from phakdi.api.schemas.problems import ProblemOut
from phakdi.api.schemas.programs import BasketIn
from phakdi.api.terms import Repeats, Terms, terms_of

KEY = "ApiKey"
PROBLEM_REF = {"$ref": "#/components/schemas/ProblemOut"}
READ_BY_VIEWS = (ProblemOut, ActivityIn, BatchIn, DryRunIn, BasketIn)  # bodies that ninja does not know of
DESCRIPTIONS = {
    400: "The request cannot be read: no JSON, or a header is missing or malformed.",
    401: "No key, an unknown key, or one that has expired or was revoked.",
    403: "The key lacks the scope, or is bound to other stores.",
    404: "There is no such thing in the key's organization.",
    409: "A rule or the state of the world stands against it; `code` says which.",
    413: "The body is too large.",
    415: "The body is not sent as JSON.",
    422: "Some fields are not right: `errors` names each.",
    429: "Too many requests; `Retry-After` says how many seconds to wait.",
    503: "Busy for a moment; the same request may be sent again after `Retry-After` seconds.",
}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}
PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "AcceptLanguage": {
        "in": "header",
        "name": "Accept-Language",
        "description": "`th` or `en`: the language of sentences in the answer. English where none is asked for.",
        "schema": {"type": "string", "examples": ["th", "en"]},
    },
    "IdempotencyKey": {
        "in": "header",
        "name": "Idempotency-Key",
        "description": "1 to 255 printable ASCII characters, new for every call that is meant to have an effect of its own. "
        "A repeat with the same key is answered with the first answer and the header `Idempotency-Replayed: true`.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]{1,255}$"},
    },
}


def complete(described: OpenAPISchema, operations: Mapping[str, Mapping[str, Operation]]) -> OpenAPISchema:
    """Return the description with what the door asks and answers added to every operation."""
    for route, by_method in operations.items():
        for method, operation in by_method.items():
            item = described["paths"].get(f"/{route}", {}).get(method.lower())
            if item is not None:
                _complete_operation(item, method, terms_of(operation.view_func))
    components = described["components"]
    components["securitySchemes"] = {
        KEY: {"type": "http", "scheme": "bearer", "bearerFormat": "phk_…", "description": "An API key of the organization."}
    }
    components["parameters"] = {name: dict(parameter) for name, parameter in PARAMETERS.items()}
    components["responses"] = {f"Problem{status}": _response(status) for status in DESCRIPTIONS}
    schemas = components["schemas"]
    for model in READ_BY_VIEWS:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    components["schemas"] = dict(sorted(schemas.items()))
    return described


def as_text(described: Mapping[str, Any]) -> str:
    """Return the description as it is kept in `docs/api/openapi.json`."""
    spelled = json.loads(json.dumps(described))  # keys become texts before they are sorted
    return json.dumps(spelled, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def statuses(terms: Terms, method: str) -> set[int]:
    """Return the statuses of refusals that an operation with these terms may answer."""
    found = set(terms.refuses)
    if not terms.is_open:
        found |= {400, 401, 403, 422, 429, 503}
    if method in WITH_BODY:
        found |= {400, 413, 415, 422}
    if terms.repeats in {Repeats.MAY_BE_NAMED, Repeats.MUST_BE_NAMED, Repeats.BY_RECEIPT}:
        found |= {409, 422}
    return found


def _complete_operation(item: dict[str, Any], method: str, terms: Terms) -> None:
    own = item.setdefault("parameters", [])
    item["security"] = [] if terms.is_open else [{KEY: [terms.scope.value] if terms.scope else []}]
    if terms.scope:
        item["description"] = f"{item.get('description', '')}\n\nScope: `{terms.scope.value}`.".strip()
    refused = statuses(terms, method)
    own.append({"$ref": "#/components/parameters/AcceptLanguage"})
    if terms.repeats is Repeats.MUST_BE_NAMED:
        own.append({**PARAMETERS["IdempotencyKey"], "required": True})
    elif terms.repeats in {Repeats.MAY_BE_NAMED, Repeats.BY_RECEIPT}:
        own.append({"$ref": "#/components/parameters/IdempotencyKey"})
    responses = item["responses"]
    item["responses"] = {
        **{str(status): response for status, response in responses.items()},
        **{str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in sorted(refused)},
    }


def _response(status: int) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": f"{HTTPStatus(status).phrase}. {DESCRIPTIONS[status]}",
        "content": {"application/problem+json": {"schema": PROBLEM_REF}},
    }
    if status in {429, 503}:
        response["headers"] = RETRY_AFTER
    return response
