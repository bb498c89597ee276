"""The editor of programs in forms: what an owner changes there is exactly what stands in the file."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from phakdi.flows.apply_program import apply_program
from phakdi.flows.record_activity import record_activity
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.programs import yaml
from phakdi.loyalty.programs.queries import find_draft, versions_of
from phakdi.loyalty.programs.rewriting import is_same

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
CAFE = (Path(__file__).parents[2] / "examples" / "programs" / "demo-cafe.yaml").read_text(encoding="utf-8")
HOME = "/console/programs/draft/"


@pytest.fixture
def owner(shop, signed_in):
    """Return the owner's browser; the café's program is in force."""
    apply_program(organization_id=shop, text=CAFE, now=utc_now(), effective_from=utc_now())
    client = signed_in()
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def draft(shop):
    with organization_scope(shop):
        found = find_draft(organization_id=shop)
    return found and found.text


def values(text):
    return yaml.parse(text)[0]


def fields_of(page):
    """Return what a browser would send back of the form as it stands."""
    from html.parser import HTMLParser

    class Form(HTMLParser):
        def __init__(self):
            super().__init__()
            self.sent, self.select, self.area, self.inside = {}, None, None, False

        def handle_starttag(self, tag, attrs):
            had = dict(attrs)
            if tag == "form":
                self.inside = had.get("id") == "item-form"
            if not self.inside or not (name := had.get("name") or self.select):
                return
            if tag == "input" and (had.get("type") not in {"checkbox", "radio"} or "checked" in had):
                self.sent.setdefault(name, []).append(had.get("value") or "")
            elif tag == "select":
                self.select, self.first = name, True
                self.sent.setdefault(name, [])
            elif tag == "option" and self.select and ("selected" in had or self.first):
                self.sent[self.select] = [had.get("value") or ""]
                self.first = False
            elif tag == "textarea":
                self.area = name
                self.sent[name] = [""]

        def handle_data(self, data):
            if self.area:
                self.sent[self.area][0] += data

        def handle_endtag(self, tag):
            if tag == "select":
                self.select = None
            elif tag == "textarea":
                self.area = None
            elif tag == "form":
                self.inside = False

    form = Form()
    form.feed(page.content.decode())
    return form.sent


def test_the_program_is_told_in_plain_words(owner):
    page = owner.get(HOME).content.decode()
    assert "2 times the points of “For each 25 baht”, on a purchase, on Tuesday, between 13:00 and 17:00" in page
    assert "Reached by spending of the last 12 months of at least ฿3,000" in page


def test_every_form_of_the_program_is_saved_unchanged(owner, shop):
    links = set()
    for section in re.findall(r'href="(/console/programs/draft/[a-z]+/)"', owner.get(HOME).content.decode()):
        listed = owner.get(section)
        if listed.status_code == 302:
            links.add(listed.url)
        else:
            links.update(re.findall(r'href="(/console/programs/draft/[a-z]+/\d+/)"', listed.content.decode()))
    assert len(links) > 20
    for link in sorted(links):
        page = owner.get(link)
        assert page.status_code == 200
        sent = fields_of(page)
        saved = owner.post(link, {**sent, "do": "save"})
        assert saved.status_code == 302, (link, saved.content.decode())
        assert draft(shop) is None, link  # nothing changed: there is nothing to draft
