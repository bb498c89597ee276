"""Forms that members fill in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from phakdi.kit.errors import Refusal
from phakdi.kit.thai import parse_date
from phakdi.web.portal.consenting import Asked
from phakdi.web.words import refusal_sentence


class EnterForm(forms.Form):
    """A phone number or an e-mail address: one box for both."""

    contact = forms.CharField(
        label=_("Phone number or e-mail"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "placeholder": "081-234-5678"}),
    )


class CodeForm(forms.Form):
    """The six digits that were sent."""

    code = forms.CharField(
        label=_("Six-digit code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "class": "code-input"}
        ),
    )


class BirthdayField(forms.CharField):
    """A day as people write it, in either era."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Birthday"),
            required=False,
            max_length=20,
            help_text=_("Day/month/year, for example 24/11/1992. You get your birthday present by it."),
            widget=forms.TextInput(attrs={"autocomplete": "bday", "inputmode": "numeric"}),
        )

    def clean(self, value: Any) -> Any:
        """Return the day, or None."""
        written = super().clean(value)
        if not written:
            return None
        try:
            return parse_date(written, field="birthday")
        except Refusal as refusal:
            raise forms.ValidationError(refusal_sentence(refusal)) from refusal


class JoinForm(forms.Form):
    """What a new member tells. One yes or no for each consent, none of them given beforehand."""

    given_name = forms.CharField(
        label=_("Given name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    family_name = forms.CharField(
        label=_("Family name"), max_length=100, required=False, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    birthday = BirthdayField()

    def __init__(self, data: Any = None, *, asked: Sequence[Asked] = ()) -> None:
        super().__init__(data)
        add_consents(self, asked)
        self.fields["guardian"] = forms.CharField(
            label=_("Parent or guardian who agrees"),
            help_text=_("Only if you are under 20 and agree to something above."),
            max_length=200,
            required=False,
        )


class ConsentsForm(forms.Form):
    """What a member agrees to at present."""

    def __init__(self, data: Any = None, *, asked: Sequence[Asked] = ()) -> None:
        super().__init__(data, initial={each.name: each.is_granted for each in asked})
        add_consents(self, asked)


def add_consents(form: forms.Form, asked: Sequence[Asked]) -> None:
    """Add a box for each consent to the form."""
    for each in asked:
        form.fields[each.name] = forms.BooleanField(label=each.label, help_text=each.words, required=False)
