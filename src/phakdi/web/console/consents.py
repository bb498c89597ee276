"""The words that members agree to: every version in both languages, who agreed to which, and writing the next one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from phakdi.flows.publish_consent import publish_consent
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.people.consents.core import Purpose
from phakdi.people.consents.models import ConsentText
from phakdi.people.consents.queries import VersionAnswers, answers_by_version, text_at, texts_of
from phakdi.platform.staff.core import Permission
from phakdi.platform.staff.queries import staff_of
from phakdi.web.access import Desk, staff_page
from phakdi.web.portal.consenting import OUR_WORDS, PURPOSES
from phakdi.web.words import add_refusal

WRITTEN = tuple(purpose for purpose in Purpose if purpose is not Purpose.SERVICE)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the words, and how many members' latest word is a yes or a no to it."""

    text: ConsentText | None
    granted: int
    refused: int
    is_in_force: bool
    author: str = ""

    @property
    def number(self) -> int:
        """Its number; 0 is what the product itself says before anything was written."""
        return self.text.version if self.text else 0


@dataclass(frozen=True, slots=True)
class PurposeShown:
    """One purpose: its words in force, and every version."""

    key: str
    label: str
    versions: tuple[Version, ...]
    ours: str

    @property
    def current(self) -> Version | None:
        """The version in force, or None."""
        return next((version for version in self.versions if version.is_in_force), None)

    @property
    def granted(self) -> int:
        """How many say yes, to any version."""
        return sum(version.granted for version in self.versions)


class TextForm(forms.Form):
    """The next version of the words."""

    th = forms.CharField(label=gettext_lazy("In Thai"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 5, "lang": "th"}))
    en = forms.CharField(
        label=gettext_lazy("In English"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 5, "lang": "en"})
    )
    effective_from = forms.DateTimeField(
        label=gettext_lazy("In force from"),
        required=False,
        help_text=gettext_lazy("Empty: at once."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    is_material = forms.BooleanField(
        label=gettext_lazy("It changes what members agree to"),
        required=False,
        help_text=gettext_lazy(
            "Then a yes to older words counts no more: members are asked again at their next visit, and nothing is sent to them before."
        ),
    )


@require_safe
@staff_page(Permission.PRIVACY_MANAGE)
def consent_texts(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the words of each purpose and how many agree to them."""
    return render(request, "console/consent_texts.html", {"purposes": [_shown(desk, purpose) for purpose in WRITTEN]})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.PRIVACY_MANAGE)
def consent_text(request: HttpRequest, desk: Desk, purpose: str) -> HttpResponse:
    """Show every version of one purpose's words, and write the next."""
    about = next((each for each in WRITTEN if each.value.lower() == purpose), None)
    if about is None:
        raise Http404
    shown = _shown(desk, about)
    current = shown.current
    initial = dict(current.text.texts) if current and current.text else {}
    form = TextForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        now = utc_now()
        try:
            published = publish_consent(
                organization_id=desk.organization_id,
                purpose=about.value,
                texts={"th": form.cleaned_data["th"], "en": form.cleaned_data["en"]},
                effective_from=form.cleaned_data["effective_from"] or now,
                is_material=form.cleaned_data["is_material"],
                now=now,
                actor=desk.actor(),
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Version %(number)s is kept.") % {"number": published.version}, "good")
            return redirect("web:consent_text", purpose)
    return render(request, "console/consent_text.html", {"shown": shown, "form": form}, status=422 if form.errors else 200)


def _shown(desk: Desk, purpose: Purpose) -> PurposeShown:
    now = utc_now()
    with organization_scope(desk.organization_id):
        texts = [text for text in texts_of(organization_id=desk.organization_id) if text.purpose == purpose]
        current = text_at(organization_id=desk.organization_id, purpose=purpose, at=now)
        answers = answers_by_version(organization_id=desk.organization_id, purpose=purpose)
        staff = {str(person.id): person.user.name for person in staff_of(organization_id=desk.organization_id)}
    in_force = current.version if current else 0
    counted = _counted(answers)
    versions = [
        Version(text, *counted.get(text.version, (0, 0)), text.version == in_force, staff.get(text.created_by, ""))
        for text in texts
    ]
    if 0 in counted or not in_force:
        versions.append(Version(None, *counted.get(0, (0, 0)), not in_force))
    return PurposeShown(purpose.value.lower(), str(PURPOSES[purpose]), tuple(versions), str(OUR_WORDS.get(purpose, "")))


def _counted(answers: Iterable[VersionAnswers]) -> Mapping[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    for each in answers:
        granted, refused = found.get(each.version, (0, 0))
        found[each.version] = (granted + each.granted, refused + each.refused)
    return found
