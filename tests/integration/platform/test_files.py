"""Stored files: whole or not at all, no larger than allowed, gone when deleted."""

import hashlib
import os
from datetime import UTC, datetime, timedelta

import pytest

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.platform.files import core, operations, queries
from phakdi.platform.files.core import FileKind, FileTooLarge, safe_name

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
CHUNKS = [b"number,name\n", "1,สมชาย\n".encode()]


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def store(organization_id, chunks=CHUNKS, name="members.csv", kind=FileKind.IMPORT):
    written = operations.write_chunks(organization_id=organization_id, kind=kind, chunks=chunks)
    with organization_scope(organization_id):
        return operations.keep_file(
            organization_id=organization_id, kind=kind, written=written, name=name, now=NOW, created_by="7"
        )


def on_disk(organization_id):
    folder = queries.folder_of(organization_id)
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_file_is_kept_with_its_digest(organization_id, other_organization_id):
    file = store(organization_id)

    content = b"".join(CHUNKS)
    with organization_scope(organization_id):
        (kept,) = queries.files_of(organization_id=organization_id, kind=FileKind.IMPORT)
    assert (kept.id, kept.name, kept.size_bytes, kept.created_by) == (file.id, "members.csv", len(content), "7")
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert queries.path_of(kept).read_bytes() == content
    assert (queries.path_of(kept).stat().st_mode & 0o777, on_disk(organization_id)) == (0o600, [str(file.id)])
    with organization_scope(other_organization_id), pytest.raises(NotFound):
        queries.get_file(organization_id=other_organization_id, file_id=file.id)


def test_a_file_that_is_too_large_leaves_nothing(organization_id, monkeypatch):
    monkeypatch.setitem(core.SIZE_MAX, FileKind.IMPORT, 10)
    store(organization_id, [b"0123456789"])
    before = on_disk(organization_id)
    with pytest.raises(FileTooLarge) as refused:
        store(organization_id, [b"0123456789", b"0"])

    assert (refused.value.details["most"], on_disk(organization_id)) == (10, before)


def test_a_broken_upload_leaves_nothing(organization_id):
    def broken():
        yield b"abc"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store(organization_id, broken())
    assert on_disk(organization_id) == []


def test_a_deleted_file_is_gone_once_that_is_committed(organization_id):
    file = store(organization_id)
    with pytest.raises(ZeroDivisionError), organization_scope(organization_id):
        operations.delete_file(organization_id=organization_id, file_id=file.id)
        raise ZeroDivisionError
    assert on_disk(organization_id) == [str(file.id)]

    with organization_scope(organization_id):
        operations.delete_file(organization_id=organization_id, file_id=file.id)
    assert on_disk(organization_id) == []


def test_files_that_nobody_kept_are_removed_after_a_day(organization_id):
    kept = store(organization_id)
    left = operations.write_chunks(organization_id=organization_id, kind=FileKind.IMPORT, chunks=CHUNKS)
    made_at = NOW.timestamp()
    for path in (left.path, queries.path_of(kept)):
        os.utime(path, (made_at, made_at))
    with organization_scope(organization_id):
        assert operations.purge_unkept(organization_id=organization_id, now=NOW + timedelta(hours=23)) == 0
        assert operations.purge_unkept(organization_id=organization_id, now=NOW + timedelta(hours=25)) == 1
    assert on_disk(organization_id) == [str(kept.id)]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a.csv", "a.csv"),
        ("../../etc/passwd", "etc passwd"),
        ("ก ข.csv", "ก ข.csv"),
        ("\r\nX: y", "X y"),
        ("", "file"),
        ("..", "file"),
    ],
)
def test_names_are_harmless(name, shown):
    assert safe_name(name) == shown
