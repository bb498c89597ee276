-- What a member was before an import, kept with it: undoing it puts exactly this back. `written_by` is the transaction in
-- which the import wrote: whatever the ledger says of the member from then on came of it, or after it.
CREATE TABLE state_before (
    organization_id uuid NOT NULL,
    member_id uuid NOT NULL,
    import_id uuid NOT NULL,
    noted_at timestamptz NOT NULL,
    state jsonb,
    wallets jsonb NOT NULL DEFAULT '[]',
    lots jsonb NOT NULL DEFAULT '[]',
    vouchers jsonb NOT NULL DEFAULT '[]',
    orders jsonb NOT NULL DEFAULT '[]',
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (member_id, import_id)
);
CREATE INDEX state_before_of_import ON state_before (organization_id, import_id, member_id);

-- Gives the receipt numbers of an undone import back, so that the corrected file can use them. Receipts are otherwise
-- never deleted: only those go whose activity belongs to this import and whose member has the undo in their story.
CREATE FUNCTION engine_release_receipts(organization uuid, undone uuid, members uuid[]) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM receipt AS r USING activity AS a
        WHERE a.organization_id = organization AND a.import_id = undone AND a.member_id = ANY (members)
            AND r.organization_id = organization AND r.member_id = a.member_id AND r.activity_id = a.id
            AND EXISTS (
                SELECT FROM activity AS u
                WHERE u.organization_id = organization AND u.member_id = a.member_id AND u.kind = 'undo' AND u.of = undone::text
            )
        RETURNING 1
    )
    SELECT count(*)::integer FROM gone
$$;
