-- Files on their way in, and the markers of the slices that are written.

CREATE TABLE import (
    organization_id uuid NOT NULL,
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    state text NOT NULL DEFAULT 'RUNNING',
    file_name text NOT NULL,
    digest text NOT NULL,
    mapping jsonb NOT NULL DEFAULT '{}',
    counts jsonb NOT NULL DEFAULT '{}',
    slices integer NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    undone_at timestamptz,
    created_by_id uuid,
    CONSTRAINT import_possible CHECK (
        kind IN ('MEMBERS', 'PURCHASES') AND state IN ('RUNNING', 'DONE', 'UNDOING', 'UNDONE') AND slices >= 0
    )
);
CREATE INDEX import_latest ON import (organization_id, id);
-- One unfinished import of the same file read in the same way: the next call goes on with it.
CREATE UNIQUE INDEX import_unfinished ON import (organization_id, kind, digest) WHERE state = 'RUNNING';

CREATE TABLE import_slice (
    organization_id uuid NOT NULL,
    import_id uuid NOT NULL REFERENCES import (id) ON DELETE CASCADE,
    number integer NOT NULL,
    counts jsonb NOT NULL DEFAULT '{}',
    rejects jsonb NOT NULL DEFAULT '[]',
    finished_at timestamptz NOT NULL,
    PRIMARY KEY (import_id, number)
);
