"""The kept description of the API is what the code says."""

import json
from pathlib import Path

from phakdi.api.openapi import as_text
from phakdi.api.terms import terms_of

KEPT = Path(__file__).parents[2] / "docs" / "api" / "openapi.json"


def _described():
    from phakdi.api import api

    return api.get_openapi_schema()


def test_the_kept_description_is_what_the_code_says():
    assert KEPT.read_text() == as_text(_described()), "run tools/openapi"


def test_every_operation_names_its_scope_and_its_refusals():
    from phakdi.api import api

    described = json.loads(as_text(_described()))
    for route, by_method in api.operations_by_route().items():
        for method, operation in by_method.items():
            item, terms = described["paths"][f"/{route}"][method.lower()], terms_of(operation.view_func)
            assert item["summary"], route
            assert item["description"], route
            wanted = [] if terms.is_open else [{"ApiKey": [terms.scope.value] if terms.scope else []}]
            assert item["security"] == wanted, route
            if not terms.is_open:
                assert {"400", "401", "403", "422", "429", "503"} <= item["responses"].keys(), route
            assert "500" not in item["responses"], route
