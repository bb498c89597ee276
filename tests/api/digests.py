"""What a database holds of an organization, in a form that tells whether anything changed."""

from typing import Any
from uuid import UUID

import psycopg
from django.db import connections

TABLES = """
SELECT c.table_name FROM information_schema.columns AS c JOIN information_schema.tables AS t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND c.column_name = 'organization_id' AND t.table_type = 'BASE TABLE' ORDER BY 1
"""
DIGEST = """
SELECT count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" AS t WHERE organization_id = %s
"""


def digest(organization_id: UUID) -> dict[str, Any]:
    """Return what each table holds of the organization, as the database's owner sees it."""
    parameters = connections["owner"].get_connection_params()
    wanted = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{name: parameters[name] for name in wanted if parameters.get(name)}) as owner:
        tables = [row[0] for row in owner.execute(TABLES)]
        return {table: owner.execute(DIGEST.format(table=table), [organization_id]).fetchone() for table in tables}
