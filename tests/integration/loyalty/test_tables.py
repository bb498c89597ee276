"""The tables are written in SQL and the models in Python: they must say the same."""

import pytest
from django.apps import apps
from django.db import connection

pytestmark = pytest.mark.django_db

ONLY_IN_SQL = {"written_by", "seen", "lot_ids", "voucher_ids"}
KEYS = {
    "activity": ["member_id", "id"],
    "receipt": ["organization_id", "origin", "number"],
    "entry": ["member_id", "id"],
    "lot": ["member_id", "id"],
    "wallet": ["member_id", "unit"],
    "voucher": ["member_id", "id"],
    "member_state": ["member_id"],
    "order_state": ["member_id", "ref"],
    "budget_slice": ["organization_id", "budget", "slice_no"],
    "state_before": ["member_id", "import_id"],
    "state_merge": ["merge_id"],  # about two members
}
MODELS = {model._meta.db_table: model for label in ("ledger", "engine") for model in apps.get_app_config(label).get_models()}

COLUMNS = "SELECT column_name, data_type, is_nullable = 'YES' FROM information_schema.columns WHERE table_name = %s"
KEY = """
    SELECT array_agg(a.attname::text ORDER BY k.n) FROM pg_index AS i, unnest(i.indkey) WITH ORDINALITY AS k (attnum, n), pg_attribute AS a
    WHERE i.indrelid = %s::regclass AND i.indisprimary AND a.attrelid = i.indrelid AND a.attnum = k.attnum
"""


def test_every_table_is_listed():
    assert MODELS.keys() == KEYS.keys()


@pytest.mark.parametrize("table", KEYS)
def test_table_and_model_have_the_same_columns(table):
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [table])
        found = {name: (kind, is_null) for name, kind, is_null in cursor.fetchall() if name not in ONLY_IN_SQL}

    fields = [field for field in MODELS[table]._meta.concrete_fields if field.column]
    assert found == {field.column: (field.db_type(connection), field.null) for field in fields}


@pytest.mark.parametrize(("table", "columns"), KEYS.items())
def test_key_is_as_listed(table, columns):
    with connection.cursor() as cursor:
        cursor.execute(KEY, [table])
        assert cursor.fetchone() == (columns,)
