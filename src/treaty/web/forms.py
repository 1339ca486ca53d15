"""What every form of ours has in common: a value that is missing is named, with what to do."""

from django import forms


class Form(forms.Form):
    """Django's form in our words. A field that says itself what is missing keeps its words."""

    def full_clean(self) -> None:
        for name, field in self.fields.items():
            if field.error_messages["required"] == DJANGOS:
                field.error_messages["required"] = missing(str(self[name].label), field)
        super().full_clean()


DJANGOS = forms.Field.default_error_messages["required"]


def missing(label: str, field: forms.Field) -> str:
    """`“Close date” is empty: give a day, such as 2026-03-31.`"""
    way = "write something"
    if isinstance(field, forms.ChoiceField):
        way = "choose one"
    elif isinstance(field, forms.DateField):
        way = "give a day, such as 2026-03-31"
    elif isinstance(field, forms.IntegerField):
        way = "write a number"
    elif isinstance(field, forms.EmailField):
        way = "write an address, such as ada@acme.example"
    return f"“{label}” is empty: {way}."
