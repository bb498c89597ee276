"""Reading codes for browsers that cannot: frames of a camera, or a photo where there are no scripts."""

import threading
import time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from phakdi.kit.errors import Invalid, Rejected, Unavailable
from phakdi.kit.pictures import BYTES_MAX, read_codes
from phakdi.platform.keys.core import RateLimiter
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.words import refusal_sentence

PER_SECOND, AT_ONCE = 4, 12  # pictures of one person, in each web process
HANDS = 2  # pictures that are read at the same moment
WAIT_SECONDS = 2
_limiter = RateLimiter(per_second=PER_SECOND, burst=AT_ONCE)
_hands = threading.BoundedSemaphore(HANDS)


class TooManyPictures(Rejected):
    """Pictures come faster than they are looked at."""

    code = "pictures_too_many"


@require_POST
@staff_page(Permission.MEMBERS_FIND)
def read(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Read the codes in one picture: a script gets them as JSON, a form is led to the member."""
    is_script = request.headers.get("Accept", "").startswith("application/json")
    try:
        texts = _read(request, desk)
    except (Invalid, Rejected, Unavailable) as refusal:
        if is_script:
            status = 429 if isinstance(refusal, TooManyPictures) else 422
            return JsonResponse({"code": refusal.code, "sentence": refusal_sentence(refusal)}, status=status)
        messages.error(request, refusal_sentence(refusal), "bad")
        return redirect("web:counter")
    if is_script:
        return JsonResponse({"texts": texts})
    if not texts:
        messages.info(request, _("There is no code in this picture that can be read. Take it closer and in good light."), "warn")
        return redirect("web:counter")
    answer = redirect("web:counter")
    answer["Location"] += "?" + urlencode({"q": texts[0]})
    return answer


def _read(request: HttpRequest, desk: Desk) -> list[str]:
    if not _limiter.take(desk.user.id, at=time.monotonic()).is_allowed:
        raise TooManyPictures("Pictures come too fast.")
    picture = request.FILES.get("picture")
    if picture is None or not picture.size or picture.size > BYTES_MAX:
        raise Invalid("The picture is too big, or there is none.", code="picture_unreadable", field="picture")
    if not _hands.acquire(timeout=WAIT_SECONDS):
        raise TooManyPictures("Pictures come too fast.")
    try:
        return list(read_codes(picture.read()))
    finally:
        _hands.release()
