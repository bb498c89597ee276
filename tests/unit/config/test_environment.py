"""Settings as they come from the environment and from files."""

import stat

import pytest

from phakdi.adapters.channels.environment import channels_from
from phakdi.config.environment import BadSetting, database_from, flag, read, secret_key


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch):
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "PHAKDI_SECRET_KEY", "PHAKDI_STATEMENT_TIMEOUT_MS"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


# --- texts and flags --------------------------------------------------------------------------------------------------------


def test_text_comes_from_the_environment_before_a_file(monkeypatch, tmp_path):
    kept = tmp_path / "secret"
    kept.write_text("ความลับ จากไฟล์\n", encoding="utf-8")
    assert read("PHAKDI_TESTED") == ""
    monkeypatch.setenv("PHAKDI_TESTED_FILE", str(kept))
    assert read("PHAKDI_TESTED") == "ความลับ จากไฟล์"
    monkeypatch.setenv("PHAKDI_TESTED", "from the environment")
    assert read("PHAKDI_TESTED") == "from the environment"


def test_file_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PHAKDI_TESTED_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(BadSetting, match=r"PHAKDI_TESTED_FILE names a file that cannot be read: .*/nowhere"):
        read("PHAKDI_TESTED")


@pytest.mark.parametrize(
    ("text", "is_on"),
    [("1", True), ("yes", True), ("TRUE", True), ("On", True), ("0", False), ("no", False), ("False", False), ("off", False)],
)
def test_flag_is_read_as_people_write_it(monkeypatch, text, is_on):
    monkeypatch.setenv("PHAKDI_TESTED", text)

    assert flag("PHAKDI_TESTED", default=not is_on) is is_on


@pytest.mark.parametrize("default", [True, False])
def test_flag_that_is_not_set_is_its_default(default):
    assert flag("PHAKDI_TESTED", default=default) is default


@pytest.mark.parametrize("text", ["2", "maybe", "เปิด", "tru"])
def test_flag_that_is_none_is_named(monkeypatch, text):
    monkeypatch.setenv("PHAKDI_TESTED", text)
    with pytest.raises(BadSetting) as refusal:
        flag("PHAKDI_TESTED", default=False)

    assert refusal.value.message == f"PHAKDI_TESTED is 1 or 0, not '{text}'."


# --- addresses ----------------------------------------------------------------------------------------------------------------


def test_address_is_parsed_with_what_is_escaped_in_it(monkeypatch, tmp_path):
    monkeypatch.setenv(
        "DATABASE_URL", "postgresql://app:p%40ss%3A%2Fw%25rd@db.example.com:6432/shop?sslmode=verify-full&connect_timeout=5"
    )
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner:x@db.example.com/shop?options=-c%20search_path%3Dpublic")
    found = database_from(tmp_path)

    assert found.application.values == {
        "NAME": "shop", "USER": "app", "PASSWORD": "p@ss:/w%rd", "HOST": "db.example.com", "PORT": "6432"
    }  # fmt: skip
    assert found.application.options == {"sslmode": "verify-full", "connect_timeout": "5"}
    assert found.application.timeouts == (
        "-c statement_timeout=5000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=15000"
    )
    assert (found.owner.values["USER"], found.owner.values["PORT"]) == ("owner", "")
    assert (found.owner.options, found.owner.timeouts) == ({}, "-c search_path=public")


def test_socket_folder_can_be_an_address(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:x@/shop?host=%2Fvar%2Frun%2Fpostgresql")

    assert database_from(tmp_path).application.values["HOST"] == "/var/run/postgresql"


def test_without_an_owner_the_application_migrates_and_jobs_may_take_longer(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:x@localhost/shop")
    monkeypatch.setenv("PHAKDI_STATEMENT_TIMEOUT_MS", "60000")
    found = database_from(tmp_path)

    assert found.owner.values == found.application.values
    assert found.application.timeouts.startswith("-c statement_timeout=60000 ")


def test_without_an_address_and_a_server_everything_fails_at_once(tmp_path):
    found = database_from(tmp_path)

    assert (found.application.values["HOST"], found.application.values["PORT"]) == ("localhost", "1")


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_OWNER_URL"])
def test_address_that_is_none_is_named_without_its_password(monkeypatch, tmp_path, name):
    monkeypatch.setenv(name, "postgresql://app:very-secret@[localhost/shop?no=such")
    with pytest.raises(BadSetting) as refusal:
        database_from(tmp_path)

    assert refusal.value.message.startswith(f"{name} is no address like")
    assert "very-secret" not in refusal.value.message
    assert refusal.value.__suppress_context__


# --- the secret key -------------------------------------------------------------------------------------------------------------


def test_key_is_made_once_and_kept_for_its_owner_only(tmp_path):
    folder = tmp_path / "data"
    key = secret_key(folder, is_production=False)

    assert (secret_key(folder, is_production=False), len(key) >= 64) == (key, True)
    assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600


def test_production_without_a_key_is_refused(monkeypatch, tmp_path):
    secret_key(tmp_path, is_production=False)
    with pytest.raises(BadSetting, match="Set PHAKDI_SECRET_KEY"):
        secret_key(tmp_path, is_production=True)
    (tmp_path / "key").write_text("long and random\n")
    monkeypatch.setenv("PHAKDI_SECRET_KEY_FILE", str(tmp_path / "key"))

    assert secret_key(tmp_path, is_production=True) == "long and random"


# --- channels -------------------------------------------------------------------------------------------------------------------


def channels(*, production=False, **given):
    return channels_from(lambda name: given.get(name, ""), is_production=production)


def test_console_stands_in_outside_production_only():
    assert channels() == {"SMS": {"provider": "console"}, "EMAIL": {"provider": "console"}}
    assert channels(production=True) == {}


def test_account_in_the_environment_is_offered():
    given = {"PHAKDI_SMS_KEY": "k", "PHAKDI_SMS_SECRET": "s", "PHAKDI_SMS_SENDER": "Shop", "PHAKDI_SMS_URL": "http://127.0.0.1:1"}
    mail = {"PHAKDI_SMTP_HOST": "mail", "PHAKDI_SMTP_PORT": "25", "PHAKDI_SMTP_SENDER": "a@b.co"}

    assert channels(production=True, **given, **mail) == {
        "SMS": {"provider": "thaibulksms", "key": "k", "secret": "s", "sender": "Shop", "base_url": "http://127.0.0.1:1"},
        "EMAIL": {"provider": "smtp", "host": "mail", "port": "25", "sender": "a@b.co"},
    }


def test_secrets_of_channels_may_come_from_files(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("s-1\n")
    monkeypatch.setenv("PHAKDI_SMS_KEY", "k-1")
    monkeypatch.setenv("PHAKDI_SMS_SECRET_FILE", str(tmp_path / "secret"))

    assert channels_from(read, is_production=True)["SMS"] == {"provider": "thaibulksms", "key": "k-1", "secret": "s-1"}
