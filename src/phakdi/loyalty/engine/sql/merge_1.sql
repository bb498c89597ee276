-- What two members were before they became one, so that they can be taken apart again. Kept after that as well: the story
-- of either names the other, and what was returned in between belongs to entries of both.
CREATE TABLE state_merge (
    organization_id uuid NOT NULL,
    merge_id uuid PRIMARY KEY,
    survivor_id uuid NOT NULL,
    merged_id uuid NOT NULL,
    merged_at timestamptz NOT NULL,
    doc jsonb NOT NULL,
    undone_at timestamptz,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    seen pg_snapshot NOT NULL DEFAULT pg_current_snapshot(),  -- whatever is not visible to it came since
    CONSTRAINT state_merge_of_two CHECK (survivor_id <> merged_id)
);
CREATE INDEX state_merge_of_survivor ON state_merge (survivor_id);
CREATE INDEX state_merge_of_merged ON state_merge (merged_id);
