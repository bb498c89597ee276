"""The draft of a program: nobody's change is lost, and no older draft goes over a newer version."""

from threading import Thread

import pytest

from phakdi.flows.apply_program import apply_program, publish_draft
from phakdi.flows.edit_program import DraftMoved, DraftOutdated, discard_draft, keep_draft, rebase_draft
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.ids import new_id
from phakdi.loyalty.programs import drafting
from phakdi.loyalty.programs.models import ProgramDraft
from phakdi.loyalty.programs.queries import find_draft, newest_version, versions_of
from tests.conftest import SHOP_PROGRAM

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
STAFF = new_id()
RICHER = SHOP_PROGRAM.replace("points: 1, per: 1", "points: 2, per: 1")


def begin(shop):
    with organization_scope(shop):
        newest = newest_version(organization_id=shop)
    text = newest.text if newest else "phakdi: 1\nkey: first\n"
    now = utc_now()
    keep_draft(organization_id=shop, text=text, revision=0, now=now, staff_id=STAFF, based_on_id=newest and newest.id)
    return draft(shop)


def draft(shop):
    with organization_scope(shop):
        return find_draft(organization_id=shop)


def keep(shop, text, revision):
    return keep_draft(organization_id=shop, text=text, revision=revision, now=utc_now(), staff_id=STAFF)


def publish(shop, revision, **more):
    return publish_draft(organization_id=shop, revision=revision, now=utc_now(), created_by_id=STAFF, **more)


def versions(shop):
    with organization_scope(shop):
        return versions_of(organization_id=shop)


def test_there_is_one_draft_for_everybody(shop):
    assert begin(shop).text == SHOP_PROGRAM
    with pytest.raises(DraftMoved):  # somebody else began it meanwhile
        begin(shop)
    keep(shop, RICHER, 1)
    assert draft(shop).text == RICHER
    discard_draft(organization_id=shop)
    assert draft(shop) is None
    assert begin(shop).revision == 1


def test_a_shop_without_a_program_can_draft_its_first(organization_id):
    assert begin(organization_id).based_on_id is None
    assert publish(organization_id, 1).number == 1


def test_two_organizations_draft_apart(shop, other_organization_id):
    begin(shop)
    assert draft(other_organization_id) is None


def test_who_saves_an_older_look_is_told(shop):
    begin(shop)
    assert keep(shop, RICHER, 1) == 2
    with pytest.raises(DraftMoved):
        keep(shop, SHOP_PROGRAM, 1)
    assert draft(shop).text == RICHER


def test_of_two_who_save_at_once_one_is_told(shop):
    begin(shop)
    answers = []

    def save(text):
        from django.db import connections

        try:
            answers.append(keep(shop, text, 1))
        except DraftMoved:
            answers.append("told")
        finally:
            connections.close_all()

    threads = [Thread(target=save, args=(f"{SHOP_PROGRAM}# {n}\n",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, answers)) == ["2", "told", "told", "told"]


def test_without_the_guard_the_slower_one_would_win_unseen(shop):
    """The control of the two tests before: who writes without looking at the revision takes the other's change away."""
    begin(shop)
    keep(shop, RICHER, 1)
    with organization_scope(shop):
        ProgramDraft.objects.filter(organization_id=shop).update(text=SHOP_PROGRAM)  # as `keep` would without the revision
    assert draft(shop).text == SHOP_PROGRAM


def test_a_version_that_comes_while_a_draft_is_put_in_force_waits_and_is_seen(shop):
    """Publishing locks the program as applying does: of the two, the second one sees the first."""
    from threading import Event

    from django.db import connections

    begin(shop)
    keep(shop, RICHER, 1)
    taken, done = Event(), []

    def apply():
        taken.wait(10)
        try:
            apply_program(organization_id=shop, text=SHOP_PROGRAM.replace("1 year", "2 years"), now=utc_now())
            done.append("applied")
        finally:
            connections.close_all()

    thread = Thread(target=apply)
    thread.start()
    with organization_scope(shop):
        drafting.take_draft(organization_id=shop, revision=2)
        taken.set()
        thread.join(1)
        assert done == []  # it waits for the lock
    thread.join(20)
    assert done == ["applied"]
    with pytest.raises(DraftOutdated):
        publish(shop, 2)


def test_publishing_makes_a_version_and_forgets_the_draft(shop):
    begin(shop)
    keep(shop, RICHER, 1)
    version = publish(shop, 2, note="Twice", approved_by="Nida")
    assert (version.text, version.note, version.approved_by) == (RICHER, "Twice", "Nida")
    assert draft(shop) is None


def test_a_draft_from_an_older_version_is_refused_until_somebody_has_looked(shop):
    begin(shop)
    keep(shop, RICHER, 1)
    apply_program(organization_id=shop, text=SHOP_PROGRAM.replace("1 year", "2 years"), now=utc_now())
    with pytest.raises(DraftOutdated):
        publish(shop, 2)
    assert len(versions(shop)) == 2
    rebase_draft(organization_id=shop, revision=2)
    assert publish(shop, 2).text == RICHER


def test_what_was_looked_at_is_what_is_put_in_force(shop):
    begin(shop)
    keep(shop, RICHER, 1)
    with pytest.raises(DraftMoved):
        publish(shop, 1)
    assert len(versions(shop)) == 1


def test_what_does_not_compile_stays_a_draft(shop):
    from phakdi.kit.errors import Invalid

    begin(shop)
    keep(shop, "phakdi: 1\nkey: shop\nmain_unit: nothing\n", 1)
    with pytest.raises(Invalid):
        publish(shop, 2)
    assert draft(shop).revision == 2
