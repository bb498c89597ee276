"""Who was forgotten comes back only by their own word."""

from datetime import UTC, datetime

import pytest

from phakdi.flows.enroll_member import Enrollment, GivenConsent, enroll_by_staff
from phakdi.flows.erase_member import erase_member
from phakdi.flows.find_or_shadow import find_or_shadow
from phakdi.flows.forgotten import PersonForgotten
from phakdi.flows.import_members import Manner, MemberFile, MemberLine, import_members
from phakdi.flows.record_activity import Actor
from phakdi.kit.db.scope import organization_scope
from phakdi.people.members.operations import ImportRow
from phakdi.people.members.queries import find_by_identity

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
CLERK, SYSTEM = Actor("staff", "7"), Actor("api_key", "8")
PHONE, OTHER = "+66891357924", "+66891112222"


@pytest.fixture(autouse=True)
def _data_folder(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def forgotten(shop):
    enrollment = Enrollment(profile={"phone": PHONE, "given_name": "Ari"})
    member = enroll_by_staff(organization_id=shop, enrollment=enrollment, actor=CLERK, now=NOW).member
    erase_member(organization_id=shop, member_id=member.id, now=NOW)
    return shop


def known(organization_id, phone=PHONE):
    with organization_scope(organization_id):
        return find_by_identity(organization_id=organization_id, kind="PHONE", value=phone) is not None


def file_of(*phones):
    lines = [MemberLine(ImportRow(at, {"given_name": "Ari", "phone": phone})) for at, phone in enumerate(phones, start=1)]
    return MemberFile("members.csv", "digest", lambda: iter(lines), [], len(lines), {})


def test_an_import_does_not_bring_anybody_back_who_was_forgotten(forgotten):
    result = import_members(organization_id=forgotten, file=file_of("089 135 7924", OTHER), manner=Manner(), now=NOW)

    assert result.counts["members_created"] == 1
    assert [(reject.line, reject.code, reject.column) for reject in result.rejects] == [(1, "person_forgotten", "phone")]
    assert not known(forgotten)
    assert known(forgotten, OTHER)


def test_an_import_into_another_shop_is_not_held_up(forgotten, other_organization_id):
    result = import_members(organization_id=other_organization_id, file=file_of(PHONE), manner=Manner(), now=NOW)

    assert result.counts["members_created"] == 1


def test_a_till_keeps_no_shadow_of_somebody_who_was_forgotten(forgotten):
    with pytest.raises(PersonForgotten):
        find_or_shadow(organization_id=forgotten, kind="PHONE", value=PHONE, now=NOW)

    assert not known(forgotten)


def test_a_connected_system_enrolls_them_only_with_a_new_consent(forgotten):
    plain = Enrollment(profile={"phone": PHONE, "given_name": "Ari"})
    with pytest.raises(PersonForgotten):
        enroll_by_staff(organization_id=forgotten, enrollment=plain, actor=SYSTEM, now=NOW)
    agreed = Enrollment(profile={"phone": PHONE}, consents=[GivenConsent("MARKETING", True, "SMS")])

    enroll_by_staff(organization_id=forgotten, enrollment=agreed, actor=SYSTEM, now=NOW)

    assert known(forgotten)


def test_who_joins_anew_may_be_imported_again(forgotten):
    enroll_by_staff(organization_id=forgotten, enrollment=Enrollment(profile={"phone": PHONE}), actor=CLERK, now=NOW)

    result = import_members(organization_id=forgotten, file=file_of(PHONE), manner=Manner(), now=NOW)

    assert result.rejects == []


def test_nothing_that_is_kept_of_the_forgotten_tells_who_they_were(forgotten):
    from phakdi.people.requests.models import Erasure, ForgottenContact

    with organization_scope(forgotten):
        hashes = list(ForgottenContact.objects.values_list("hash", flat=True))
        erasure = Erasure.objects.get()
    assert len(hashes) == 1
    assert len(hashes[0]) == 64
    assert erasure.hashes == []
