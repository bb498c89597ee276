-- What is due of all organizations, for whoever sends: at most a few tries at once for one endpoint, endpoints by turns, one
-- try at a time for one that has been failing, and none for one that is shut off until it is due to be probed.
-- Endpoints are locked first and counted afterwards, in statements of their own: each sees what others committed meanwhile.
CREATE FUNCTION webhook_claim(now_at timestamptz, until timestamptz, most integer, at_once integer)
RETURNS TABLE (claimed_delivery uuid, claimed_organization uuid, token uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wanted record;
    free integer;
    claimed integer := 0;
    got integer;
BEGIN
    FOR wanted IN
        SELECT e.id, e.fails FROM webhook_endpoint AS e
        WHERE e.state = 'ACTIVE' AND (e.probe_at IS NULL OR e.probe_at <= now_at) AND EXISTS (
            SELECT FROM webhook_delivery AS d
            WHERE d.endpoint_id = e.id AND d.state = 'WAITING' AND d.due_at <= now_at
              AND (d.lease_until IS NULL OR d.lease_until <= now_at)
        )
        ORDER BY e.claimed_at NULLS FIRST, e.id LIMIT most FOR UPDATE OF e SKIP LOCKED
    LOOP
        SELECT (CASE WHEN wanted.fails > 0 THEN 1 ELSE at_once END) - count(*) INTO free FROM webhook_delivery AS d
        WHERE d.endpoint_id = wanted.id AND d.state = 'WAITING' AND d.lease_until > now_at;
        CONTINUE WHEN free <= 0;
        RETURN QUERY
            WITH mine AS MATERIALIZED (
                SELECT d.id FROM webhook_delivery AS d
                WHERE d.endpoint_id = wanted.id AND d.state = 'WAITING' AND d.due_at <= now_at
                  AND (d.lease_until IS NULL OR d.lease_until <= now_at)
                ORDER BY d.due_at, d.id LIMIT least(free, most - claimed) FOR UPDATE SKIP LOCKED
            )
            UPDATE webhook_delivery AS d SET lease_until = until, lease_token = gen_random_uuid()
            FROM mine WHERE d.id = mine.id RETURNING d.id, d.organization_id, d.lease_token;
        GET DIAGNOSTICS got = ROW_COUNT;
        claimed := claimed + got;
        UPDATE webhook_endpoint AS e SET claimed_at = clock_timestamp() WHERE e.id = wanted.id;
        EXIT WHEN claimed >= most;
    END LOOP;
END $$;
