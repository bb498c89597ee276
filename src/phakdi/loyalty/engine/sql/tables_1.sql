-- What the engine keeps of a member beside the ledger, and the counters that many members share.

CREATE TABLE member_state (
    organization_id uuid NOT NULL,
    member_id uuid PRIMARY KEY,
    version bigint NOT NULL,
    clock timestamptz,
    level text NOT NULL DEFAULT '',
    due_at timestamptz,
    doc jsonb NOT NULL DEFAULT '{}',
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) WITH (fillfactor = 70);
CREATE INDEX member_state_due ON member_state (organization_id, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE order_state (
    organization_id uuid NOT NULL,
    member_id uuid NOT NULL,
    ref text NOT NULL,
    doc jsonb NOT NULL,
    lot_ids uuid[] NOT NULL DEFAULT '{}',
    voucher_ids uuid[] NOT NULL DEFAULT '{}',
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (member_id, ref)
) WITH (fillfactor = 90);

CREATE TABLE budget_slice (
    organization_id uuid NOT NULL,
    budget text NOT NULL,
    slice_no integer NOT NULL,
    granted bigint NOT NULL,
    remaining bigint NOT NULL,
    PRIMARY KEY (organization_id, budget, slice_no),
    CONSTRAINT budget_slice_remaining CHECK (0 <= remaining AND remaining <= granted)
) WITH (fillfactor = 50);
