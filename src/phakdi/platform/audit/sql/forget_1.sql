-- Details of entries about somebody who was forgotten give way to their digest: the chain of seals covers the digest, so it
-- still shows that nothing else was changed. Runs as the owner, so it holds the organization itself.

CREATE FUNCTION audit_forget_details(organization uuid, ids uuid[], digests text[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    touched integer;
BEGIN
    IF organization IS DISTINCT FROM nullif(current_setting('app.organization_id', true), '')::uuid THEN
        RAISE EXCEPTION 'members are forgotten in the organization of the transaction only';
    END IF;
    UPDATE audit_entry AS a SET data = jsonb_build_object('forgotten', told.digest)
    FROM unnest(ids, digests) AS told (id, digest)
    WHERE a.organization_id = organization AND a.id = told.id;
    GET DIAGNOSTICS touched = ROW_COUNT;
    RETURN touched;
END $$;
