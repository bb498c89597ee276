-- The ledger's tables. Keys begin with member_id: one member, one shard. What finds a member (receipt) has its own key.
-- No foreign keys between them: one function writes a member's activity, entries and lots in one transaction, checking a
-- key costs as much as the insert, and `phakdi verify` looks for orphans. Few and short checks: the server reads their text
-- anew for every statement.

CREATE TABLE activity (
    organization_id uuid NOT NULL,
    member_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    ref text NOT NULL DEFAULT '',
    origin text NOT NULL DEFAULT '',
    of text NOT NULL DEFAULT '',
    channel text NOT NULL DEFAULT '',
    store text NOT NULL DEFAULT '',
    tender text NOT NULL DEFAULT '',
    amount_minor bigint,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    program_version_id uuid,
    data jsonb NOT NULL DEFAULT '{}',
    outcome jsonb NOT NULL DEFAULT '{}',
    verdicts jsonb NOT NULL DEFAULT '[]',
    state text NOT NULL DEFAULT 'BOOKED',  -- or REVIEW
    import_id uuid,
    actor jsonb,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (member_id, id)
);
CREATE INDEX activity_latest ON activity (organization_id, id);
CREATE INDEX activity_to_look_at ON activity (organization_id, state, import_id) WHERE state = 'REVIEW' OR import_id IS NOT NULL;

CREATE TABLE receipt (
    organization_id uuid NOT NULL,
    origin text NOT NULL,
    number text NOT NULL,
    member_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    content_hash text NOT NULL,
    PRIMARY KEY (organization_id, origin, number)
);

CREATE TABLE entry (
    organization_id uuid NOT NULL,
    member_id uuid NOT NULL,
    id uuid NOT NULL,
    activity_id uuid,
    program_version_id uuid,
    seq integer NOT NULL,
    kind text NOT NULL,
    unit text NOT NULL,
    points bigint NOT NULL,
    source text NOT NULL,
    target text NOT NULL,
    rule text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    params jsonb NOT NULL DEFAULT '{}',
    reverses_id uuid,
    uses jsonb NOT NULL DEFAULT '[]',
    pot text NOT NULL DEFAULT '',
    ref text NOT NULL DEFAULT '',
    effective_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (member_id, id),
    CONSTRAINT entry_moves_points CHECK (points > 0 AND source <> target)
);

-- Rows below are caches of the entries: changed in place, so pages keep room for the next version of a row.
CREATE TABLE lot (
    organization_id uuid NOT NULL,
    member_id uuid NOT NULL,
    id uuid NOT NULL,
    activity_id uuid,
    unit text NOT NULL,
    granted bigint NOT NULL,
    remaining bigint NOT NULL,
    earned_at timestamptz NOT NULL,
    available_at timestamptz,
    expires_at timestamptz,
    is_pending boolean NOT NULL DEFAULT false,
    waits_for text NOT NULL DEFAULT '',
    cancel_at timestamptz,
    pot text NOT NULL DEFAULT '',
    rule text NOT NULL DEFAULT '',
    is_bonus boolean NOT NULL DEFAULT false,
    ref text NOT NULL DEFAULT '',
    is_open boolean NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (member_id, id),
    CONSTRAINT lot_remaining_within_granted CHECK (0 <= remaining AND remaining <= granted AND is_open = (remaining > 0))
) WITH (fillfactor = 80);
-- is_open and not remaining > 0: a partial spend then changes no indexed column and stays a heap-only update.
CREATE INDEX lot_open ON lot (member_id) WHERE is_open;

CREATE TABLE wallet (
    organization_id uuid NOT NULL,
    member_id uuid NOT NULL,
    unit text NOT NULL,
    active bigint NOT NULL DEFAULT 0,
    pending bigint NOT NULL DEFAULT 0,
    held bigint NOT NULL DEFAULT 0,
    debt bigint NOT NULL DEFAULT 0,
    earned bigint NOT NULL DEFAULT 0,
    spent bigint NOT NULL DEFAULT 0,
    expired bigint NOT NULL DEFAULT 0,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (member_id, unit),
    CONSTRAINT wallet_never_negative CHECK (least(active, pending, held, debt) >= 0)
) WITH (fillfactor = 70);

CREATE TABLE voucher (
    organization_id uuid NOT NULL,
    member_id uuid NOT NULL,
    id uuid NOT NULL,
    activity_id uuid,
    definition text NOT NULL,
    state text NOT NULL,
    issued_at timestamptz NOT NULL,
    starts_at timestamptz NOT NULL,
    expires_at timestamptz,
    value_minor bigint,
    uses_left integer NOT NULL DEFAULT 1,
    rule text NOT NULL DEFAULT '',
    ref text NOT NULL DEFAULT '',
    choice text NOT NULL DEFAULT '',
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (member_id, id),
    CONSTRAINT voucher_possible CHECK (
        state IN ('ISSUED', 'HELD', 'USED', 'EXPIRED', 'CANCELLED') AND uses_left >= 0 AND coalesce(value_minor, 0) >= 0
    )
) WITH (fillfactor = 80);
CREATE INDEX voucher_open ON voucher (member_id) WHERE state IN ('ISSUED', 'HELD');
