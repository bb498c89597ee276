-- Members who may be one person. A key is what members of a block share; a pair is kept with the lower id first.

CREATE TABLE duplicate_key (
    organization_id uuid NOT NULL,
    key bigint NOT NULL,
    member_id uuid NOT NULL,
    PRIMARY KEY (organization_id, key, member_id)
);
CREATE INDEX duplicate_key_of_member ON duplicate_key (member_id);

CREATE TABLE duplicate_pair (
    organization_id uuid NOT NULL,
    low_id uuid NOT NULL,
    high_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'OPEN',  -- LATER, DIFFERENT
    strength text NOT NULL,
    probability double precision NOT NULL,
    evidence jsonb NOT NULL,
    fingerprint text NOT NULL,
    found_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by jsonb,
    PRIMARY KEY (low_id, high_id),
    CONSTRAINT duplicate_pair_state CHECK (state IN ('OPEN', 'LATER', 'DIFFERENT')),
    CONSTRAINT duplicate_pair_strength CHECK (strength IN ('CERTAIN', 'LIKELY', 'PERHAPS')),
    CONSTRAINT duplicate_pair_in_order CHECK (low_id < high_id)
);
CREATE INDEX duplicate_pair_of_high ON duplicate_pair (high_id);
CREATE INDEX duplicate_pair_to_review ON duplicate_pair (organization_id, state, probability DESC, low_id, high_id);

-- How far the members were read, and what was estimated from them.
CREATE TABLE duplicate_scan (
    organization_id uuid PRIMARY KEY,
    read_to xid8 NOT NULL DEFAULT '0',
    read_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    members integer NOT NULL DEFAULT 0,
    prior double precision,
    m jsonb,
    u jsonb,
    estimated_at timestamptz,
    estimated_from integer NOT NULL DEFAULT 0,
    read_at timestamptz
);
