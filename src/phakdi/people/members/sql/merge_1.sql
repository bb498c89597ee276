-- Members who became part of others. `doc` keeps what the merge changed of the survivor's row and which identities moved.
CREATE TABLE member_merge (
    organization_id uuid NOT NULL,
    id uuid PRIMARY KEY,
    survivor_id uuid NOT NULL,
    merged_id uuid NOT NULL,
    merged_at timestamptz NOT NULL,
    actor jsonb NOT NULL,
    doc jsonb NOT NULL,
    undone_at timestamptz,
    undone_by jsonb,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT member_merge_of_two CHECK (survivor_id <> merged_id)
);
CREATE INDEX member_merge_of_survivor ON member_merge (survivor_id, merged_at);
CREATE UNIQUE INDEX member_merge_once ON member_merge (merged_id) WHERE undone_at IS NULL;

-- Whose identity it was before its member became part of another: what comes by it is told apart again by it.
ALTER TABLE identity ADD COLUMN merged_from uuid;

-- Who is named by which identity, in one call and in the order asked, NULL for nobody. Of an identity that came along with a
-- merged member it is that member: the engine leads what is recorded to the survivor and remembers who was named.
CREATE FUNCTION member_told(organization uuid, kinds text[], identities text[]) RETURNS uuid[] LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.organization_id', organization::text, true);
    RETURN ARRAY(
        SELECT coalesce(i.merged_from, i.member_id)
        FROM unnest(kinds, identities) WITH ORDINALITY AS wanted (kind, value, place)
        LEFT JOIN identity AS i ON i.organization_id = organization AND i.kind = wanted.kind AND i.value = wanted.value
        ORDER BY wanted.place
    );
END $$;
