"""Forms of the counter."""

import secrets
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from phakdi.kit.text import pick
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.web.words import language

TENDERS = (
    ("", _("Not said")),
    ("cash", _("Cash")),
    ("card", _("Card")),
    ("promptpay", _("PromptPay")),
    ("wallet", _("E-wallet")),
    ("other", _("Other")),
)


def new_token() -> str:
    """Return the name of a bill that has none: it makes sending the form twice harmless."""
    return secrets.token_hex(8)


class EnrollForm(forms.Form):
    """A new member at the counter: a phone is enough."""

    phone = forms.CharField(
        label=_("Phone number"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
    )
    given_name = forms.CharField(
        label=_("Given name"), max_length=100, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    family_name = forms.CharField(
        label=_("Family name"), max_length=100, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class BillForm(forms.Form):
    """A bill for which points are given."""

    amount = forms.CharField(
        label=_("Amount of the bill"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "placeholder": "0.00", "autofocus": True}),
    )
    receipt = forms.CharField(
        label=_("Receipt number"),
        help_text=_("With it nobody can give points for the same bill twice."),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    tender = forms.ChoiceField(label=_("Paid by"), choices=TENDERS, required=False)
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def clean_amount(self) -> str:
        """Return the amount without thousands marks."""
        return str(self.cleaned_data["amount"]).replace(",", "").strip()


class PayForm(forms.Form):
    """Points taken for a bill or for a reward."""

    what = forms.ChoiceField(label=_("What for"), widget=forms.RadioSelect)
    points = forms.IntegerField(
        label=_("Points"),
        min_value=1,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    bill = forms.CharField(
        label=_("Amount of the bill"),
        help_text=_("Needed where points pay a bill."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "placeholder": "0.00"}),
    )
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, data: Any = None, *, program: CompiledProgram, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        choices = list(_ways(program))
        self.fields["what"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        if len(choices) == 1:
            self.fields["what"].initial = choices[0][0]

    def clean(self) -> dict[str, Any]:
        """Ask for points where they pay a bill."""
        given = super().clean() or self.cleaned_data
        if given.get("what") == "pay" and not given.get("points"):
            self.add_error("points", _("Say how many points."))
        if given.get("bill"):
            given["bill"] = str(given["bill"]).replace(",", "").strip()
        return given


def _ways(program: CompiledProgram) -> Iterable[tuple[str, str]]:
    if program.spending:
        yield "pay", str(_("Pay a bill with points"))
    for key, reward in program.document.rewards.items():
        yield f"reward:{key}", pick(reward.name, language()) or key
