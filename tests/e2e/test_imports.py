"""A file brought in by a browser: columns picked, counted, imported, taken back; looked at in both languages and sizes."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from phakdi.config.wiring import CONSUMERS
from phakdi.flows.request_import import keep_upload
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.core import Actor
from phakdi.platform.imports.queries import imports_of
from phakdi.platform.outbox.core import Fact
from phakdi.platform.outbox.models import OutboxFact
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.test_access_for_all import faults

FILE = "ชื่อ,นามสกุล,มือถือ,วันเกิด,โน้ต\nมานี,ใจดี,089-111-2233,28/02/2533,ลูกค้าเก่า\nปิติ,รักเรียน,12,1/1/2540,\nชูใจ,เลิศล้ำ,0891112244,31/02/2533,\n".encode()


@pytest.fixture
def upload(shop):
    """Return a kept file."""
    chunks = SimpleUploadedFile("members.csv", FILE).chunks()
    return keep_upload(organization_id=shop.id, name="members.csv", chunks=chunks, now=utc_now(), actor=Actor("staff", "1"))


def work(shop, topic):
    with organization_scope(shop.id):
        told = OutboxFact.objects.filter(organization_id=shop.id, topic=topic).order_by("-id").first()
    fact = Fact(told.id, shop.id, told.topic, None, told.data, told.at)
    next(consumer for consumer in CONSUMERS if topic in consumer.topics).handle(fact, utc_now())


def test_a_file_is_picked_counted_and_imported(shop, upload, open_page, sign_in, picture):
    for size, name in ((DESKTOP, "desktop"), (PHONE, "phone")):
        for language, theme in (("th", "light"), ("en", "dark")):
            page = open_page(size, language, theme=theme)
            sign_in(page, "owner@rimnam.example")
            page.goto(f"/console/imports/files/{upload.id}/?kind=members")
            with page.expect_navigation():
                page.locator("button[value=count]").click()
            picture(page, f"import-check-{name}-{language}-{theme}")
            assert faults(page) == []
            assert page.problems == []
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    with page.expect_navigation():
        page.locator("button[value=import]").click()
    work(shop, "import.requested")
    with organization_scope(shop.id):
        (found,) = imports_of(organization_id=shop.id)
    for path, name in (("", "import"), ("undo/", "import-undo")):
        page.goto(f"/console/imports/{found.id}/{path}")
        picture(page, f"{name}-phone-en-dark")
        assert faults(page) == []
        assert page.problems == []
