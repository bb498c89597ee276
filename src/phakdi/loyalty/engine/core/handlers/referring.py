"""Members who bring members: a friend has one referrer for ever, the first valid one (R94), and never each other."""

from datetime import datetime
from uuid import UUID

from phakdi.loyalty.engine.core import limits
from phakdi.loyalty.engine.core.handlers import asking
from phakdi.loyalty.engine.core.state import Caused
from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs import periods


def refer(work: Work) -> None:
    """Invite a ``friend``; the friend's record learns of it through the outbox.

    Raises:
        Rejected: ``referral_self``, ``referral_cross``, ``referral_repeated``, ``referral_closed``, ``referral_condition``,
            ``limit_reached``.
    """
    asking.demand_active(work)
    program = work.program
    friend = _member(work, "friend")
    if friend == work.state.member_id:
        raise reject("referral_self", "Nobody brings themselves.")
    if str(friend) == work.state.marks.get("referred_by"):
        raise reject("referral_cross", "This friend brought the member: they cannot bring each other.")
    if str(friend) in work.state.marks.get("invited", {}):
        raise reject("referral_repeated", "This friend was invited before.")
    _demand_open(work)
    if program.referral_test is not None and not program.referral_test(work):
        raise reject("referral_condition", "The conditions for bringing friends are not met.")
    limits.demand(work, program.referral_limits, "uses", 1)
    limits.count(work, program.referral_limits, uses=1)
    work.mark("invited", {})[str(friend)] = work.at.isoformat()
    work.caused.append(Caused(friend, "referral_claimed", work.at, {"referrer": str(work.state.member_id)}))


def _member(work: Work, name: str) -> UUID:
    try:
        return UUID(str(work.activity.fields.get(name)))
    except ValueError:
        raise reject("member_missing", "Say which member.", field=name) from None


def _is_open(work: Work) -> bool:
    program = work.program
    if program.referral_starts is not None and work.at < program.referral_starts:
        return False
    return program.referral_ends is None or work.at < program.referral_ends


def _demand_open(work: Work) -> None:
    if not _is_open(work):
        raise reject("referral_closed", "Bringing friends is not offered now.")


def claimed(work: Work) -> None:
    """Note that somebody invited this member; the first valid claim wins, later ones are only recorded (R94)."""
    work.earns = False
    marks, referrer = work.state.marks, str(_member(work, "referrer"))
    work.mark("claims", []).append([referrer, work.at.isoformat()])
    if "referred_by" in marks or "joined" in marks or "purchase" in marks.get("last", {}) or referrer in marks.get("invited", {}):
        work.verdict("referral", False, "claim_not_first")
        return
    marks["referred_by"], marks["referred_at"] = referrer, work.at.isoformat()
    work.verdict("referral", True, "claimed")


def bind(work: Work) -> None:
    """Settle at joining who brought the member: a claim from before that is still valid, else ``referred_by``.

    Raises:
        Rejected: ``referral_self``, ``referral_cross``.
    """
    marks = work.state.marks
    if "referred_by" in marks and _has_lapsed(work, marks.get("referred_at")):
        del marks["referred_by"]
        work.verdict("referral", False, "claim_lapsed")
    if not work.activity.fields.get("referred_by"):
        return
    referrer = _member(work, "referred_by")
    if referrer == work.state.member_id:
        raise reject("referral_self", "Nobody brings themselves.")
    if str(referrer) in marks.get("invited", {}):
        raise reject("referral_cross", "The member brought this friend: they cannot bring each other.")
    if "referred_by" in marks:
        if marks["referred_by"] != str(referrer):
            work.verdict("referral", False, "claim_not_first")
        return
    if not _is_open(work):
        work.verdict("referral", False, "referral_closed")
        return
    marks["referred_by"], marks["referred_at"] = str(referrer), work.at.isoformat()
    fields = {"friend": str(work.state.member_id)}
    work.caused.append(Caused(referrer, "referral_given", work.at, fields))


def _has_lapsed(work: Work, claimed_at: str | None) -> bool:
    referral = work.program.document.referral
    if referral is None or referral.claim_within is None or claimed_at is None:
        return False
    day = periods.day_of(datetime.fromisoformat(claimed_at), work.zone)
    return work.today > periods.add(day, periods.parse_duration(referral.claim_within))


def given(work: Work) -> None:
    """Note on the referrer's side that a friend named them: the two cannot bring each other, and the friend counts for limits."""
    work.earns = False
    friend = str(_member(work, "friend"))
    if friend in work.state.marks.get("invited", {}):
        return
    work.mark("invited", {})[friend] = work.at.isoformat()
    try:
        limits.demand(work, work.program.referral_limits, "uses", 1)
    except limits.LimitReached as reached:
        work.mark("unrewarded", []).append(friend)
        work.verdict("referral", False, "limit_reached", limit=reached.details["limit"])
    else:
        limits.count(work, work.program.referral_limits, uses=1)


def is_rewarded(work: Work) -> bool:
    """Whether what a friend brings about is given: not for friends beyond the limits of bringing friends."""
    fields = work.activity.fields
    if fields.get("reason") != "referrer" or fields.get("friend") not in work.state.marks.get("unrewarded", ()):
        return True
    work.verdict("referral", False, "limit_reached")
    return False
