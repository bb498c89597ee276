"""Whatever people write anywhere stays text on every page: no script runs, nothing is loaded, no policy is broken."""

import html
import itertools
import re
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from tests.e2e.planting.corpus import _ELEMENTS, CORPUS
from tests.e2e.planting.pages import Page

pytestmark = pytest.mark.browser

EACH = 2  # so many pages of one kind are looked at
NOT_SENT = re.compile(
    r"sign-out|password|security|modules|close|freeze|erase|revoke|undo|discard|dismiss|again|second|merge|leave|language|theme|logo"
    r"|withdraw|browsers|unlink|refuse|delete|remove|/pay/|/settle"
)
SENSIBLE = {
    "amount": "120", "points": "5", "phone": "0812340000", "email": "a@b.example", "contact": "0812340001", "code": "ZX", "postcode": "10110",
    "latitude": "13.7", "longitude": "100.5", "birthday": "01/02/2533",
}  # fmt: skip


class Walker:
    """Somebody who opens every page from some beginnings and writes into every form on the way."""

    def __init__(self, client: Client, texts: "itertools.cycle[str]", smuggled: dict[str, str] | None = None) -> None:
        self.client, self.texts, self.kinds, self.pages, self.smuggled = client, texts, {}, {}, smuggled or {}
        self.sent: set[tuple[str, int]] = set()

    def walk(self, *starts: str, writes: bool) -> None:
        """Open the pages; with ``writes``, fill their forms in as well."""
        self.kinds, waiting, seen = {}, list(starts), set()
        while waiting:
            address = waiting.pop(0)
            if address in seen or not self._is_wanted(address):
                continue
            seen.add(address)
            page = self._open(address)
            if page is None:
                continue
            waiting += page.links
            if writes:
                for form in page.forms:
                    waiting += self._fill_in(page, form)

    def _is_wanted(self, address: str) -> bool:
        path = urlsplit(address)
        if path.netloc or path.scheme or path.path.startswith("/api/") or NOT_SENT.search(path.path):
            return False
        try:
            kind = resolve(path.path).view_name + str(sorted(path.query))[:0]
        except Resolver404:
            return False
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        return self.kinds[kind] <= EACH

    def _open(self, address: str) -> Page | None:
        answer = self.client.get(address)
        return self._read(address, answer)

    def _read(self, address: str, answer) -> Page | None:
        assert answer.status_code < 500, (address, answer.status_code)
        if answer.status_code in {301, 302}:
            return None
        if not answer["Content-Type"].startswith("text/html") or answer.streaming:
            return None
        text = answer.content.decode()
        page = Page(address, text)
        assert page.faults == [], (address, page.faults)
        if answer.status_code == 200:
            self.pages[address] = text
        return page

    def _fill_in(self, page: Page, form) -> list[str]:
        path = urlsplit(form.action).path
        if NOT_SENT.search(path) or not form.fields:
            return []
        own = [name for name, kind, _ in form.fields if kind in {"text", "area"}]
        if not own:
            return []
        plain: set[str] = set()
        for _ in range(4):
            values = {}
            for name, kind, value in form.fields:
                if kind in {"file", "submit", "password"}:
                    continue
                is_written = kind in {"text", "area"} and name not in plain
                values[name] = (
                    next(self.texts)
                    if is_written
                    else value or SENSIBLE.get(name.split("-")[-1], "1" if kind == "number" else value)
                )
            if form.buttons:
                values.update([form.buttons[0]])
            values = {**self.smuggled, **values}
            if form.method == "get":
                answer = self.client.get(path, values)
                self._read(f"{path}?{urlencode(values)}", answer)
                return []
            answer = self.client.post(path, values)
            if answer.status_code in {301, 302}:
                return [answer["Location"]]
            read = self._read(page.address, answer)
            invalid = set(
                re.findall(r'<(?:input|textarea|select)[^>]*name="([^"]+)"[^>]*aria-invalid="true"', answer.content.decode())
            )
            invalid |= set(
                re.findall(r'<(?:input|textarea|select)[^>]*aria-invalid="true"[^>]*name="([^"]+)"', answer.content.decode())
            )
            if read is None or not invalid - plain:
                return []
            plain |= invalid
        return []


@pytest.fixture
def everybody(shop, regular):
    """Return the browsers of an owner, a cashier and a member, with the pages that they begin at."""
    from django.contrib.auth import get_user_model
    from django.http import HttpResponse

    from phakdi.kit.clock import utc_now
    from phakdi.kit.db.scope import organization_scope
    from phakdi.people.members.queries import get_member
    from phakdi.people.presence.core import SignedInBy
    from phakdi.people.presence.operations import begin_session
    from phakdi.web.portal.sessions import sign_in
    from phakdi.web.proof import PROVED

    people = {}
    for email, starts in (
        ("owner@rimnam.example", ["/console/", f"/console/members/{regular.id}/", "/console/start/", "/console/programs/draft/"]),
        ("till@rimnam.example", ["/counter/", f"/counter/m/{regular.id}/"]),
    ):
        client = Client(headers={"accept-language": "en"})
        client.force_login(get_user_model().objects.get(email=email), backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session[PROVED] = utc_now().timestamp()
        session.save()
        people[email.partition("@")[0]] = (client, starts)
    member, answer = Client(headers={"accept-language": "en"}), HttpResponse()
    with organization_scope(shop.id):
        kept = get_member(organization_id=shop.id, member_id=regular.id)
        begun = begin_session(organization_id=shop.id, member_id=regular.id, browser="test", way=SignedInBy.CODE, now=utc_now())
        sign_in(answer, shop, kept, begun)
    member.cookies.update(answer.cookies)
    people["member"] = (member, [f"/m/{shop.slug}/", f"/m/{shop.slug}/me/"])
    people["stranger"] = (Client(headers={"accept-language": "en"}), ["/", f"/m/{shop.slug}/enter/", f"/s/{shop.slug}/"])
    return people


def test_the_corpus_is_large_and_would_be_seen():
    assert len(set(CORPUS)) >= 200
    for text in _ELEMENTS:
        if text != "<h1>planted" and "<template>" not in text and "<textarea" not in text and "<noscript>" not in text:
            assert Page("/", f"<p>{text}</p>").faults, text
        assert Page("/", f"<p>{html.escape(text)}</p>").faults == []


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("rounds", [1, pytest.param(8, marks=pytest.mark.long)])
def test_nothing_that_is_written_anywhere_runs(everybody, open_page, shop, rounds):
    texts = itertools.cycle(CORPUS)
    walkers = {name: Walker(client, texts) for name, (client, _) in everybody.items()}
    for _ in range(rounds):
        for name, (_, starts) in everybody.items():
            walkers[name].walk(*starts, writes=True)
    for name, (_, starts) in everybody.items():
        walkers[name].walk(*starts, writes=False)
    escaped = {html.escape(text): text for text in CORPUS}
    shown, pages = set(), 0
    for walker in walkers.values():
        pages += len(walker.pages)
        standing = {address: {text for text in escaped if text in page} for address, page in walker.pages.items()}
        walker.pages = {address: walker.pages[address] for address, found in standing.items() if found}
        shown.update(*standing.values())
    print(f"{len(shown)} of {len(CORPUS)} texts stand on {sum(len(w.pages) for w in walkers.values())} of {pages} pages")
    assert len(shown) > 40 * min(rounds, 3), "most of what was written was refused: the test sees too little"

    for name, (client, _) in everybody.items():
        _look(walkers[name], client, open_page())


SMUGGLED = {
    "is_operator": "on",
    "organization_id": "00000000-0000-0000-0000-000000000001", "organization": "00000000-0000-0000-0000-000000000001",
    "id": "00000000-0000-0000-0000-000000000001", "member_id": "00000000-0000-0000-0000-000000000001", "role": "OWNER", "is_staff": "on",
    "is_superuser": "on", "is_active": "on", "status": "CLOSED", "balance": "1000000", "points": "1000000", "active": "1000000",
    "level": "gold", "number": "M1", "tenant_id": "1", "permissions": "all", "scopes": "members:write",
}  # fmt: skip
KEPT = """
SELECT 'staff', id::text, role, is_active::text FROM staff_member
UNION ALL SELECT 'user', id::text, is_operator::text, is_active::text FROM staff_user
UNION ALL SELECT 'member', id::text, status, number FROM member
UNION ALL SELECT 'wallet', member_id::text, unit, active::text FROM wallet
UNION ALL SELECT 'state', member_id::text, level, '' FROM member_state
UNION ALL SELECT 'organization', id::text, slug, time_zone FROM organization
UNION ALL SELECT 'key', id::text, scopes::text, '' FROM api_key
"""


@pytest.mark.timeout(600)
def test_what_no_form_asks_for_is_not_taken(everybody, shop, monkeypatch):
    """Fields that a page does not show change nothing, however they are named (mass assignment)."""
    monkeypatch.setattr(
        "tests.e2e.test_planting.NOT_SENT", re.compile(f"{NOT_SENT.pattern}|adjust|/give/|enroll|/new/|start/store|join")
    )
    before = set(_kept())
    assert len(before) > 5
    texts = itertools.cycle(["Somchai", "Suda", "Nida"])
    for name, (client, starts) in everybody.items():
        walker = Walker(client, texts, SMUGGLED)
        walker.walk(*starts, writes=True)
        assert walker.pages, name

    assert set(_kept()) == before


def _kept():
    from django.db import connections

    from tests import templates

    with templates.connect(connections["default"].settings_dict["NAME"]) as owner:
        owner.execute("SET row_security = off")
        return owner.execute(KEPT).fetchall()


def _look(walker: Walker, client: Client, page) -> None:
    """Open the pages in a real browser, as the same person: it tells of dialogs, refused content and requests to elsewhere."""
    page.add_init_script("addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.blockedURI))")
    page.on("dialog", lambda dialog: (page.problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.goto("/healthz")
    page.context.add_cookies(
        [
            {"name": name, "value": morsel.value, "url": page.url.replace("/healthz", morsel["path"] or "/")}
            for name, morsel in client.cookies.items()
        ]
    )
    for address in walker.pages:
        page.goto(address, wait_until="load")
        assert page.evaluate("typeof window.planted") == "undefined", address
        assert page.problems == [], (address, page.problems)
