"""Bringing a file in: uploaded, looked at, then imported in the background."""

from typing import Any, Literal
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from phakdi.adapters.commerce.files.guessing import guess_mapping
from phakdi.adapters.commerce.files.running import preview, run
from phakdi.adapters.commerce.files.tables import Table
from phakdi.adapters.commerce.files.uploaded import dump_mapping, look_at_upload, open_upload
from phakdi.adapters.commerce.files.wording import reason_of
from phakdi.flows.import_purchases import Manner, Unknown
from phakdi.flows.request_import import keep_upload, request_import
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import Refusal
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.console import picking
from phakdi.web.console.imports import count_name
from phakdi.web.words import add_refusal, language, refusal_sentence

REJECTS_SHOWN = 50
COUNTED_MAX = 3 * 1024 * 1024  # bytes that are counted while somebody waits; larger files are counted by the command
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

    mapping = forms.CharField(max_length=20_000, strip=False, required=False, widget=forms.HiddenInput)
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
    """Show what each column is taken for and how the first rows are read; once confirmed, have the file imported."""
    kind: Literal["members", "purchases"] = "members" if request.GET.get("kind") == "members" else "purchases"
    form = MappingForm(request.POST or None)
    if kind == "members":
        del form.fields["unknown"]
    do = request.POST.get("do", "")
    written = request.POST.get("mapping", "").replace("\r\n", "\n")
    context: dict[str, Any] = {"form": form, "kind": kind, "rows": [], "rejects": [], "file_id": file_id}
    try:
        with look_at_upload(organization_id=desk.organization_id, file_id=file_id) as table:
            context["name"] = table.path.name
            written = _mapping_of(table, kind, written, request)
            context |= {"mapping": written, "columns": picking.columns_of(table, written, kind)}
        with open_upload(organization_id=desk.organization_id, file_id=file_id, kind=kind, mapping=written) as file:
            rows, rejects = preview(file, currency=desk.currency, now=utc_now())
            context["can_count"] = file.table.path.stat().st_size <= COUNTED_MAX
            if do == "count" and context["can_count"]:
                manner = Manner(Unknown(request.POST.get("unknown") or "shadow"), dry_run=True)
                counted = run(file, organization_id=desk.organization_id, currency=desk.currency, manner=manner, now=utc_now())
                context["counts"] = [(count_name(name), number) for name, number in counted.counts.items() if number]
                rejects = list(counted.rejects[:REJECTS_SHOWN])
                context["left_out"] = len(counted.rejects)
    except Refusal as refusal:
        if refusal.code == "file_not_found":
            raise
        context["trouble"] = refusal.message if language() == "en" else f"{refusal_sentence(refusal)} ({refusal.message})"
        is_first_look = request.method != "POST" and "columns" in context
        return render(request, "console/import_check.html", context, status=200 if is_first_look else 422)
    if do == "import" and form.is_valid():
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
    names = list(dict.fromkeys(name for row in rows for name in row))
    context |= {
        "names": [picking.target_name(name, kind) for name in names],
        "rows": [[row.get(name, "") for name in names] for row in rows],
        "rejects": [
            (each, picking.target_name(each.column, kind), reason_of(each.code, each.details, language())) for each in rejects
        ],
    }
    return render(request, "console/import_check.html", context)


def _mapping_of(table: Table, kind: Literal["members", "purchases"], written: str, request: HttpRequest) -> str:
    """Return the mapping as picked on the page, else as it was written, else as guessed."""
    if not written:
        try:
            written = dump_mapping(guess_mapping(table, kind))
        except Refusal:
            written = picking.blank(kind)
    picked = {name: request.POST[name] for name in request.POST if name.startswith("column_")}
    return picking.picked_mapping(table, written, picked, dates=request.POST.get("dates", "")) if picked else written
