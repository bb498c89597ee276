"""Forms of the counter."""

import re
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from django import forms
from django.utils.translation import gettext_lazy as _

from phakdi.kit.text import pick
from phakdi.kit.thai import arabic_digits, typed_in_latin
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.platform.tills.core import PARTS_MAX, QUANTITY_MAX, Part
from phakdi.web.words import language

TENDERS = (
    ("", _("Not said")),
    ("cash", _("Cash")),
    ("card", _("Card")),
    ("promptpay", _("PromptPay")),
    ("wallet", _("E-wallet")),
    ("other", _("Other")),
)
UNDO_REASONS = (
    ("amount", _("The amount was wrong")),
    ("member", _("It was for another member")),
    ("returned", _("The goods came back")),
    ("other", _("Another reason")),
)
_DECIMAL = {"inputmode": "decimal", "autocomplete": "off", "placeholder": "0.00"}


def new_token() -> str:
    """Return the name of a bill that has none: it makes sending the form twice harmless."""
    return secrets.token_hex(8)


def read_amount(text: str) -> str:
    """Return an amount as it was meant: without thousands marks, also in Thai digits or typed with a Thai layout."""
    return re.sub(r"[,\s]", "", typed_in_latin(arabic_digits(text)))


class EnrollForm(forms.Form):
    """A new member at the counter: a phone is enough, a name is kind."""

    phone = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "autofocus": True}),
    )
    given_name = forms.CharField(
        label=_("Name"),
        help_text=_("As they want to be called. Members tell more themselves, on their own phone."),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_phone(self) -> str:
        """Return the phone, also where it was typed with a Thai layout."""
        return typed_in_latin(arabic_digits(self.cleaned_data["phone"]))


class BillForm(forms.Form):
    """A bill for which points are given. What is said of categories comes as ``parts``, or by one field each."""

    amount = forms.CharField(
        label=_("Amount of the bill"),
        max_length=20,
        widget=forms.TextInput(attrs={**_DECIMAL, "autofocus": True, "data-amount": True, "enterkeyhint": "go"}),
    )
    receipt = forms.CharField(
        label=_("Receipt number"),
        help_text=_("With it nobody can give points for the same bill twice."),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-scan": "receipt"}),
    )
    tender = forms.ChoiceField(label=_("Paid by"), choices=TENDERS, required=False)
    parts = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-parts": True}), max_length=4000)
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, data: Any = None, *, categories: Sequence[str] = (), initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.categories = categories

    def clean_amount(self) -> str:
        """Return the amount without thousands marks."""
        return read_amount(str(self.cleaned_data["amount"]))

    def clean_parts(self) -> tuple[Part, ...]:
        """Return what was bought of which category, as a script or the fields tell it."""
        try:
            given = orjson.loads(self.cleaned_data["parts"] or b"[]") or self._by_fields()
            found = tuple(Part(str(each["category"]), int(each["quantity"]), read_amount(str(each["amount"]))) for each in given)
        except (ValueError, KeyError, TypeError) as error:
            raise forms.ValidationError(_("Say how many there are, as a number.")) from error
        if len(found) > PARTS_MAX or any(
            not 0 < part.quantity <= QUANTITY_MAX or part.category not in self.categories for part in found
        ):
            raise forms.ValidationError(_("Say how many there are, as a number."))
        return found

    @property
    def parts_text(self) -> str:
        """What is said of parts, as the next form carries it on."""
        parts: tuple[Part, ...] = self.cleaned_data.get("parts", ())
        told = [{"category": part.category, "quantity": part.quantity, "amount": part.amount} for part in parts]
        return orjson.dumps(told).decode()

    @property
    def choices(self) -> list[dict[str, str]]:
        """What each category's fields say now."""
        return [
            {
                "name": name,
                "number": str(number),
                "quantity": self.data.get(f"quantity_{number}", ""),
                "amount": self.data.get(f"part_{number}", ""),
            }
            for number, name in enumerate(self.categories)
        ]

    def _by_fields(self) -> list[dict[str, str]]:
        return [
            {"category": each["name"], "quantity": each["quantity"], "amount": each["amount"]}
            for each in self.choices
            if each["quantity"].strip() not in {"", "0"}
        ]


class PayForm(forms.Form):
    """Points taken for a bill or for a reward, or a voucher used."""

    what = forms.ChoiceField(label=_("What for"), widget=forms.RadioSelect)
    points = forms.IntegerField(
        label=_("Points"),
        min_value=1,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    bill = forms.CharField(
        label=_("Amount of the bill"),
        help_text=_("Needed where points or a voucher pay part of a bill."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs=_DECIMAL),
    )
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(
        self, data: Any = None, *, program: CompiledProgram, vouchers: Iterable[tuple[str, str]] = (), initial: Any = None
    ) -> None:
        super().__init__(data, initial=initial)
        choices = [*_ways(program), *((f"voucher:{key}", name) for key, name in vouchers)]
        self.fields["what"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        if len(choices) == 1:
            self.fields["what"].initial = choices[0][0]

    def clean(self) -> dict[str, Any]:
        """Ask for points where they pay a bill."""
        given = super().clean() or self.cleaned_data
        if given.get("what") == "pay" and not given.get("points"):
            self.add_error("points", _("Say how many points."))
        if given.get("bill"):
            given["bill"] = read_amount(str(given["bill"]))
        return given


class UndoForm(forms.Form):
    """Why something is taken back."""

    reason = forms.ChoiceField(label=_("Why"), choices=UNDO_REASONS, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What happened"), max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean(self) -> dict[str, Any]:
        """Ask what happened where none of the reasons says it."""
        given = super().clean() or self.cleaned_data
        if given.get("reason") == "other" and not given.get("note", "").strip():
            self.add_error("note", _("Say what happened."))
        return given


def _ways(program: CompiledProgram) -> Iterable[tuple[str, str]]:
    if program.spending:
        yield "pay", str(_("Pay a bill with points"))
    for key, reward in program.document.rewards.items():
        yield f"reward:{key}", pick(reward.name, language()) or key
