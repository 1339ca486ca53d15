from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0003_rests")]

    operations = [
        migrations.AddIndex(
            "outgoing",
            models.Index(fields=["door", "to"], condition=models.Q(("state", "dead")), name="outgoing_dead"),
        ),
    ]
