"""Who is left out: decided by a hash before anything is sent, so that it can be checked and never depends on what members do."""

from hashlib import blake2b
from uuid import UUID

from phakdi.insight.lift.core.measuring import chi_square

BUCKETS = 10_000  # a share is said in hundredths of a percent
SPLIT_MAX = 10.828  # χ² with one degree of freedom at p = .001


def is_held(member_id: UUID, *, salt: str, held_bp: int) -> bool:
    """Return whether a member is held out of the experiment ``salt``, of whom ``held_bp`` basis points are."""
    digest = blake2b(member_id.bytes, digest_size=8, key=salt.encode()[:64]).digest()
    return int.from_bytes(digest, "big") % BUCKETS < held_bp


def is_split_sound(treated: int, held: int, *, held_bp: int) -> bool:
    """Return whether the groups are as large as planned; where not, something else than chance chose and no result is shown (K28)."""
    total = treated + held
    planned = total * held_bp / BUCKETS
    return chi_square((treated, held), (total - planned, planned)) <= SPLIT_MAX
