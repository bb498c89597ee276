"""What the members room tells afterwards. Facts carry ids, never names, phones or addresses."""

JOINED = "member.joined"  # enrolled; data: {"source", "store", "referred_by"}
SHADOWED = "member.shadowed"  # known by an identity only, so that points have somewhere to go
CHANGED = "member.changed"  # data: {"fields": [...]}
FROZEN = "member.frozen"  # data: {"by", "reason"}
UNFROZEN = "member.unfrozen"
CLOSED = "member.closed"  # data: {"reason"}
IDENTITY_BOUND = "member.identity_bound"  # data: {"kind"}
MERGED = "member.merged"  # became part of another member; data: {"into", "merge_id"}
UNMERGED = "member.unmerged"  # stands alone again; data: {"from", "merge_id"}
