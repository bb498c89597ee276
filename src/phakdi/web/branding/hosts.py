"""Host names of organizations: their members' pages answer there, staff are led to the installation's own address."""

import time
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.http.request import split_domain_port, validate_host
from django.urls import reverse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_safe

from phakdi.kit.errors import Invalid
from phakdi.kit.text import LANGUAGES
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.platform.organizations.core.brand import ShownBrand, read_host
from phakdi.platform.organizations.core.modules import Module
from phakdi.platform.organizations.queries import find_by_domain, modules_of

KEPT_SECONDS, KEPT_MAX = 30.0, 2000
STAFF = ("/console/", "/counter/", "/sign-in/", "/sign-up/", "/partner/", "/design/")
_kept: dict[str, tuple[float, OrganizationRef | None]] = {}


class Hosts:
    """Lets through, besides the installation's hosts, those that organizations have named; any other is refused as ever."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Note whose host was asked, and lead from its first page to the organization's."""
        if request.path_info.startswith(settings.API_PREFIX):
            return self.get_response(request)
        asked = request.headers.get("Host", "")
        name, _port = split_domain_port(asked)
        if not name or validate_host(name, own_hosts()):
            return self.get_response(request)
        organization = organization_at(name)
        if organization is None:
            return self.get_response(request)
        request.host_organization = organization  # type: ignore[attr-defined]  # for pages and templates
        request.get_host = lambda: asked  # type: ignore[method-assign]  # an organization named it, so it is allowed
        if request.path_info == "/":
            return HttpResponseRedirect(_first_page(organization))
        if request.path_info.startswith(STAFF):
            return HttpResponseRedirect(f"{settings.PUBLIC_URL.rstrip('/')}/sign-in/?at={quote(organization.slug)}")
        return self.get_response(request)


def _first_page(organization: OrganizationRef) -> str:
    """Return the shop's public page, its members' pages where it has none."""
    is_public = Module.PUBLIC in modules_of(organization.id)
    return reverse("web:public_shop" if is_public else "web:portal", args=[organization.slug])


@require_safe
def known(request: HttpRequest) -> HttpResponse:
    """Answer 200 where ``?domain=`` names a host of the installation or of an organization, else 404: for what ends TLS in front."""
    name = request.GET.get("domain", "")
    return HttpResponse(status=200 if name and (is_own_host(name) or organization_at(name)) else 404)


def own_hosts() -> list[str]:
    """Return the names under which the installation itself answers, as settings write them."""
    return [host for host in settings.ALLOWED_HOSTS if host != "*"] + [urlsplit(settings.PUBLIC_URL).hostname or ""]


def is_own_host(name: str) -> bool:
    """Tell whether no organization may have this name, as the installation has it."""
    return validate_host(name.strip().lower(), own_hosts())


def own_address(brand: ShownBrand) -> str:
    """Return where an organization's pages answer under its own host name, or nothing."""
    scheme = urlsplit(settings.PUBLIC_URL).scheme or "https"
    return f"{scheme}://{brand.domain}/" if brand.domain else ""


def organization_at(name: str) -> OrganizationRef | None:
    """Return whose host name this is; kept for half a minute, so that strangers' names cost little."""
    try:
        host = read_host(name)
    except Invalid:
        return None
    found = _kept.get(host)
    if found and time.monotonic() - found[0] < KEPT_SECONDS:
        return found[1]
    if len(_kept) >= KEPT_MAX:
        _kept.clear()
    organization = find_by_domain(domain=host)
    _kept[host] = (time.monotonic(), organization)
    return organization


def answers_here(request: HttpRequest, shop: OrganizationRef) -> bool:
    """Tell whether the organization's pages answer under the host that was asked: under another's own name they do not."""
    host: OrganizationRef | None = getattr(request, "host_organization", None)
    return host is None or host.id == shop.id


def speak(request: HttpRequest, shop: OrganizationRef) -> None:
    """Write in the organization's first language to readers who neither chose one nor have a device in one of ours."""
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return
    wanted = {code.partition("-")[0] for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", ""))}
    if not wanted & set(LANGUAGES):
        translation.activate(shop.language)
        request.LANGUAGE_CODE = shop.language
