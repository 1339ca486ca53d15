"""Closings and what is brought into a period are found by days: another fiscal year gives a name to other days."""

from datetime import date

from django.db import migrations, models


def first_day(closing, into: str) -> date:
    """The first day of the period an adjustment names, counted in months from its closing: both were named by one fiscal year."""
    year, _, part = closing.period.partition("-")
    later, _, other = into.partition("-")
    step = 3 if part.startswith("Q") else 1
    months = (int(later) - int(year)) * 12 + (int(other.lstrip("Q")) - int(part.lstrip("Q"))) * step
    month = closing.first_on.year * 12 + closing.first_on.month - 1 + months
    return date(month // 12, month % 12 + 1, closing.first_on.day)


def fill(apps, _schema) -> None:
    for row in apps.get_model("books", "Adjustment").objects.select_related("restatement__closing"):
        row.into_on = first_day(row.restatement.closing, row.into)
        row.save(update_fields=["into_on"])


class Migration(migrations.Migration):
    dependencies = [("books", "0001_initial")]
    operations = [
        migrations.RemoveConstraint(model_name="closing", name="closed_once"),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.UniqueConstraint(fields=("first_on", "end_on"), condition=models.Q(("withdrawn_at", None)), name="closed_once"),
        ),
        migrations.AddField(model_name="adjustment", name="into_on", field=models.DateField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(model_name="adjustment", name="into_on", field=models.DateField()),
        migrations.RemoveIndex(model_name="adjustment", name="books_adjus_into_8328ff_idx"),
        migrations.AddIndex(model_name="adjustment", index=models.Index(fields=["into_on"], name="books_adjus_into_on_c1cbbf_idx")),
    ]
