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
        widget=forms.TextInput(attrs={"autocomplete": "username", "inputmode": "email", "placeholder": "081-234-5678"}),
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
            help_text=_("Day/month/year, for example 24/11/1992."),
            widget=forms.TextInput(attrs={"autocomplete": "bday", "inputmode": "numeric", "placeholder": "24/11/2535"}),
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
    """What a new member tells: nothing has to be. One yes or no for each consent, none of them given beforehand."""

    given_name = forms.CharField(
        label=_("What shall we call you?"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    family_name = forms.CharField(
        label=_("Family name"), max_length=100, required=False, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    birthday = BirthdayField()

    def __init__(self, data: Any = None, *, asked: Sequence[Asked] = (), called: str = "") -> None:
        super().__init__(data, initial={"given_name": called})
        add_consents(self, asked)
        self.fields["guardian"] = forms.CharField(
            label=_("Parent or guardian who agrees"),
            help_text=_("Only if you are under 20 and agree to something above."),
            max_length=200,
            required=False,
        )

    @property
    def has_later_errors(self) -> bool:
        """Whether something is wrong in the part that is folded away."""
        return any(self.errors.get(name) for name in ("family_name", "birthday", "guardian"))


class ConsentsForm(forms.Form):
    """What a member agrees to at present."""

    def __init__(self, data: Any = None, *, asked: Sequence[Asked] = ()) -> None:
        super().__init__(data, initial={each.name: each.is_granted for each in asked})
        add_consents(self, asked)


class ProfileForm(forms.Form):
    """Who the member is."""

    given_name = forms.CharField(
        label=_("Given name"), max_length=100, required=False, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    family_name = forms.CharField(
        label=_("Family name"), max_length=100, required=False, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    nickname = forms.CharField(
        label=_("Nickname"), max_length=100, required=False, widget=forms.TextInput(attrs={"autocomplete": "nickname"})
    )
    birthday = BirthdayField()
    gender = forms.ChoiceField(
        label=_("Gender"),
        required=False,
        choices=(("", _("I would rather not say")), ("FEMALE", _("Woman")), ("MALE", _("Man")), ("OTHER", _("Other"))),
    )


class ContactForm(forms.Form):
    """A new phone number or e-mail address."""

    contact = forms.CharField(max_length=200)

    def __init__(self, data: Any = None, *, kind: str) -> None:
        super().__init__(data)
        box = self.fields["contact"]
        if kind == "email":
            box.label = _("New e-mail")
            box.widget.attrs = {"autocomplete": "email", "inputmode": "email", "placeholder": "somchai@example.com"}
        else:
            box.label = _("New phone number")
            box.widget.attrs = {"autocomplete": "tel", "inputmode": "tel", "placeholder": "081-234-5678"}


class GiveForm(forms.Form):
    """Points for somebody else."""

    to = forms.CharField(
        label=_("To whom"),
        help_text=_("Their member number or phone number."),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    unit = forms.ChoiceField(label=_("Kind of points"))
    points = forms.IntegerField(
        label=_("How many"), min_value=1, widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    )
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, data: Any = None, *, units: Sequence[tuple[str, str]], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["unit"].choices = list(units)  # type: ignore[attr-defined]  # a ChoiceField
        if len(units) == 1:
            self.fields["unit"].widget = forms.HiddenInput()
            self.fields["unit"].initial = units[0][0]


class AskForm(forms.Form):
    """What a member asks about their data."""

    details = forms.CharField(
        label=_("Do you want to add something?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def add_consents(form: forms.Form, asked: Sequence[Asked]) -> None:
    """Add a box for each consent to the form."""
    for each in asked:
        form.fields[each.name] = forms.BooleanField(label=each.label, help_text=each.words, required=False)
