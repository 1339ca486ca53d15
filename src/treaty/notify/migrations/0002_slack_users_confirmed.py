from django.db import migrations


def forget_unconfirmed(apps, schema_editor):
    """What a member typed about themselves was taken on trust: they connect again by pressing a button in Slack."""
    apps.get_model("notify", "SlackUser").objects.filter(is_found=False).delete()


class Migration(migrations.Migration):
    dependencies = [("notify", "0001_initial")]

    operations = [migrations.RunPython(forget_unconfirmed, migrations.RunPython.noop)]
