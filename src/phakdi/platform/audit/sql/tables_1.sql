-- Entries are only ever added, and so are the seals that chain them. Writers do not wait for each other: a worker seals
-- what was committed, one seal per entry.

CREATE TABLE audit_entry (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    action text NOT NULL,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    subject_kind text NOT NULL,
    subject_id text NOT NULL,
    data jsonb NOT NULL DEFAULT '{}',
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX audit_entry_of_subject ON audit_entry (organization_id, subject_kind, subject_id, id);
CREATE INDEX audit_entry_of_actor ON audit_entry (organization_id, actor_kind, actor_id, id);
CREATE INDEX audit_entry_of_action ON audit_entry (organization_id, action, id);

CREATE TABLE audit_seal (
    organization_id uuid NOT NULL,
    position bigint NOT NULL,
    entry_id uuid NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (organization_id, position),
    CONSTRAINT audit_seal_once UNIQUE (organization_id, entry_id)
);
