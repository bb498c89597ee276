"""Finding the member at the counter, or enrolling them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.flows.enroll_member import AlreadyMember, Enrollment, enroll_by_staff
from phakdi.flows.undo_activity import UNDONE_BY
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.loyalty.ledger.queries import activities_by_time
from phakdi.people.members.models import Member
from phakdi.people.members.queries import find_by_identity, find_by_number, search
from phakdi.platform.staff.core import Permission
from phakdi.web import standing
from phakdi.web.access import Desk, staff_page
from phakdi.web.counter.desk import STORE, current_store, customer_of, own_stores
from phakdi.web.counter.forms import BillForm, EnrollForm, new_token
from phakdi.web.words import add_refusal

FOUND_MAX = 20
LATEST = 5
SCANNED = ("CARD", "PHONE", "EMAIL")


@require_safe
@staff_page(Permission.MEMBERS_FIND)
def find(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Find a member by phone, number, card or name; what names exactly one, as a scanner does, leads there at once."""
    stores = own_stores(desk)
    wanted = request.GET.get("q", "").strip()
    found: list[Member] = []
    if wanted:
        with organization_scope(desk.organization_id):
            exact = _exactly(desk, wanted)
            found = [] if exact else search(organization_id=desk.organization_id, text=wanted, limit=FOUND_MAX).members
        if exact:
            return redirect("web:counter_member", exact.id)
    context = {"wanted": wanted, "found": found, "stores": stores, "store": current_store(request, stores)}
    return render(request, "counter/find.html", context)


@require_POST
@staff_page(Permission.MEMBERS_FIND)
def choose_store(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Remember in this session in which store somebody works."""
    code = request.POST.get("store", "")
    if any(store.code == code for store in own_stores(desk)):
        request.session[STORE] = code
    return redirect("web:counter")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.MEMBERS_ENROLL)
def enroll(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Make somebody a member by their phone; who is one already is shown."""
    form = EnrollForm(request.POST or None, initial={"phone": request.GET.get("phone", "")})
    if request.method == "POST" and form.is_valid():
        store = current_store(request, own_stores(desk))
        profile = {**form.cleaned_data, "home_store": store.code if store else ""}
        enrollment = Enrollment(profile=profile, source="counter")
        actor = desk.actor(store=store.code if store else "")
        try:
            enrolled = enroll_by_staff(organization_id=desk.organization_id, enrollment=enrollment, actor=actor, now=utc_now())
        except AlreadyMember as known:
            messages.info(request, _("This person is a member already."), "warn")
            return redirect("web:counter_member", known.details["member_id"])
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Enrolled. Give the first points now."), "good")
            return redirect("web:counter_member", enrolled.member.id)
    return render(request, "counter/enroll.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@staff_page(Permission.MEMBERS_FIND)
def member(request: HttpRequest, desk: Desk, member_id: object) -> HttpResponse:
    """Show who it is, what they have, and what can be done for them."""
    now, stores = utc_now(), own_stores(desk)
    customer = customer_of(desk, member_id, stores, now)  # type: ignore[arg-type]  # Django made a UUID of it
    context = {"customer": customer, "member": customer.member, "stores": stores, "store": current_store(request, stores)}
    if customer.snapshot:
        with organization_scope(desk.organization_id):
            latest = activities_by_time(organization_id=desk.organization_id, member_id=customer.member.id, limit=LATEST)
        program = customer.snapshot.program
        found = standing.balances(customer.snapshot, customer.reader, now)
        context |= {
            "main": found[0],
            "others": [each for each in found[1:] if not each.is_empty],
            "vouchers": standing.own_vouchers(customer.snapshot, customer.reader, now),
            "level": customer.reader.called(customer.snapshot.state.standing.level),
            "latest": [(each, customer.reader.called(each.kind), each.kind in UNDONE_BY and bool(each.ref)) for each in latest],
            "form": BillForm(initial={"token": new_token()}),
            "can_pay": bool(program.spending or program.rewards),
        }
    return render(request, "counter/member.html", context)


def _exactly(desk: Desk, wanted: str) -> Member | None:
    """Return the one member whose number, card, phone or e-mail this is, or None."""
    found = find_by_number(organization_id=desk.organization_id, number=wanted)
    for kind in SCANNED:
        if found is not None:
            break
        try:
            found = find_by_identity(organization_id=desk.organization_id, kind=kind, value=wanted)
        except Refusal:
            continue
    return found
