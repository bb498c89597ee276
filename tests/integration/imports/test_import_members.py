"""Files of members: created, updated, again, dry, interrupted, taken back."""

from datetime import UTC, date, datetime

import pytest

from phakdi.adapters.commerce.files import running
from phakdi.flows.import_purchases import Manner
from phakdi.flows.undo_import import undo_import
from phakdi.kit.db.scope import organization_scope
from phakdi.people.consents.models import Consent
from phakdi.people.members.models import Identity, Member

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
MAPPING = """
kind: members
columns: {given_name: ชื่อ, phone: เบอร์, birthday: วันเกิด, gender: เพศ, joined_at: สมัคร, external.pos: รหัส, consent.MARKETING.SMS: sms}
"""
FILE = """รหัส,ชื่อ,เบอร์,วันเกิด,เพศ,สมัคร,sms
1,สมชาย,081-234-5678,01/02/2533,ชาย,05/06/2565,ใช่
2,สมหญิง,0898765432,,หญิง,,ไม่
3,ไม่มี,12,,,,
4,วันผิด,0891112222,31/02/2533,,,
5,ถามไม่ชัด,0891113333,,,,อาจจะ
"""


def bring(organization_id, tmp_path, text=FILE, *, dry_run=False, progress=None):
    file, mapping = tmp_path / "members.csv", tmp_path / "members.yaml"
    file.write_text(text, encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    opened = running.open_file(file, kind="members", mapping=mapping)
    manner = Manner(dry_run=dry_run)
    return running.run(opened, organization_id=organization_id, currency="THB", manner=manner, now=NOW, progress=progress)


def told(result):
    return [(reject.line, reject.code) for reject in result.rejects]


def names(organization_id):
    with organization_scope(organization_id):
        return sorted(Member.objects.filter(organization_id=organization_id).values_list("given_name", flat=True))


def test_rows_become_members_with_identities_and_consents(organization_id, tmp_path):
    result = bring(organization_id, tmp_path)

    assert result.counts == {"rows": 5, "members_created": 2, "consents": 1, "rejected": 3}
    assert told(result) == [(4, "phone_invalid"), (5, "date_invalid"), (6, "consent_unreadable")]
    with organization_scope(organization_id):
        first = Member.objects.get(organization_id=organization_id, given_name="สมชาย")
        assert (first.birthday, first.gender, first.joined_at) == (date(1990, 2, 1), "MALE", datetime(2022, 6, 4, 17, tzinfo=UTC))
        assert Identity.objects.get(organization_id=organization_id, kind="EXTERNAL:POS", value="1").member_id == first.id
        assert list(Consent.objects.values_list("member_id", "purpose", "channel", "granted")) == [
            (first.id, "MARKETING", "SMS", True)
        ]


def test_same_file_again_changes_nothing(organization_id, tmp_path):
    bring(organization_id, tmp_path)
    again = bring(organization_id, tmp_path)

    assert again.counts == {"rows": 5, "unchanged": 2, "rejected": 3}
    with organization_scope(organization_id):
        assert Consent.objects.count() == 1


def test_dry_run_counts_the_same_and_keeps_nothing(organization_id, tmp_path):
    dry = bring(organization_id, tmp_path, dry_run=True)
    assert names(organization_id) == []

    real = bring(organization_id, tmp_path)
    assert (dry.counts, told(dry)) == (real.counts, told(real))


def test_interrupted_import_goes_on(organization_id, tmp_path, monkeypatch):
    monkeypatch.setattr("phakdi.flows.import_members.SLICE_SIZE", 2)
    text = "รหัส,ชื่อ,เบอร์,วันเกิด,เพศ,สมัคร,sms\n" + "".join(f"{n},ก{n},08{10000000 + n},,,,\n" for n in range(7)) + "9,ผิด,5,,,,\n"

    class Killed(BaseException):
        pass

    def kill(done, _):
        if done >= 4:
            raise Killed

    with pytest.raises(Killed):
        bring(organization_id, tmp_path, text, progress=kill)
    assert len(names(organization_id)) == 4

    result = bring(organization_id, tmp_path, text)
    assert result.was_resumed
    assert (result.counts["members_created"], told(result), len(names(organization_id))) == (7, [(9, "phone_invalid")], 7)


def test_undone_import_takes_the_members_away(organization_id, tmp_path):
    result = bring(organization_id, tmp_path)
    undone = undo_import(organization_id=organization_id, import_id=result.import_id, now=NOW)

    assert (undone.counts["deleted"], undone.counts["kept"], names(organization_id)) == (2, 0, [])
