-- One-time codes and what limits them. Codes, destinations, sessions and addresses are kept as keyed hashes only.

CREATE TABLE otp_challenge (
    organization_id uuid NOT NULL,
    id uuid PRIMARY KEY,
    purpose text NOT NULL,
    channel text NOT NULL,
    destination_hash text NOT NULL,
    session_hash text NOT NULL,
    code_hash text NOT NULL,
    ref text NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    tries_max integer NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    accepted_at timestamptz,
    spent_at timestamptz,
    CONSTRAINT otp_challenge_tries CHECK (tries BETWEEN 0 AND tries_max),
    CONSTRAINT otp_challenge_accepted_once CHECK (accepted_at IS NULL OR used_at IS NOT NULL),
    CONSTRAINT otp_challenge_spent_once CHECK (spent_at IS NULL OR accepted_at IS NOT NULL)
) WITH (fillfactor = 80);
CREATE INDEX otp_challenge_open ON otp_challenge (organization_id, session_hash, purpose) WHERE used_at IS NULL;
CREATE INDEX otp_challenge_old ON otp_challenge (organization_id, created_at);

-- When codes were sent to a destination, or asked for from an address: never more instants than the limit of a day.
CREATE TABLE code_allowance (
    organization_id uuid NOT NULL,
    scope text NOT NULL CONSTRAINT code_allowance_scope_known CHECK (scope IN ('DESTINATION', 'ADDRESS')),
    key text NOT NULL,
    sent timestamptz[] NOT NULL,
    last_sent_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, scope, key)
);
CREATE INDEX code_allowance_old ON code_allowance (organization_id, last_sent_at);

CREATE TABLE code_budget (
    organization_id uuid NOT NULL,
    day date NOT NULL,
    sent integer NOT NULL,
    PRIMARY KEY (organization_id, day)
);

CREATE TABLE code_policy (
    organization_id uuid PRIMARY KEY,
    daily_budget integer NOT NULL CONSTRAINT code_policy_budget CHECK (daily_budget >= 0),
    countries text[] NOT NULL
);
