"""Bringing a file in: uploaded, looked at, then imported in the background."""

from typing import Literal
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from phakdi.adapters.commerce.files.running import preview
from phakdi.adapters.commerce.files.uploaded import dump_mapping, open_upload
from phakdi.adapters.commerce.files.wording import reason_of
from phakdi.flows.request_import import keep_upload, request_import
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import Refusal
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.words import add_refusal, language, refusal_sentence

KINDS = (("members", gettext_lazy("Members")), ("purchases", gettext_lazy("Purchases and returns")))
UNKNOWN = (
    ("shadow", gettext_lazy("Keep their points until they enroll")),
    ("create", gettext_lazy("Make them members")),
    ("reject", gettext_lazy("Leave their rows out")),
)


class UploadForm(forms.Form):
    """A file and what its rows are."""

    kind = forms.ChoiceField(label=gettext_lazy("What is in it"), choices=KINDS)
    file = forms.FileField(
        label=gettext_lazy("File"), help_text=gettext_lazy("CSV or XLSX, also packed with gzip. Nothing is imported yet.")
    )


class MappingForm(forms.Form):
    """What the columns mean, and what becomes of people who are no members."""

    mapping = forms.CharField(
        label=gettext_lazy("What the columns mean"),
        help_text=gettext_lazy("Guessed from the file. Correct it where it is wrong."),
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"class": "code", "rows": 12, "spellcheck": "false", "wrap": "off"}),
    )
    unknown = forms.ChoiceField(label=gettext_lazy("Purchases by people who are no members"), choices=UNKNOWN, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.IMPORTS_RUN)
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Take a file in; nothing is imported yet."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            kept = keep_upload(
                organization_id=desk.organization_id,
                name=upload.name or "file",
                chunks=upload.chunks(),
                now=utc_now(),
                actor=desk.actor(),
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            return redirect(f"{reverse('web:import_check', args=[kept.id])}?kind={form.cleaned_data['kind']}")
    return render(request, "console/import_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.IMPORTS_RUN)
def check(request: HttpRequest, desk: Desk, file_id: UUID) -> HttpResponse:
    """Show how the first rows are understood; once confirmed, have the file imported."""
    kind: Literal["members", "purchases"] = "members" if request.GET.get("kind") == "members" else "purchases"
    form = MappingForm(request.POST or None)
    if kind == "members":
        del form.fields["unknown"]
    context: dict[str, object] = {"form": form, "kind": kind, "rows": [], "rejects": []}
    written = request.POST.get("mapping", "").replace("\r\n", "\n")
    try:
        with open_upload(organization_id=desk.organization_id, file_id=file_id, kind=kind, mapping=written) as file:
            context["name"] = file.table.path.name
            rows, rejects = preview(file, currency=desk.currency, now=utc_now())
            written = written or dump_mapping(file.mapping)
    except Refusal as refusal:
        if refusal.code == "file_not_found":
            raise
        said = refusal.message if language() == "en" else f"{refusal_sentence(refusal)} ({refusal.message})"
        if form.is_bound:
            form.add_error(None, said)
        else:
            messages.error(request, said, "bad")
        return render(request, "console/import_check.html", context, status=422)
    if request.method == "POST" and request.POST.get("do") == "import" and form.is_valid():
        request_import(
            organization_id=desk.organization_id,
            file_id=file_id,
            kind=kind,
            mapping=written,
            unknown=form.cleaned_data.get("unknown") or "shadow",
            now=utc_now(),
            actor=desk.actor(),
        )
        messages.success(request, _("The import begins in a moment. You may leave this page."), "good")
        return redirect("web:imports")
    form.initial["mapping"] = written
    columns = list(dict.fromkeys(name for row in rows for name in row))
    context |= {
        "columns": columns,
        "rows": [[row.get(column, "") for column in columns] for row in rows],
        "rejects": [(each, reason_of(each.code, each.details, language())) for each in rejects],
    }
    return render(request, "console/import_check.html", context)
