-- In which browsers members are signed in, and up to when they have read.

CREATE TABLE member_session (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    member_id uuid NOT NULL,
    browser text NOT NULL,
    way text NOT NULL,
    begun_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX member_session_open ON member_session (organization_id, member_id) WHERE ended_at IS NULL;
CREATE INDEX member_session_old ON member_session (organization_id, last_seen_at);

CREATE TABLE member_read_mark (
    organization_id uuid NOT NULL,
    member_id uuid NOT NULL,
    read_until timestamptz NOT NULL,
    PRIMARY KEY (member_id, organization_id)
);
