from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connectors", "0009_enrichers")]

    operations = [
        migrations.AddField("enricher", "failed", models.PositiveIntegerField(default=0)),
        migrations.AddField("enricher", "failed_on", models.DateField(null=True)),
    ]
