from django.db import migrations, models


class Migration(migrations.Migration):
    """Files may be logos."""

    dependencies = [("files", "0001_initial")]

    operations = [
        migrations.AlterField(
            "storedfile",
            "kind",
            models.TextField(choices=[("IMPORT", "Import"), ("REJECTS", "Rejects"), ("EXPORT", "Export"), ("LOGO", "Logo")]),
        ),
    ]
