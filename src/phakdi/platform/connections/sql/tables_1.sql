-- Accounts with outside services. Secrets are sealed with the installation's key.

CREATE TABLE provider_connection (
    organization_id uuid NOT NULL,
    provider text NOT NULL,
    settings jsonb NOT NULL,
    sealed_secrets text NOT NULL,
    is_enabled boolean NOT NULL,
    last_ok_at timestamptz,
    last_error_at timestamptz,
    last_error text NOT NULL DEFAULT '',
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, provider)
);
