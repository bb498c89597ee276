-- Consents are only ever added: the latest word about a purpose and channel counts.

CREATE TABLE consent_text (
    organization_id uuid NOT NULL,
    id uuid PRIMARY KEY,
    purpose text NOT NULL,
    version integer NOT NULL,
    texts jsonb NOT NULL,
    hash text NOT NULL,
    effective_from timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT consent_text_version_once UNIQUE (organization_id, purpose, version)
);

CREATE TABLE consent (
    organization_id uuid NOT NULL,
    member_id uuid NOT NULL,
    id uuid NOT NULL,
    purpose text NOT NULL CONSTRAINT consent_purpose_known CHECK (purpose IN ('MARKETING', 'PROFILING', 'PARTNERS', 'RESEARCH', 'SENSITIVE')),
    channel text NOT NULL CONSTRAINT consent_channel_known CHECK (channel IN ('ANY', 'LINE', 'EMAIL', 'SMS', 'PUSH', 'FACEBOOK', 'PHONE')),
    granted boolean NOT NULL,
    text_version integer NOT NULL DEFAULT 0,
    text_hash text NOT NULL DEFAULT '',
    language text NOT NULL DEFAULT '',
    at timestamptz NOT NULL,
    source text NOT NULL DEFAULT '',
    actor jsonb,
    given_by text NOT NULL DEFAULT 'MEMBER' CONSTRAINT consent_giver_known CHECK (given_by IN ('MEMBER', 'GUARDIAN')),
    guardian text NOT NULL DEFAULT '',
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (member_id, id)
);
CREATE INDEX consent_written ON consent (organization_id, written_by);
