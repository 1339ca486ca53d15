from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("truth", "0002_a_grade_of_any_length")]

    operations = [
        migrations.AddIndex(
            "fact",
            models.Index(fields=["subject", "field", "number"], condition=models.Q(field="account"), name="members_of_account"),
        )
    ]
