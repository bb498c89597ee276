"""The form by which somebody makes a shop of their own."""

from django import forms
from django.utils.translation import gettext_lazy as _

from phakdi.flows.sign_up import Business
from phakdi.web.businesses import BUSINESSES


class SignUpForm(forms.Form):
    """A shop and who owns it."""

    code = forms.CharField(
        label=_("Set-up code"),
        help_text=_("It stands in the terminal in which Phakdi was started."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=_("What is your shop called?"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "data-names": "#id_slug"}),
    )
    slug = forms.CharField(
        label=_("Its name in addresses"),
        help_text=_("Small letters a–z, digits and hyphens. Empty: we make one of the name."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    business = forms.ChoiceField(
        label=_("What kind of business is it?"),
        choices=[(business.value, name) for business, (name, _icon) in BUSINESSES.items()],
        widget=forms.RadioSelect,
        initial=Business.CAFE.value,
    )
    person = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.CharField(
        label=_("E-mail"),
        help_text=_("You sign in with it."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "inputmode": "email"}),
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 12 characters, no common word, not like your name. Four words in a row are easy to keep in mind."),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
