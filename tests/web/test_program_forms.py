"""The editor of programs in forms: what an owner changes there is exactly what stands in the file."""

import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from phakdi.flows.apply_program import apply_program
from phakdi.flows.record_activity import record_activity
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.programs import yaml
from phakdi.loyalty.programs.queries import find_draft, versions_of

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


def fields_of(page):  # noqa: C901 - one branch for each kind of input
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


def post(client, address, **changed):
    """Send a form of the editor as a browser does, with some of its fields changed."""
    page = client.get(address)
    assert page.status_code == 200
    return client.post(address, {**fields_of(page), "do": "save", **changed})


def test_a_change_in_a_form_changes_its_line_of_the_file(owner, shop):
    answer = post(owner, f"{HOME}earning/1/", **{"give.0.multiply.number": "3"})
    assert answer.status_code == 302
    assert draft(shop) == CAFE.replace("give: {multiply: 2, rules", "give: {multiply: 3, rules")
    home = owner.get(HOME).content.decode()
    assert "3 times the points of “For each 25 baht”" in home
    assert "1 change against the version in force" in home
    assert "twice the points on a Tuesday afternoon" in home  # the worked case that does not come out any more


def test_a_rule_is_added_copied_moved_and_taken_out(owner, shop):
    post(
        owner,
        f"{HOME}earning/new/",
        **{"name.en": "Visits", "name.th": "เข้าร้าน", "on": ["", "visit"], "give.0.mode": "points", "give.0.points.number": "5"},
    )
    assert values(draft(shop))["earning"][-1] == {
        "key": "visits",
        "name": {"th": "เข้าร้าน", "en": "Visits"},
        "on": "visit",
        "give": {"points": 5},
    }
    owner.post(f"{HOME}earning/", {"do": "up:5", "key": "visits"})
    owner.post(f"{HOME}earning/", {"do": "copy:4", "key": "visits"})
    keys = [rule["key"] for rule in values(draft(shop))["earning"]]
    assert keys == ["every-25-baht", "quiet-tuesday", "drink-card", "welcome", "visits", "visits-2", "birthday"]
    owner.post(f"{HOME}earning/", {"do": "remove:5", "key": "visits-2"})
    owner.post(f"{HOME}earning/", {"do": "remove:5", "key": "visits-2"})  # pressed twice: another one stands there now
    assert [rule["key"] for rule in values(draft(shop))["earning"]][-2:] == ["visits", "birthday"]


def test_what_is_wrong_is_said_at_its_field_and_not_kept(owner, shop):
    answer = post(owner, f"{HOME}earning/0/", **{"give.0.per.number": "many"})
    assert answer.status_code == 422
    assert "Write a number such as 25 or 2.5." in answer.content.decode()
    answer = post(
        owner,
        f"{HOME}rewards/0/",
        **{"cost.rows": "", "cost.0.points.number": "5", "item.th": "", "item.en": "", "voucher": "gone"},
    )
    assert answer.status_code == 422
    assert draft(shop) is None


def test_who_saves_what_somebody_else_changed_meanwhile_is_told(owner, shop):
    page = owner.get(f"{HOME}earning/1/")
    post(owner, f"{HOME}rewards/0/", stock="7")
    answer = owner.post(f"{HOME}earning/1/", {**fields_of(page), "give.0.multiply.number": "3", "do": "save"})
    assert answer.status_code == 409
    assert "changed the draft meanwhile" in answer.content.decode()
    assert values(draft(shop))["rewards"]["coffee"]["stock"] == 7
    again = owner.post(f"{HOME}earning/1/", {**fields_of(answer), "do": "save"})
    assert again.status_code == 302
    assert values(draft(shop))["earning"][1]["give"]["multiply"] == 3
    assert values(draft(shop))["rewards"]["coffee"]["stock"] == 7


def test_buttons_inside_a_form_need_no_script(owner, shop):
    page = owner.get(f"{HOME}earning/0/")
    more = owner.post(f"{HOME}earning/0/", {**fields_of(page), "do": "row:when.items"})
    assert more.status_code == 200
    sent = fields_of(more)
    assert sent["when.items.0.field"] == [""]
    sent["when.items.0.field"] = ["weekday"]
    chosen = owner.post(f"{HOME}earning/0/", {**sent, "do": "redraw"})
    assert 'value="tue"' in chosen.content.decode()
    saved = owner.post(f"{HOME}earning/0/", {**fields_of(chosen), "when.items.0.value": ["tue"], "do": "save"})
    assert saved.status_code == 302
    assert values(draft(shop))["earning"][0]["when"] == {"weekday": "tue"}


def not_tuesday(now, *, days):
    found = now + timedelta(days=days)
    while found.astimezone(ZoneInfo("Asia/Bangkok")).weekday() == 1:
        found += timedelta(days=days)
    return found


def test_the_draft_is_tried_on_members_and_keeps_nothing(owner, shop, member_id):
    now = utc_now()
    before, after = not_tuesday(now, days=-1), not_tuesday(now, days=1)  # when the program doubles
    told = {"kind": "purchase", "at": before, "amount": 250, "ref": "B1", "origin": "pos"}
    record_activity(organization_id=shop, member_id=member_id, activity=told, now=now)
    page = owner.get(f"{HOME}earning/0/")
    looked = owner.post(
        f"{HOME}earning/0/",
        {
            **fields_of(page),
            "give.0.points.mode": "one",
            "give.0.points.number": "5",
            "do": "look",
            "try_amount": "100",
            "try_on": f"{after:%d/%m/%Y}",
        },
        headers={"HX-Request": "true"},
    )
    shown = re.sub(r"<[^>]+>|\s+", " ", looked.content.decode())
    assert "5 points for each ฿25" in shown
    assert re.search(r"\+4 points.*→.*\+20 points", shown)  # a bill of 100
    assert re.search(r"\+10 points.*→.*\+50 points", shown)  # the bill of yesterday, made again
    assert draft(shop) is None
    with organization_scope(shop):
        from phakdi.loyalty.ledger.queries import activities_of

        assert len(activities_of(organization_id=shop, member_id=member_id)) == 1


def test_a_draft_is_put_in_force_and_an_older_version_comes_back(owner, shop):
    post(owner, f"{HOME}basics/0/", **{"points_name.en": "leaves"})
    page = owner.get(f"{HOME}publish/").content.decode()
    assert "leaves" in page
    revision = re.search(r'name="revision" value="(\d+)"', page)[1]
    answer = owner.post(f"{HOME}publish/", {"revision": revision, "note": "Leaves", "approved_by": "Khun Nida", "do": "publish"})
    assert answer.status_code == 302
    assert draft(shop) is None
    with organization_scope(shop):
        newest, *older = versions_of(organization_id=shop)
    assert (newest.note, newest.approved_by) == ("Leaves", "Khun Nida")
    assert "approved by Khun Nida" in owner.get("/console/programs/").content.decode()
    assert owner.post(f"{HOME}from/{older[0].id}/").status_code == 302
    assert draft(shop) == CAFE


def test_a_draft_of_an_older_version_shows_what_came_since(owner, shop):
    post(owner, f"{HOME}rewards/0/", stock="7")
    apply_program(organization_id=shop, text=CAFE.replace("per: 25}", "per: 20}"), now=utc_now())
    page = owner.get(f"{HOME}publish/").content.decode()
    assert "Another version was put in force meanwhile" in page
    revision = re.search(r'name="revision" value="(\d+)"', page)[1]
    assert owner.post(f"{HOME}publish/", {"revision": revision, "do": "publish"}).status_code == 422
    owner.post(f"{HOME}publish/", {"revision": revision, "do": "keep-mine"})
    assert owner.post(f"{HOME}publish/", {"revision": revision, "do": "publish"}).status_code == 302


def test_what_two_people_changed_comes_together(owner, shop):
    post(owner, f"{HOME}rewards/0/", stock="7")
    apply_program(organization_id=shop, text=CAFE.replace("per: 25}", "per: 20}"), now=utc_now())
    revision = re.search(r'name="revision" value="(\d+)"', owner.get(f"{HOME}publish/").content.decode())[1]
    owner.post(f"{HOME}publish/", {"revision": revision, "do": "take-both"})
    merged = values(draft(shop))
    assert (merged["rewards"]["coffee"]["stock"], merged["earning"][0]["give"]["per"]) == (7, 20)
    page = owner.get(f"{HOME}publish/").content.decode()
    assert "Another version was put in force meanwhile" not in page
    revision = re.search(r'name="revision" value="(\d+)"', page)[1]
    assert owner.post(f"{HOME}publish/", {"revision": revision, "do": "publish"}).status_code == 302


def test_warnings_are_told_beside_the_form_in_the_readers_language(owner):
    page = owner.get(f"{HOME}vouchers/0/")
    sent = {**fields_of(page), "valid.mode": "after", "valid.after.count": "0", "do": "look"}
    for language, said in (("en", "It ends on the day on which it is given."), ("th", "หมดอายุในวันที่ได้รับเลย")):
        owner.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        looked = owner.post(f"{HOME}vouchers/0/", sent, headers={"HX-Request": "true"}).content.decode()
        assert f'<a href="#p-valid">{said}</a>' in looked


def test_what_can_never_hold_is_told_in_the_words_of_the_form(owner):
    page = owner.get(f"{HOME}earning/1/")
    sent = {**fields_of(page), "do": "look"}
    for n, (op, value) in enumerate((("at_least", "500"), ("at_most", "100")), 2):
        sent |= {f"when.items.{n}.field": "amount", f"when.items.{n}.op": op, f"when.items.{n}.value": value}
    for language, said in (
        ("en", "This can never hold: amount of the bill is at least ฿500 and amount of the bill is at most ฿100."),
        ("th", "เงื่อนไขนี้ไม่มีวันเป็นจริง: ยอดบิล ตั้งแต่ 500 บาท และ ยอดบิล ไม่เกิน 100 บาท"),
    ):
        owner.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        looked = owner.post(f"{HOME}earning/1/", sent, headers={"HX-Request": "true"}).content.decode()
        assert f'<a href="#p-when">{said}</a>' in looked


HOSTILE = "\"><img src=x onerror=alert(1)>'{{7*7}}%s{0}"


def test_what_somebody_writes_is_only_ever_text(owner, shop):
    from phakdi.loyalty.programs.yaml import write

    raw = dict(values(CAFE))
    name = {"th": HOSTILE, "en": HOSTILE}
    raw["name"] = raw["description"] = name
    raw["earning"] = [
        {"key": HOSTILE[:60], "name": name, "when": {"channel": HOSTILE, "member.level": HOSTILE}, "give": {"multiply": 2}},
        *raw["earning"],
    ]
    raw["vouchers"] = {HOSTILE: {"name": name, "item": name, "percent": 200}, **raw["vouchers"]}
    raw["limits"] = {HOSTILE: {"max": 5}}
    raw["cases"] = [{"name": HOSTILE, "steps": [{"at": "2026-03-02T08:00:00+07:00", "do": "join"}], "expect": {"points": 99}}]
    saved = owner.post("/console/programs/edit/", {"text": write(raw), "do": "save", "amount": ""})
    assert saved.status_code == 302
    looked_at = [HOME, *(f"{HOME}{each}/" for each in ("earning", "vouchers", "limits", "publish"))]
    looked_at += [f"{HOME}{each}/0/" for each in ("basics", "earning", "vouchers", "limits")] + ["/console/programs/edit/"]
    for address in looked_at:
        page = owner.get(address)
        assert page.status_code == 200, address
        assert "<img src=x" not in page.content.decode(), address
        assert b"49" not in page.content or b"{{7*7}}" in page.content
