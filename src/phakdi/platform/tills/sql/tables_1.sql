-- Tills that keep bills while the network is gone, and what became of these bills.

CREATE TABLE till (
    organization_id uuid NOT NULL,
    id uuid PRIMARY KEY,
    label text NOT NULL DEFAULT '',
    sealed_secret text NOT NULL,
    created_by_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE INDEX till_of_organization ON till (organization_id, id);

-- A till numbers its bills. Two of one number differ by their digest: both are kept, one of them to be looked at.
CREATE TABLE till_bill (
    organization_id uuid NOT NULL,
    id uuid PRIMARY KEY,
    till_id uuid NOT NULL,
    number bigint NOT NULL,
    digest text NOT NULL,
    state text NOT NULL,
    staff_id uuid NOT NULL,
    sent_by_id uuid NOT NULL,
    store text NOT NULL DEFAULT '',
    kept_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    sealed text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    details jsonb NOT NULL DEFAULT '{}',
    member_id uuid,
    activity_id uuid,
    settled_at timestamptz,
    settled_by_id uuid,
    CONSTRAINT till_bill_once UNIQUE (organization_id, till_id, number, digest),
    CONSTRAINT till_bill_possible CHECK (
        number > 0 AND state IN ('RECEIVED', 'BOOKED', 'CONFLICT', 'GIVEN_UP')
        AND (state <> 'BOOKED' OR activity_id IS NOT NULL) AND (state <> 'CONFLICT' OR (reason <> '' AND sealed <> ''))
    )
);
CREATE INDEX till_bill_open ON till_bill (organization_id, received_at) WHERE state IN ('RECEIVED', 'CONFLICT');
CREATE INDEX till_bill_latest ON till_bill (organization_id, received_at);
