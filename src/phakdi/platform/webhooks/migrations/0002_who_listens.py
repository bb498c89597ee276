from django.db import migrations

ASK = """
INSERT INTO outbox_interest (organization_id, consumer, topic)
SELECT DISTINCT e.organization_id, 'tell_webhooks', '*' FROM webhook_endpoint AS e WHERE '*' = ANY (e.topics)
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    """Endpoints that hear of everything hear of points that come as well."""

    dependencies = [("webhooks", "0001_initial"), ("outbox", "0002_who_asked")]

    operations = [migrations.RunSQL(ASK, migrations.RunSQL.noop)]
