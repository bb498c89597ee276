"""The API as one object: ninja's, with our door before every route and our problems for every error."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.utils import normalize_path, replace_path_param_notation

from phakdi.api import docs, openapi
from phakdi.api.door import Door, nowhere
from phakdi.api.errors import answer_to_error
from phakdi.api.reading import read_json


class OrjsonRenderer(BaseRenderer):
    """Writes answers; decimals are texts, so that no reader rounds them."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:  # noqa: ARG002 - ninja's signature
        """Return the body."""
        return orjson.dumps(data, default=str)


class ExactParser(Parser):
    """Reads bodies without rounding."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the value that the body spells."""
        return read_json(request.body)


def _answer(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    return answer_to_error(request, error if isinstance(error, Exception) else error())


class PhakdiApi(NinjaAPI):
    """Ninja's API with a door of our own before every route."""

    def set_default_exception_handlers(self) -> None:
        """Let every exception become a problem document in one place."""
        self.add_exception_handler(Exception, _answer)

    def operations_by_route(self) -> Mapping[str, Mapping[str, Operation]]:
        """Return every operation by the route that it answers and its method, in the order declared."""
        found: dict[str, dict[str, Operation]] = {}
        for router in self._get_bound_routers():
            for local, view in router.path_operations.items():
                route = normalize_path("/".join(part for part in (router.prefix, local) if part)).lstrip("/")
                for operation in view.operations:
                    found.setdefault(route, {}).update(dict.fromkeys(operation.methods, operation))
        return found

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return what the operation is called in generated clients: what its view is called."""
        return operation.view_func.__name__

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        """Return the description of the API, completed by what the door does."""
        del path_params
        described = super().get_openapi_schema(path_prefix=path_prefix or "", path_params={})
        return openapi.complete(described, self.operations_by_route())

    def doors(self, prefix: str) -> Mapping[str, Door]:
        """Return the doors of routes that have no parameters, by their whole path."""
        found = self.operations_by_route().items()
        return {f"{prefix}{route}": Door(f"/{route}", operations) for route, operations in found if "{" not in route}

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        routes: list[URLResolver | URLPattern] = [
            path(replace_path_param_notation(route), Door(f"/{route}", operations), name=route or "root")
            for route, operations in self.operations_by_route().items()
        ]
        return [*docs.routes(self), *routes, re_path(r"^.*$", nowhere, name="nowhere")]
