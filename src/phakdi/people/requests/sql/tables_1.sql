-- What members ask about their data, who was forgotten, and breaches.

CREATE TABLE data_request (
    organization_id uuid NOT NULL,
    id uuid PRIMARY KEY,
    member_id uuid NOT NULL,
    kind text NOT NULL
        CONSTRAINT data_request_kind_known CHECK (kind IN ('ACCESS', 'COPY', 'CORRECTION', 'ERASURE', 'OBJECTION', 'RESTRICTION')),
    state text NOT NULL DEFAULT 'OPEN'
        CONSTRAINT data_request_state_known CHECK (state IN ('OPEN', 'IN_PROGRESS', 'ANSWERED', 'REFUSED', 'WITHDRAWN')),
    details text NOT NULL DEFAULT '',
    opened_at timestamptz NOT NULL,
    opened_by text NOT NULL DEFAULT 'member',
    identity_check text NOT NULL DEFAULT 'NONE',
    due_date date NOT NULL,
    assigned_to uuid,
    started_at timestamptz,
    closed_at timestamptz,
    answer text NOT NULL DEFAULT '',
    refusal_reason text NOT NULL DEFAULT '',
    reminded_on date,
    file_id uuid,
    CONSTRAINT data_request_finished CHECK ((closed_at IS NULL) = (state IN ('OPEN', 'IN_PROGRESS'))),
    CONSTRAINT data_request_refused_with_reason CHECK ((state = 'REFUSED') = (refusal_reason <> ''))
);
CREATE INDEX data_request_latest ON data_request (organization_id, state, due_date);
CREATE INDEX data_request_of_member ON data_request (member_id);
-- One question of a kind at a time: asked again, it is the same question.
CREATE UNIQUE INDEX data_request_waiting ON data_request (member_id, kind) WHERE state IN ('OPEN', 'IN_PROGRESS');

CREATE TABLE erasure (
    organization_id uuid NOT NULL,
    member_id uuid NOT NULL,
    erased_at timestamptz NOT NULL,
    request_id uuid,
    counts jsonb NOT NULL DEFAULT '{}',
    hashes jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (organization_id, member_id)
);

CREATE TABLE forgotten_contact (
    organization_id uuid NOT NULL,
    hash text NOT NULL,
    forgotten_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, hash)
);

CREATE TABLE data_breach (
    organization_id uuid NOT NULL,
    id uuid PRIMARY KEY,
    title text NOT NULL,
    description text NOT NULL DEFAULT '',
    happened_at timestamptz,
    known_at timestamptz NOT NULL,
    members_count integer CONSTRAINT data_breach_members CHECK (members_count >= 0),
    risk text NOT NULL DEFAULT '' CONSTRAINT data_breach_risk_known CHECK (risk IN ('', 'LOW', 'SOME', 'HIGH')),
    measures text NOT NULL DEFAULT '',
    authority_told_at timestamptz,
    members_told_at timestamptz,
    closed_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX data_breach_latest ON data_breach (organization_id, known_at);
