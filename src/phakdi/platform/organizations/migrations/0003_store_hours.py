from django.db import migrations, models


class Migration(migrations.Migration):
    """When stores are open, by weekday."""

    dependencies = [("organizations", "0002_brand_and_modules")]

    operations = [
        migrations.AddField("store", "hours", models.JSONField(default=dict, db_default={})),
    ]
