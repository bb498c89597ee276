"""SMS through ThaiBulkSMS (api-v2.thaibulksms.com). It knows no idempotency keys: what is unclear is never sent again."""

import re
from collections.abc import Mapping

from phakdi.adapters.channels.http import READ_SECONDS, Answer, checked_url, new_client, post_form
from phakdi.engagement.messaging.core import Outcome, OutcomeKind
from phakdi.engagement.messaging.ports import Outgoing

HOSTS = frozenset({"api-v2.thaibulksms.com"})
BASE_URL = "https://api-v2.thaibulksms.com"
NO_CREDIT = frozenset({"116", "error_insufficient_credit", "insufficient_credit"})
_NOT_IN_CODES = re.compile(r"[^a-z0-9_.-]|\d{4,}")  # long numbers are somebody's phone or code


class ThaiBulkSms:
    """A connection to one ThaiBulkSMS account."""

    provider = "thaibulksms"
    keeps_secrets = False

    def __init__(
        self,
        *,
        key: str,
        secret: str,
        sender: str,
        base_url: str = BASE_URL,
        force: str = "standard",
        allows_local: bool = False,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        """Use an account by its API key. ``force`` is the route: ``standard`` or ``corporate``.

        Raises:
            WrongHost: ``base_url`` is not the provider's own.
        """
        self._url = checked_url(base_url, hosts=HOSTS, allows_local=allows_local) + "/sms"
        self._sender, self._force = sender, force
        self._auth, self._read_seconds = (key, secret), read_seconds

    def send(self, message: Outgoing) -> Outcome:
        """Send one SMS. ACCEPTED only where the provider lists the number among those it took."""
        msisdn = message.destination.removeprefix("+")
        form = {"msisdn": msisdn, "message": message.body, "sender": self._sender, "force": self._force}
        with new_client(auth=self._auth, read_seconds=self._read_seconds) as client:
            answer = post_form(client, self._url, form)
        return answer if isinstance(answer, Outcome) else self._read(answer, msisdn)

    def _read(self, answer: Answer, msisdn: str) -> Outcome:
        status = answer.status
        if 200 <= status < 300:  # noqa: PLR2004 - what HTTP calls success
            return _listed(answer, msisdn)
        code = _error_code(answer.body)
        if code in NO_CREDIT:
            return Outcome(OutcomeKind.QUOTA, code="no_credit", status=status)
        if status in {429, 503}:
            kind = OutcomeKind.RETRY
            return Outcome(kind, code=code or "busy", status=status, retry_after_seconds=answer.retry_after_seconds)
        if status >= 500:  # noqa: PLR2004 - the server failed, before or after it sent
            return Outcome(OutcomeKind.AMBIGUOUS, code=code or "server_error", status=status)
        return Outcome(OutcomeKind.PERMANENT, code=code or "refused", status=status)


def _listed(answer: Answer, msisdn: str) -> Outcome:
    """Return what a 2xx answer says of the number: it may also say that it was not sent to."""
    taken, bad = _entries(answer, "phone_number_list"), _entries(answer, "bad_phone_number_list")
    if any(_is_same(entry, msisdn) for entry in bad):
        return Outcome(OutcomeKind.PERMANENT, code="bad_number", status=answer.status)
    for entry in taken:
        if _is_same(entry, msisdn):
            ref = str(entry.get("message_id", ""))[:100]
            return Outcome(OutcomeKind.ACCEPTED, ref, status=answer.status, quota_left=_credit(answer))
    return Outcome(OutcomeKind.AMBIGUOUS, code="number_not_listed", status=answer.status)


def _entries(answer: Answer, name: str) -> list[Mapping[str, object]]:
    entries = answer.body.get(name)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _is_same(entry: Mapping[str, object], msisdn: str) -> bool:
    number = re.sub(r"\D", "", str(entry.get("number", "")))
    return bool(number) and (number == msisdn or number == "0" + msisdn.removeprefix("66"))


def _credit(answer: Answer) -> int | None:
    left = str(answer.body.get("remaining_credit", ""))
    return int(float(left)) if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", left, re.ASCII) else None


def _error_code(body: Mapping[str, object]) -> str:
    error = body.get("error")
    if not isinstance(error, dict):
        return ""
    for name in ("name", "code"):
        if (text := str(error.get(name) or "").lower()) in NO_CREDIT:
            return text
    return _NOT_IN_CODES.sub("_", str(error.get("name") or error.get("code") or "").lower())[:60]
