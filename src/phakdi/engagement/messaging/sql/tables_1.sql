-- Messages to members and every try to hand one over. A try is written before the provider is called.

CREATE TABLE message (
    organization_id uuid NOT NULL,
    id uuid PRIMARY KEY,
    member_id uuid,
    class text NOT NULL
        CONSTRAINT message_class_known CHECK (class IN ('SECURITY', 'TRANSACTIONAL', 'SERVICE', 'LOYALTY', 'MARKETING')),
    priority smallint NOT NULL,
    template text NOT NULL DEFAULT '',
    language text NOT NULL,
    channel text NOT NULL CONSTRAINT message_channel_known CHECK (channel IN ('SMS', 'EMAIL', 'LINE', 'PUSH')),
    destination text NOT NULL,
    subject text NOT NULL DEFAULT '',
    body text NOT NULL,
    sealed text NOT NULL DEFAULT '',
    unsubscribe_url text NOT NULL DEFAULT '',
    parts integer NOT NULL DEFAULT 1,
    state text NOT NULL
        CONSTRAINT message_state_known CHECK (state IN ('QUEUED', 'SENT', 'FAILED', 'AMBIGUOUS', 'CANCELLED')),
    state_reason text NOT NULL DEFAULT '',
    key text,
    tries integer NOT NULL DEFAULT 0,
    provider text NOT NULL DEFAULT '',
    provider_ref text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    expires_at timestamptz,
    finished_at timestamptz,
    lease_until timestamptz,
    lease_token uuid,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT message_key_once UNIQUE (organization_id, key)
) WITH (fillfactor = 80);
CREATE INDEX message_due ON message (priority, due_at) WHERE state = 'QUEUED';
CREATE INDEX message_of_member ON message (member_id, id) WHERE member_id IS NOT NULL;
CREATE INDEX message_latest ON message (organization_id, id);

CREATE TABLE delivery_attempt (
    organization_id uuid NOT NULL,
    id uuid PRIMARY KEY,
    message_id uuid NOT NULL,
    number integer NOT NULL,
    provider text NOT NULL,
    state text NOT NULL CONSTRAINT delivery_attempt_state_known CHECK (state IN ('PREPARED', 'SENT', 'FAILED', 'AMBIGUOUS')),
    request_hash text NOT NULL,
    code text NOT NULL DEFAULT '',
    status integer,
    provider_ref text NOT NULL DEFAULT '',
    prepared_at timestamptz NOT NULL,
    finished_at timestamptz,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT delivery_attempt_number_once UNIQUE (message_id, number)
);

CREATE TABLE channel_connection (
    organization_id uuid NOT NULL,
    id uuid PRIMARY KEY,
    channel text NOT NULL,
    provider text NOT NULL,
    settings jsonb NOT NULL DEFAULT '{}',
    sealed_secrets text NOT NULL DEFAULT '',
    is_enabled boolean NOT NULL DEFAULT true,
    last_ok_at timestamptz,
    last_error_at timestamptz,
    last_error text NOT NULL DEFAULT '',
    quota_left bigint,
    updated_at timestamptz NOT NULL,
    CONSTRAINT channel_connection_once UNIQUE (organization_id, channel)
);
