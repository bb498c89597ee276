"""Everybody can use every page: axe finds nothing wrong, nothing scrolls sideways, nothing is refused by the page's policy.

Pages are found as people find them: by their links, from every address that needs nothing to be known. So new pages come in by
themselves, in both themes and both languages, on a phone and on a desktop.
"""

from collections import Counter
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from phakdi.web.urls import urlpatterns
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.test_walks import last_code

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
LOOKS = [
    pytest.param(PHONE, "th", "light", id="phone-th-light"),
    pytest.param(DESKTOP, "en", "dark", id="desktop-en-dark"),
    pytest.param(PHONE, "en", "dark", id="phone-en-dark", marks=pytest.mark.long),
    pytest.param(DESKTOP, "th", "light", id="desktop-th-light", marks=pytest.mark.long),
]
OF_A_KIND = 2  # pages of one kind that are looked at
MANY = {"program_section": 20, "figure_rows": 20}
AXE = Axe()


def faults(page):
    """Return what axe finds wrong with the page, and where."""
    found = AXE.run(page).response["violations"]
    return [(each["id"], [node["html"][:160] for node in each["nodes"]][:3]) for each in found]


def plain_addresses(patterns=urlpatterns, prefix=""):
    """Return every address that needs nothing to be known but the shop's name."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from plain_addresses(pattern.url_patterns)
        else:
            yield pattern.name


def seeds(face):
    """Return the addresses of a face from which links are followed."""
    found = []
    for name in plain_addresses():
        for kwargs in ({}, {"slug": "rimnam"}):
            try:
                address = reverse(f"web:{name}", kwargs=kwargs)
            except NoReverseMatch:  # it needs something else
                continue
            if address.startswith(face):
                found.append(address)
    return found


class Walk:
    """Looks at pages one after another and keeps what is wrong."""

    def __init__(self, page, face, look, picture):
        self.page, self.face, self.look, self.picture = page, face, look, picture
        self.seen, self.kinds, self.wrong = set(), Counter(), {}

    def run(self, addresses):
        """Look at the addresses and at whatever they lead to within the face."""
        waiting = list(dict.fromkeys(addresses))
        while waiting:
            address = waiting.pop(0)
            if address in self.seen or not self.wants(address):
                continue
            self.seen.add(address)
            waiting += self.visit(address)
        return self

    def wants(self, address):
        """Tell whether the address is a page of the face, of a kind that was not seen often enough."""
        path, _, query = address.partition("?")
        try:
            name = resolve(path).url_name
        except Resolver404:
            return False
        is_there = path.startswith(self.face) and not path.endswith((".css", ".js", ".png", ".webmanifest"))
        return is_there and self.kinds[(name, bool(query))] < (1 if query else MANY.get(name, OF_A_KIND))

    def visit(self, address):
        """Look at one page and return where its links lead."""
        answer = self.page.request.get(address, max_redirects=0)
        is_page = answer.status == 200 and answer.headers["content-type"].startswith("text/html")
        if not is_page or "content-disposition" in answer.headers:
            if answer.status >= 500:
                self.wrong[address] = answer.status
            return []
        path, _, query = address.partition("?")
        name = resolve(path).url_name
        self.kinds[(name, bool(query))] += 1
        self.page.goto(address)
        found = faults(self.page)
        if not self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            found.append("scrolls sideways")
        if (heads := self.page.locator("h1:visible").count()) != 1:
            found.append(f"{heads} h1")
        found += self.page.problems
        self.page.problems.clear()
        if found:
            self.wrong[address] = found
        self.picture(
            self.page, f"all-{self.face.strip('/').replace('/', '-')}-{name}{self.kinds[(name, bool(query))]}-{self.look}"
        )
        links = self.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        return [urlsplit(link).path + (f"?{urlsplit(link).query}" if urlsplit(link).query else "") for link in links]


def enter_portal(page, shop):
    """Sign in as the regular member."""
    page.goto("/m/rimnam/enter/")
    page.fill("#id_contact", "0812345678")
    page.keyboard.press("Enter")
    page.wait_for_url("**/code/")
    page.fill("#id_code", last_code(shop))
    page.keyboard.press("Enter")
    page.wait_for_url("**/m/rimnam/")


def look_of(request):
    """Return the name of the look that the test is in."""
    return request.node.callspec.id


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS)
def test_first_pages_are_for_all(shop, regular, open_page, picture, size, language, theme, request):
    page = open_page(size, language, theme=theme)
    walk = Walk(page, "/", look_of(request), picture)
    walk.run(["/", "/sign-in/", "/sign-in/forgotten/", "/sign-up/", "/m/rimnam/enter/", "/m/rimnam/qr/", "/m/rimnam/offline/"])
    assert walk.wrong == {}
    assert len(walk.seen) >= 5
    public = Walk(page, "/s/rimnam/", look_of(request), picture).run(seeds("/s/rimnam/"))
    assert public.wrong == {}
    assert len(public.kinds) >= 3
    page.goto("/nowhere/")
    assert faults(page) == []
    picture(page, f"all-nowhere-{look_of(request)}")


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS)
def test_members_pages_are_for_all(shop, regular, open_page, picture, size, language, theme, request):
    page = open_page(size, language, theme=theme)
    enter_portal(page, shop)
    walk = Walk(page, "/m/rimnam/", look_of(request), picture).run(seeds("/m/rimnam/"))
    assert walk.wrong == {}
    assert len(walk.kinds) >= 15


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS)
def test_counters_pages_are_for_all(shop, regular, open_page, sign_in, picture, size, language, theme, request):
    page = open_page(size, language, theme=theme)
    sign_in(page, "till@rimnam.example")
    walk = Walk(page, "/counter/", look_of(request), picture).run(["/counter/?q=0812345678", *seeds("/counter/")])
    assert walk.wrong == {}
    assert len(walk.kinds) >= 6


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("size", "language", "theme"), LOOKS)
def test_console_pages_are_for_all(shop, regular, open_page, sign_in, picture, size, language, theme, request):
    page = open_page(size, language, theme=theme)
    sign_in(page, "owner@rimnam.example")
    walk = Walk(page, "/console/", look_of(request), picture).run(seeds("/console/"))
    assert walk.wrong == {}
    assert len(walk.kinds) >= 30


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS)
def test_own_pages_of_staff_are_for_all(shop, regular, open_page, sign_in, picture, size, language, theme, request):
    page = open_page(size, language, theme=theme)
    sign_in(page, "owner@rimnam.example")
    walk = Walk(page, "/sign-in/", look_of(request), picture).run(seeds("/sign-in/"))
    design = Walk(page, "/design/", look_of(request), picture).run(["/design/"])
    assert walk.wrong | design.wrong == {}
