-- Who spoke for a minor, and who noted it, are destroyed with a forgotten member; that there was a consent, to which words and
-- when, is kept as proof. Runs as the owner, so it holds the organization itself.

CREATE FUNCTION consent_forget_names(organization uuid, members uuid[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    touched integer;
BEGIN
    IF organization IS DISTINCT FROM nullif(current_setting('app.organization_id', true), '')::uuid THEN
        RAISE EXCEPTION 'members are forgotten in the organization of the transaction only';
    END IF;
    UPDATE consent SET guardian = CASE WHEN guardian = '' THEN '' ELSE '-' END, actor = actor - 'id'
    WHERE organization_id = organization AND member_id = ANY (members);
    GET DIAGNOSTICS touched = ROW_COUNT;
    RETURN touched;
END $$;
