"""What members do on their own pages: take rewards, give points away, change their contacts, look after their safety and data."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from phakdi.flows.apply_program import apply_program
from phakdi.flows.freeze_member import freeze_member
from phakdi.flows.identify_by_code import identify_by_code
from phakdi.flows.manage_store import add_store
from phakdi.flows.record_activity import record_activity
from phakdi.flows.record_by_member import NotOnesOwn, record_by_member
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.loyalty.ledger.queries import wallets_of
from phakdi.people.cards.core import code_text
from phakdi.people.cards.models import Card
from phakdi.people.cards.queries import codes_of, find_card
from phakdi.people.codes.models import Allowance
from phakdi.people.members.models import Member
from phakdi.people.members.queries import get_member
from phakdi.people.presence.models import MemberSession
from phakdi.people.requests.queries import requests_of
from tests.web.portal import code_of, visitor, walk_in

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
PROGRAM = """
phakdi: 1
key: full
name: {th: ครบ, en: Full}
units:
  points:
    name: {th: แต้ม, en: points}
    expires: {after: 1 year}
  stamps:
    name: {th: ดวง, en: stamps}
    kind: stamps
    card: {size: 10, milestones: [{at: 10, voucher: coffee}]}
earning:
  - {key: base, name: {th: ทุกบาท, en: Every baht}, on: purchase, give: {points: 1, per: 1}}
  - {key: cup, on: purchase, give: {points: 1, unit: stamps}}
  - {key: hello, on: join, give: {points: 15}}
  - {key: cake, name: {th: เค้กวันเกิด, en: Birthday cake}, on: birthday, give: {voucher: coffee}}
  - {key: friend, on: join, to: referrer, give: {points: 5}}
vouchers:
  coffee: {name: {th: กาแฟฟรี, en: Free coffee}, item: {th: กาแฟ, en: coffee}, valid: {after: 30 days}}
spending:
  - {key: pay, points: 10, pays: 1, minimum: {points: 50}}
  - {key: better, points: 5, pays: 1}
rewards:
  cup: {name: {th: แก้ว, en: Cup}, cost: {points: 50}}
  drink: {name: {th: เครื่องดื่ม, en: A drink}, cost: {points: 80}, voucher: coffee}
  far: {name: {th: ไกล, en: Far away}, cost: {points: 9000}, voucher: coffee}
  never: {name: {th: ไม่มีใคร, en: For gold only}, cost: {points: 1}, voucher: coffee, when: {member.level: gold}}
tiers:
  levels:
    - {key: silver, name: {th: เงิน, en: Silver}}
    - {key: gold, name: {th: ทอง, en: Gold}, reach: {meter: spend, window: year, at_least: 5000}, lasts: {after: 1 year}}
transfers:
  points: {minimum: 10}
referral: {}
"""


@pytest.fixture
def full(organization_id):
    """Return an organization whose program has everything a member can do."""
    since = datetime(2020, 1, 1, tzinfo=UTC)
    apply_program(organization_id=organization_id, text=PROGRAM, now=since, effective_from=since)
    return organization_id


@pytest.fixture
def shop(full):
    """Let the other fixtures work with that organization."""
    return full


@pytest.fixture
def phone(shop, member_id):
    """Return the member's phone."""
    with organization_scope(shop):
        return get_member(organization_id=shop, member_id=member_id).phone


@pytest.fixture
def inside(shop, slug, phone):
    """Return the member's browser."""
    return walk_in(shop, slug, phone)[0]


def active(shop, member_id, unit="points"):
    with organization_scope(shop):
        found = {each.unit: each.active for each in wallets_of(organization_id=shop, member_id=member_id)}
    return found.get(unit, 0)


def token_in(answer):
    return answer.text.split('name="token" value="')[1][:16]


# --- the card -------------------------------------------------------------------------------------------------------------


def test_phone_gets_twenty_codes_and_never_the_secret(inside, slug, shop, member_id):
    page = inside.get(f"/m/{slug}/").text
    told = inside.get(f"/m/{slug}/codes/")
    with organization_scope(shop):
        card = find_card(organization_id=shop, member_id=member_id)
        texts = codes_of(card, organization=slug, first_step=told.json()["step"])
        kept = Card.objects.get().sealed_secret
    assert (len(told.json()["codes"]), len(set(told.json()["codes"])), told.json()["seconds"]) == (20, 20, 30)
    assert told["Cache-Control"] == "no-store"
    for secret in (kept, card.pub, *texts):
        assert secret not in page
        assert secret not in told.text


def test_codes_of_the_next_ten_minutes_are_right_when_their_time_comes(inside, slug, shop, member_id):
    inside.get(f"/m/{slug}/")
    now = utc_now()
    with organization_scope(shop):
        card = find_card(organization_id=shop, member_id=member_id)
    for minutes in (0, 5, 9):
        then = now + timedelta(minutes=minutes)
        with organization_scope(shop):
            text = codes_of(card, organization=slug, first_step=int(then.timestamp()) // 30, most=1)[0]
        assert identify_by_code(organization_id=shop, text=text, purpose="spend", now=then) == member_id
    assert code_text(organization=slug, secret=b"guess", pub=card.pub, step=1) != text


def test_stranger_gets_no_codes(slug):
    assert visitor().get(f"/m/{slug}/codes/")["Location"] == f"/m/{slug}/enter/"


def test_points_are_worth_what_the_best_way_pays_and_it_is_said_how(inside, slug, bought):
    bought(123)
    assert "worth ฿24" in inside.get(f"/m/{slug}/").text
    page = inside.get(f"/m/{slug}/points/").text
    assert "5 points pay ฿1 of a bill" in page
    assert "Use by" in page


def test_history_can_be_of_one_kind_of_points(inside, slug, bought):
    bought(100)
    assert inside.get(f"/m/{slug}/history/").text.count("history-line") == 2
    assert inside.get(f"/m/{slug}/history/?unit=stamps").text.count("history-line") == 1
    assert inside.get(f"/m/{slug}/history/?unit=nonsense").text.count("history-line") == 2


# --- rewards --------------------------------------------------------------------------------------------------------------


def test_rewards_say_what_can_be_had_what_is_missing_and_why_not(inside, slug, bought):
    bought(100)
    page = inside.get(f"/m/{slug}/rewards/").text
    assert page.index("A drink") < page.index("A little later") < page.index("Far away")
    assert "8,900 points to go" in page
    assert "The conditions of For gold only are not met." in page


def test_member_takes_a_reward_once_however_often_the_form_is_sent(inside, slug, shop, member_id, bought):
    bought(200)
    token = token_in(inside.get(f"/m/{slug}/rewards/drink/"))
    for _ in range(3):
        assert inside.post(f"/m/{slug}/rewards/drink/", {"token": token})["Location"] == f"/m/{slug}/rewards/"
    assert active(shop, member_id) == 120
    page = inside.get(f"/m/{slug}/rewards/").text
    assert "It is yours: A drink" in page
    assert page.count('class="ticket"') == 1
    voucher = page.split("/vouchers/")[1].partition("/")[0]
    assert "Show this code at the counter and say which voucher you use." in inside.get(f"/m/{slug}/vouchers/{voucher}/").text


def test_reward_that_the_shop_hands_over_is_not_taken_here(inside, slug, shop, member_id, bought):
    bought(200)
    page = inside.get(f"/m/{slug}/rewards/cup/")
    assert "Show this code at the counter and say what you would like." in page.text
    inside.post(f"/m/{slug}/rewards/cup/", {"token": "0" * 16})
    assert active(shop, member_id) == 200


def test_too_few_points_take_nothing(inside, slug, shop, member_id, bought):
    bought(20)
    answer = inside.post(f"/m/{slug}/rewards/drink/", {"token": "0" * 16}, follow=True)
    assert answer.status_code == 200
    assert active(shop, member_id) == 20


@pytest.mark.parametrize("path", ["rewards/nothing/", "vouchers/00000000-0000-0000-0000-000000000000/"])
def test_what_is_not_there_is_not_found(inside, slug, path):
    assert inside.get(f"/m/{slug}/{path}").status_code == 404


@pytest.mark.parametrize(
    "activity", [{"kind": "award", "points": 10}, {"kind": "purchase", "amount": 10}, {"kind": "redeem", "bill": 1}]
)
def test_members_report_nothing_that_earns(shop, member_id, activity):
    with pytest.raises(NotOnesOwn):
        record_by_member(organization_id=shop, member_id=member_id, activity={"at": utc_now(), **activity}, now=utc_now())
    assert active(shop, member_id) == 0


# --- news -----------------------------------------------------------------------------------------------------------------


def test_every_point_that_leaves_is_news_until_it_was_read(inside, slug, shop, member_id, bought):
    bought(200)
    assert 'class="dot"' not in inside.get(f"/m/{slug}/").text
    spent = {"kind": "redeem", "at": utc_now(), "reward": "cup", "ref": "S1", "origin": "pos"}
    record_activity(organization_id=shop, member_id=member_id, activity=spent, now=utc_now())
    adjusted = {"kind": "adjust", "at": utc_now(), "points": -5, "reason": "typo"}
    record_activity(organization_id=shop, member_id=member_id, activity=adjusted, now=utc_now())
    assert "new: </span>2</span>" in inside.get(f"/m/{slug}/").text
    page = inside.get(f"/m/{slug}/inbox/").text
    assert "−50" in page
    assert "−5<" in page
    assert 'class="dot"' not in inside.get(f"/m/{slug}/").text


def test_freezing_stands_in_the_news(inside, slug):
    inside.post(f"/m/{slug}/freeze/")
    assert "Your membership was frozen." in inside.get(f"/m/{slug}/inbox/").text


# --- contacts and safety --------------------------------------------------------------------------------------------------


def grow_old(shop, minutes=11):
    """Let the sessions have begun some time ago, and the last code have been sent long ago."""
    with organization_scope(shop):
        Allowance.objects.all().delete()
        MemberSession.objects.update(begun_at=utc_now() - timedelta(minutes=minutes))


def test_phone_is_changed_by_a_code_to_the_new_one_and_the_browser_stays(inside, slug, shop, member_id):
    answer = inside.post(f"/m/{slug}/me/phone/", {"contact": "0897776666"})
    assert answer["Location"] == f"/m/{slug}/me/contact/"
    assert inside.post(f"/m/{slug}/me/contact/", {"code": "000000" if code_of(shop) != "000000" else "111111"}).status_code == 422
    assert inside.post(f"/m/{slug}/me/contact/", {"code": code_of(shop)})["Location"] == f"/m/{slug}/me/"
    with organization_scope(shop):
        member = get_member(organization_id=shop, member_id=member_id)
    assert member.phone == "+66897776666"
    assert member.spend_held_until > utc_now()
    assert "points cannot be spent until" in inside.get(f"/m/{slug}/").text


def test_phone_of_another_member_is_not_taken_over(inside, slug, shop, member_id, other_member_id):
    with organization_scope(shop):
        other = get_member(organization_id=shop, member_id=other_member_id).phone
    inside.post(f"/m/{slug}/me/phone/", {"contact": other})
    answer = inside.post(f"/m/{slug}/me/contact/", {"code": code_of(shop)})
    assert "Another member has this phone or e-mail." in answer.text
    with organization_scope(shop):
        assert get_member(organization_id=shop, member_id=member_id).phone != other


def test_after_ten_minutes_it_takes_a_code_to_the_old_phone_first(inside, slug, shop):
    grow_old(shop)
    there = inside.get(f"/m/{slug}/me/phone/")["Location"]
    assert there == f"/m/{slug}/me/sure/?next=/m/{slug}/me/phone/"
    assert inside.post(f"/m/{slug}/me/phone/", {"contact": "0897776666"})["Location"] == there
    inside.post(there)
    assert inside.post(there, {"code": code_of(shop)})["Location"] == f"/m/{slug}/me/phone/"
    assert inside.get(f"/m/{slug}/me/phone/").status_code == 200


def test_code_for_one_purpose_serves_no_other(inside, slug, shop):
    grow_old(shop)
    inside.post(f"/m/{slug}/me/sure/")
    assert inside.get(f"/m/{slug}/me/contact/")["Location"] == f"/m/{slug}/me/"
    assert inside.get(f"/m/{slug}/code/")["Location"] == f"/m/{slug}/enter/"


def test_one_tap_freezes_and_a_code_thaws(inside, slug, shop, member_id):
    grow_old(shop)
    inside.post(f"/m/{slug}/freeze/")
    there = inside.post(f"/m/{slug}/freeze/")["Location"]
    assert there == f"/m/{slug}/me/sure/?then=thaw"
    with organization_scope(shop):
        assert get_member(organization_id=shop, member_id=member_id).status == "FROZEN"
    inside.post(there)
    inside.post(there, {"code": code_of(shop)})
    with organization_scope(shop):
        assert get_member(organization_id=shop, member_id=member_id).status == "ACTIVE"


def test_a_code_thaws_nothing_that_staff_froze(inside, slug, shop, member_id):
    from phakdi.platform.audit.core import Actor

    grow_old(shop)
    freeze_member(organization_id=shop, member_id=member_id, reason="", now=utc_now(), actor=Actor("staff", "1"))
    inside.post(f"/m/{slug}/me/sure/?then=thaw")
    inside.post(f"/m/{slug}/me/sure/?then=thaw", {"code": code_of(shop)})
    with organization_scope(shop):
        assert get_member(organization_id=shop, member_id=member_id).status == "FROZEN"


def test_signing_out_everywhere_ends_every_browser_and_changes_the_card(inside, slug, shop, member_id, phone):
    with organization_scope(shop):
        Allowance.objects.all().delete()  # two codes within a minute
    other, _ = walk_in(shop, slug, phone)
    inside.get(f"/m/{slug}/")
    with organization_scope(shop):
        before = find_card(organization_id=shop, member_id=member_id).pub
    assert other.get(f"/m/{slug}/me/browsers/").text.count("list-row") == 2
    inside.post(f"/m/{slug}/me/browsers/", {"which": "all"})
    for client in (inside, other):
        assert client.get(f"/m/{slug}/")["Location"] == f"/m/{slug}/enter/"
    with organization_scope(shop):
        assert find_card(organization_id=shop, member_id=member_id).pub != before


def test_one_browser_is_signed_out_by_itself_and_nobody_elses(inside, slug, shop, phone, other_member_id):
    with organization_scope(shop):
        Allowance.objects.all().delete()
        stranger = get_member(organization_id=shop, member_id=other_member_id).phone
    theirs, _ = walk_in(shop, slug, stranger)
    with organization_scope(shop):
        their_session = MemberSession.objects.get(member_id=other_member_id).id
    inside.post(f"/m/{slug}/me/browsers/", {"which": str(their_session)})
    assert theirs.get(f"/m/{slug}/").status_code == 200


def test_signing_out_ends_the_session_for_good(inside, slug):
    kept = inside.cookies["phakdi_member"].value
    inside.post(f"/m/{slug}/sign-out/")
    thief = visitor()
    thief.cookies["phakdi_member"] = kept
    assert thief.get(f"/m/{slug}/")["Location"] == f"/m/{slug}/enter/"


# --- profile, language, data ----------------------------------------------------------------------------------------------


def test_profile_is_told_step_by_step_and_each_step_says_what_it_brings(inside, slug, shop, member_id):
    assert "Your gift: Free coffee" in inside.get(f"/m/{slug}/").text
    inside.post(f"/m/{slug}/me/profile/", {"given_name": "Manee", "birthday": "24/11/2535", "gender": ""})
    with organization_scope(shop):
        member = get_member(organization_id=shop, member_id=member_id)
    assert (member.given_name, str(member.birthday)) == ("Manee", "1992-11-24")
    inside.post(f"/m/{slug}/me/profile/", {"given_name": "Manee", "birthday": "1/1/2540"})
    with organization_scope(shop):
        assert str(get_member(organization_id=shop, member_id=member_id).birthday) == "1992-11-24"
    assert "Add your e-mail" in inside.get(f"/m/{slug}/").text


def test_language_is_remembered_for_messages_too(inside, slug, shop, member_id):
    answer = inside.post(f"/m/{slug}/language/", {"language": "en", "next": f"/m/{slug}/me/"})
    assert answer["Location"] == f"/m/{slug}/me/"
    with organization_scope(shop):
        assert get_member(organization_id=shop, member_id=member_id).language == "en"
    assert inside.post(f"/m/{slug}/language/", {"language": "xx", "next": "https://evil.example/"})["Location"] == f"/m/{slug}/"
    with organization_scope(shop):
        assert get_member(organization_id=shop, member_id=member_id).language == "en"


def test_everything_that_is_held_can_be_seen_and_taken_along(inside, slug, shop, bought):
    bought(100)
    assert "Balances" in inside.get(f"/m/{slug}/me/data/").text
    copy = inside.post(f"/m/{slug}/me/data/copy/")
    assert copy["Content-Type"] == "application/zip"
    assert {"data.json", "movements.csv"} <= set(zipfile.ZipFile(io.BytesIO(copy.content)).namelist())
    grow_old(shop)
    assert inside.post(f"/m/{slug}/me/data/copy/")["Location"].startswith(f"/m/{slug}/me/sure/")


def test_requests_are_kept_shown_with_their_day_and_taken_back(inside, slug, shop, member_id):
    inside.post(f"/m/{slug}/me/requests/erasure/", {"details": "please"})
    page = inside.get(f"/m/{slug}/me/requests/").text
    assert "Erase my data" in page
    assert "answer by" in page
    with organization_scope(shop):
        asked = requests_of(organization_id=shop, member_id=member_id)[0]
    inside.post(f"/m/{slug}/me/requests/withdraw/", {"request": str(asked.id)})
    with organization_scope(shop):
        assert requests_of(organization_id=shop, member_id=member_id)[0].state == "WITHDRAWN"
    assert inside.get(f"/m/{slug}/me/requests/nonsense/").status_code == 404


# --- friends and posters --------------------------------------------------------------------------------------------------


def test_poster_brings_the_store_and_a_friends_link_the_friend(inside, slug, shop, member_id):
    add_store(organization_id=shop, code="SIAM", given={"name": {"th": "สยาม", "en": "Siam"}}, now=utc_now())
    link = inside.get(f"/m/{slug}/friends/").text.split('class="link-box">')[1].partition("<")[0]
    word = link.partition("friend=")[2]
    friend = visitor()
    assert friend.get(f"/m/{slug}/join/?store=SIAM&friend={word}")["Location"] == f"/m/{slug}/enter/"
    walk_in(shop, slug, "0895554444", friend)
    friend.post(f"/m/{slug}/join/", {})
    with organization_scope(shop):
        joined = Member.objects.get(organization_id=shop, phone="+66895554444")
    assert (joined.home_store, joined.referred_by) == ("SIAM", member_id)


def test_link_that_nobody_made_does_no_harm(slug, shop):
    client = visitor()
    client.get(f"/m/{slug}/join/?store=NOWHERE&friend=%3Cscript%3E")
    walk_in(shop, slug, "0895554444", client)
    assert client.post(f"/m/{slug}/join/", {})["Location"] == f"/m/{slug}/"
    with organization_scope(shop):
        joined = Member.objects.get(organization_id=shop, phone="+66895554444")
    assert (joined.home_store, joined.referred_by) == ("", None)


def test_poster_shows_the_stores_own_code(slug, shop):
    add_store(organization_id=shop, code="SIAM", given={"name": {"th": "สยาม", "en": "Siam"}}, now=utc_now())
    page = visitor().get(f"/m/{slug}/qr/?store=SIAM").text
    assert '<p class="soft small">Siam</p>' in page
    assert "15 points" in page


def test_points_are_given_after_a_look_at_the_name_and_once(inside, slug, shop, member_id, other_member_id, bought):
    bought(100)
    with organization_scope(shop):
        other = get_member(organization_id=shop, member_id=other_member_id)
    form = {"to": other.number, "unit": "points", "points": "30", "token": "a" * 16}
    look = inside.post(f"/m/{slug}/give/", form)
    assert "To Member 2?" in look.text
    assert active(shop, member_id) == 100
    for _ in range(2):
        inside.post(f"/m/{slug}/give/", {**form, "step": "confirm"})
    assert active(shop, member_id) == 70


@pytest.mark.parametrize(
    ("to", "said"), [("0800000000", "Nobody here has this number."), ("garbage", "Nobody here has this number.")]
)
def test_points_are_given_to_nobody_unknown(inside, slug, bought, to, said):
    bought(100)
    answer = inside.post(f"/m/{slug}/give/", {"to": to, "unit": "points", "points": "30", "token": "a" * 16})
    assert said in answer.text


def test_frozen_member_gives_and_takes_nothing(inside, slug, shop, member_id, other_member_id, bought):
    bought(200)
    inside.post(f"/m/{slug}/freeze/")
    with organization_scope(shop):
        other = get_member(organization_id=shop, member_id=other_member_id)
    form = {"to": other.number, "unit": "points", "points": "30", "token": "a" * 16, "step": "confirm"}
    inside.post(f"/m/{slug}/give/", form)
    inside.post(f"/m/{slug}/rewards/drink/", {"token": "0" * 16})
    assert active(shop, member_id) == 200


# --- as an app ------------------------------------------------------------------------------------------------------------


def test_card_is_an_app_with_a_worker_of_its_own_scope(slug, shop):
    told = visitor("th").get(f"/m/{slug}/app.webmanifest")
    assert told["Content-Type"] == "application/manifest+json"
    assert (told.json()["start_url"], told.json()["scope"], told.json()["display"]) == (
        f"/m/{slug}/",
        f"/m/{slug}/",
        "standalone",
    )
    worker = visitor().get(f"/m/{slug}/worker.js")
    assert worker["Content-Type"] == "text/javascript; charset=utf-8"
    assert worker["Service-Worker-Allowed"] == f"/m/{slug}/"
    assert f'const HOME = "/m/{slug}/"' in worker.text.replace("\\u002D", "-")


def test_pages_are_small(inside, slug, bought, settings):
    import gzip
    from pathlib import Path

    bought(100)
    static = Path(settings.STATICFILES_DIRS[0]) / "phakdi"
    looks = ("tokens.css", "frame.css", "parts.css", "pages.css", "portal.css", "pages.js", "portal.js")
    around = sum(len(gzip.compress((static / name).read_bytes())) for name in looks)
    for path in ("", "points/", "history/", "inbox/", "rewards/", "me/", "me/data/"):
        page = inside.get(f"/m/{slug}/{path}")
        assert len(gzip.compress(page.content)) + around < 60_000, path


def test_all_of_it_refuses_politely_where_there_is_no_program(organization_id, member_id):
    with pytest.raises(Refusal):
        record_by_member(
            organization_id=organization_id, member_id=member_id, activity={"kind": "redeem", "at": utc_now()}, now=utc_now()
        )
