"""The command line: preview, dry run, import, list, undo."""

from contextlib import nullcontext
from datetime import UTC, datetime

import pytest

from phakdi.cli import main as cli
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.ledger.models import Wallet

pytestmark = pytest.mark.django_db(transaction=True)

FILE = "receipt,phone,date,total\nA1,0812345678,2026-01-02,250\nA2,0898765432,2026-01-03,500\nA3,12,2026-01-03,500\n"


@pytest.fixture
def sales(tmp_path, shop, monkeypatch):
    monkeypatch.setattr("phakdi.cli.setup.at_work", nullcontext)  # the tests' database is ready
    path = tmp_path / "sales.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def points(shop):
    with organization_scope(shop):
        return sorted(Wallet.objects.filter(organization_id=shop).values_list("active", flat=True))


def run(capsys, *arguments):
    code = cli.main(["import", *map(str, arguments)])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_preview_shows_rows_and_mapping_and_keeps_nothing(sales, shop, capsys):
    code, told = run(capsys, "purchases", sales, "--preview")

    assert code == 0
    assert "number A1 · member +66812345678" in told
    assert "line 4 (phone): This is no phone number" in told
    assert "  kind: purchases" in told
    assert points(shop) == []


def test_guessed_mapping_has_to_be_agreed_to(sales, shop, capsys):
    code, told = run(capsys, "purchases", sales)

    assert (code, points(shop)) == (1, [])
    assert "Say so with --yes." in told


def test_dry_run_import_list_and_undo(sales, shop, capsys):
    assert "Only counted; nothing was kept" in run(capsys, "purchases", sales, "--dry-run", "--yes")[1]
    assert points(shop) == []

    code, told = run(capsys, "purchases", sales, "--yes", "--organization", "shop-1")
    assert (code, points(shop)) == (0, [250, 500])
    assert "2  purchases recorded" in told
    rejects = sales.with_name("sales.csv.rejected.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rejects[0].startswith('"line","code","column","เหตุผล","reason","receipt"')
    assert rejects[1].startswith('"4","phone_invalid","phone","เบอร์โทรไม่ถูกต้อง')

    listed = run(capsys, "list")[1]
    assert "DONE" in listed
    assert "sales.csv" in listed
    undone = listed.split()[0]
    assert run(capsys, "undo", undone, "--yes")[0] == 0
    assert points(shop) == [0, 0]
    assert "undone before" in run(capsys, "undo", undone, "--yes")[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("purchases", "nothing.csv"), "cannot be read"),
        (("purchases", "FILE", "--mapping", "nothing.yaml"), "mapping file cannot be read"),
        (("purchases", "FILE", "--organization", "elsewhere"), "There is no organization 'elsewhere'. There is: shop-1"),
        (("members", "FILE", "--mapping", "BAD"), "no column 'mobile'. It has: receipt, phone, date, total"),
    ],
)
def test_what_cannot_be_done_is_said(sales, tmp_path, capsys, arguments, told):
    bad = tmp_path / "bad.yaml"
    bad.write_text("kind: members\ncolumns: {phone: mobile}\n", encoding="utf-8")
    code, said = run(capsys, *({"FILE": sales, "BAD": bad}.get(word, word) for word in arguments))

    assert code == 1
    assert told in said


def test_interrupted_import_is_listed_as_running(sales, shop, capsys):
    from phakdi.platform.imports import operations
    from phakdi.platform.imports.core import ImportKind

    with organization_scope(shop):
        operations.begin(
            organization_id=shop, kind=ImportKind.PURCHASES, file_name="half.csv", digest="x", mapping={}, slices=3,
            now=datetime(2026, 1, 1, tzinfo=UTC),
        )  # fmt: skip
    assert "RUNNING" in run(capsys, "list")[1]
