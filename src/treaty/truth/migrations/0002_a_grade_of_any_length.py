from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("truth", "0001_initial")]

    operations = [migrations.AlterField("lead", "grade", models.TextField(blank=True))]
