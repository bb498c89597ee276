"""The counter without a network, in a real browser: bills are kept, sent again and again, and each counts once."""

import json
import secrets
from collections import Counter
from dataclasses import replace

import pytest

from phakdi.flows import reconcile_bill as flow
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.ledger.models import Activity, Entry
from phakdi.platform.tills.models import TillBill

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
BILLS = "**/counter/till/bills/"
READY = "[data-is-ready]"
AT_ONCE = 20  # bills in one request, as the till sends them
# The page's own form, filled and sent as fast as a page can.
KEEP = """async ([first, count, phone]) => {
  const form = document.querySelector("form[data-keep]"), done = document.querySelector("[data-kept]");
  const until = async (what) => { while (!what()) await new Promise((resolve) => setTimeout(resolve, 5)); };
  for (let at = first; at < first + count; at += 1) {
    form.elements.who.value = phone;
    form.elements.amount.value = String(at);
    form.elements.receipt.value = at % 2 ? `OFF-${at}` : "";
    form.requestSubmit();
    await until(() => !done.hidden);
    done.querySelector("button").click();
    await until(() => done.hidden);
  }
}"""


@pytest.fixture
def till(shop, regular, open_page, sign_in):
    """Return a page at the counter that is ready to go on without a network."""
    page = open_page()
    # A browser may also send in the background, where a test cannot cut the line in the middle.
    page.add_init_script("Object.defineProperty(ServiceWorkerRegistration.prototype, 'sync', {value: undefined})")
    sign_in(page, "till@rimnam.example")
    page.wait_for_selector(READY, state="attached")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(page, "navigator.serviceWorker.controller !== null")
    until(page, "caches.match('/counter/offline/')")
    return page


def until(page, promise):
    """Wait until a promise of the page, asked for again and again, is fulfilled with something true."""
    page.evaluate(f"async () => {{ while (!(await {promise})) await new Promise((again) => setTimeout(again, 20)); }}")


def all_sent(page):
    """Send what waits and wait until nothing is left."""
    until(page, "PhakdiTill.send().then((sent) => sent && sent.left === 0)")


def waiting(page):
    return page.evaluate("PhakdiTill.count()")


def purchases(shop, **more):
    with organization_scope(shop.id):
        return list(Activity.objects.filter(organization_id=shop.id, kind="purchase", channel="store", **more))


class Line:
    """The network between till and server: it cuts answers off after the server has done its work."""

    def __init__(self, page):
        self.page, self.lets_through, self.sent, self.dropped = page, 0, Counter(), 0
        page.route(BILLS, self._carry)

    def _carry(self, route):
        for bill in json.loads(route.request.post_data)["bills"]:
            self.sent[json.loads(bill["text"])["number"]] += 1
        answer = route.fetch()
        assert answer.status == 200
        if self.lets_through == 0:
            self.dropped += 1
            route.abort("connectionreset")
        else:
            self.lets_through -= 1
            route.fulfill(response=answer)

    def reconnect(self, answers):
        """Let so many answers through, lose the next one, and be gone again; without a number all come through."""
        self.lets_through = 10_000 if answers is None else answers
        self.page.context.set_offline(False)
        before = self.dropped
        if answers is None:
            all_sent(self.page)
        else:
            while self.dropped == before:  # another tab, or the page itself, may be sending just now
                self.page.evaluate("PhakdiTill.send()")
        self.page.context.set_offline(True)


def work_through(till, shop, count):
    """Keep ``count`` bills in five parts, reconnecting five times: four of them are cut off in the middle."""
    till.context.set_offline(True)
    till.goto("/counter/")
    till.wait_for_selector("form[data-keep]")
    line, part = Line(till), count // 5
    for number in range(5):
        till.evaluate(KEEP, [1 + number * part, part, "0812345678"])
        more = number % 2 if part > AT_ONCE else 0  # where one request takes everything, it is the one to lose
        line.reconnect(more if number < 4 else None)
    return line


@pytest.mark.slow
@pytest.mark.timeout(900)  # each bill is on the disk before the next one is kept
def test_two_hundred_bills_reconciled_after_five_reconnects_count_once_each(till, shop, regular, picture):
    line = work_through(till, shop, 200)
    booked = purchases(shop, amount_minor__lte=20_000, store="SIAM", actor__kind="staff")
    assert sorted(activity.amount_minor for activity in booked) == [100 * amount for amount in range(1, 201)]
    assert {activity.member_id for activity in booked} == {regular.id}
    with organization_scope(shop.id):
        states = Counter(TillBill.objects.filter(organization_id=shop.id).values_list("state", flat=True))
        earned = Entry.objects.filter(activity_id__in=[each.id for each in booked], rule="base", unit="points")
        times = Counter(Counter(earned.values_list("activity_id", flat=True)).values())
    assert states == {"BOOKED": 200}
    assert times == {1: 176}  # the bills of 25 baht and more gave points, each once
    assert line.dropped == 4
    assert max(line.sent.values()) > 1  # some were sent again, or nothing was tried here
    assert set(line.sent) == set(range(1, 201))
    assert waiting(till) == 0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_without_names_of_their_own_bills_would_count_twice(till, shop, monkeypatch):
    """The control: with the till's numbers and the bills' names forgotten, the same walk counts bills twice."""
    receive, record = flow.operations.receive_bill, flow._record

    def forgetful(*, said, **more):
        return receive(said=replace(said, number=secrets.randbelow(2**50) + 1), **more)

    def nameless(organization_id, hand, said, *rest, **more):
        return record(organization_id, hand, replace(said, token=secrets.token_hex(8), receipt=""), *rest, **more)

    monkeypatch.setattr(flow.operations, "receive_bill", forgetful)
    monkeypatch.setattr(flow, "_record", nameless)
    work_through(till, shop, 40)
    assert len(purchases(shop, actor__kind="staff")) > 40


def test_a_bill_whose_answer_is_lost_is_kept_under_its_own_name(till, shop, regular, picture):
    """The network breaks between the server's work and its answer: the worker keeps the form, and it counts once."""
    till.goto(f"/counter/m/{regular.id}/")
    till.wait_for_selector(READY, state="attached")
    before = len(purchases(shop))
    till.fill("#id_amount", "500")
    till.wait_for_selector("[data-give]:not([hidden])")
    form = till.evaluate("Object.fromEntries(new FormData(document.querySelector('form.giving')))")
    sent = till.request.post(  # what the form sends reaches the server
        f"/counter/m/{regular.id}/give/", form={**form, "step": "confirm"}, headers={"Referer": till.url}, max_redirects=0
    )
    assert sent.status == 302
    till.context.set_offline(True)  # and for the till it seems as if it had not
    till.click("[data-give]")
    till.wait_for_selector("[data-kept]:not([hidden])")
    assert waiting(till) == 1
    picture(till, "offline-kept-th")
    till.context.set_offline(False)
    all_sent(till)
    assert len(purchases(shop)) == before + 1


def test_conflicts_are_shown_and_settled(till, shop, regular, picture):
    till.context.set_offline(True)
    till.goto("/counter/")
    till.wait_for_selector("form[data-keep]")
    till.fill("#who", "สมหญิง")
    till.fill("#amount", "120")
    till.click("form[data-keep] button.big:not([data-camera])")
    till.wait_for_selector("[data-kept]:not([hidden])")
    picture(till, "offline-waiting-th")
    till.context.set_offline(False)
    all_sent(till)
    till.goto("/counter/waiting/")
    assert "ไม่พบว่าเป็นสมาชิกคนไหน" in till.inner_text("main")
    picture(till, "waiting-conflict-th")
    till.click("a[href*='/waiting/0']")
    till.wait_for_url("**/waiting/**-**")
    till.fill("#id_who", regular.number)
    till.click("button[value=find]")
    picture(till, "settle-th")
    till.click("button[name=member]")
    till.wait_for_url("**/a/**")
    assert [activity.amount_minor for activity in purchases(shop, actor__kind="staff")] == [12_000]


def test_when_the_session_has_ended_bills_wait_and_the_page_says_so(till, shop, sign_in, picture):
    till.context.set_offline(True)
    till.goto("/counter/")
    till.wait_for_selector("form[data-keep]")
    till.evaluate(KEEP, [1, 3, "0812345678"])
    till.context.clear_cookies()
    till.context.set_offline(False)
    till.evaluate("dispatchEvent(new Event('online'))")
    till.wait_for_selector("[data-when=signed-out]:not([hidden])")
    picture(till, "offline-signed-out-th")
    assert waiting(till) == 3
    sign_in(till, "till@rimnam.example")
    all_sent(till)
    assert len(purchases(shop, actor__kind="staff")) == 3


def test_signing_out_warns_and_leaves_nothing_that_can_be_read(till, shop, sign_in, picture):
    till.goto("/counter/")
    till.wait_for_selector(READY, state="attached")
    till.route(BILLS, lambda route: route.abort())
    till.evaluate("PhakdiTill.keep({who: '0812345678', amount: '70'})")
    till.click("details.menu summary")
    till.click("form[action='/sign-out/'] button")
    till.wait_for_selector("[data-sign-out-dialog][open]")
    picture(till, "sign-out-warning-th")
    till.click("[data-leave]")
    till.wait_for_url("**/sign-in/")
    left = till.evaluate(
        """async () => {
          const database = await new Promise((resolve) => {
            const asked = indexedDB.open("phakdi-counter"); asked.onsuccess = () => resolve(asked.result); });
          const all = (store) => new Promise((resolve) => {
            const asked = database.transaction(store).objectStore(store).getAll(); asked.onsuccess = () => resolve(asked.result); });
          const tills = await all("tills"), bills = await all("bills");
          database.close();
          return {keys: tills.map((till) => Object.keys(till).sort()), caches: await caches.keys(), bills: bills.length,
                  text: bills.map((bill) => new TextDecoder().decode(bill.sealed)).join() + JSON.stringify(tills)};
        }"""
    )
    assert left["keys"] == [["at", "next", "organization", "staff", "till"]]
    assert (left["caches"], left["bills"]) == ([], 1)
    assert "0812345678" not in left["text"]
    till.unroute(BILLS)
    sign_in(till, "till@rimnam.example")
    all_sent(till)
    assert [activity.amount_minor for activity in purchases(shop, actor__kind="staff")] == [7_000]


def test_signing_out_in_the_console_leaves_no_keys_at_the_counter(till, sign_in):
    till.goto("/console/")
    till.context.clear_cookies()
    sign_in(till, "owner@rimnam.example")
    till.goto("/counter/")
    till.wait_for_selector(READY, state="attached")
    assert till.evaluate("PhakdiTill.till().then((till) => Boolean(till.signing))")
    till.goto("/console/")
    till.click("details.menu summary")
    till.click("form[action='/sign-out/'] button")
    till.wait_for_url("**/sign-in/")
    until(till, "PhakdiTill.till().then((till) => !till)")
    assert till.evaluate("caches.keys()") == []


def test_points_are_not_used_without_a_network(till, shop, regular, picture):
    till.goto(f"/counter/m/{regular.id}/pay/?what=reward:cup")
    till.wait_for_selector(READY, state="attached")
    till.context.set_offline(True)
    till.locator("button.big").first.click()
    till.wait_for_selector("[data-if-lost]:not([hidden])")
    assert "ไม่มีเน็ตใช้แต้มไม่ได้" in till.inner_text("main")
    assert waiting(till) == 0
    picture(till, "offline-no-spending-th")
