"""Codes as sentences on pages, in the language of the request."""

from django.forms import BaseForm
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from phakdi.kit.errors import Refusal
from phakdi.loyalty.wording import Reader, refusal_text


def language() -> str:
    """Return the reader's language: th or en."""
    return (get_language() or "th").partition("-")[0]


def refusal_sentence(refusal: Refusal, reader: Reader | None = None) -> str:
    """Return what was refused as a sentence; a code without words is shown with its English message."""
    said = refusal_text(refusal.code, refusal.details, language(), reader)
    return said or _("This cannot be done: %(message)s") % {"message": refusal.message}


def add_refusal(form: BaseForm, refusal: Refusal, reader: Reader | None = None) -> None:
    """Put a refusal where it belongs on the form: at the field it names, else above the form."""
    field = refusal.details.get("field")
    form.add_error(field if field in form.fields else None, refusal_sentence(refusal, reader))
