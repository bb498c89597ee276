-- Who asked to be told of what happens often: facts of such topics make jobs of a consumer only where the organization asked.
CREATE TABLE outbox_interest (
    organization_id uuid NOT NULL,
    consumer text NOT NULL,
    topic text NOT NULL,  -- or '*' for all
    PRIMARY KEY (organization_id, consumer, topic)
);

-- As in relay_1.sql; `asked` says of each topic whether the organization must have asked for it. It replaces the one before:
-- workers of both versions may run side by side for a while, the older with the older function.
CREATE FUNCTION outbox_relay(
    topics text[], consumers text[], ordered boolean[], since timestamptz[], live boolean[], asked boolean[], now_at timestamptz, most integer
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before pg_snapshot;
    seen pg_snapshot;
    last xid8;
    cut xid8;
    facts bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('outbox_relay')) THEN
        RETURN -1;
    END IF;
    SELECT snapshot INTO before FROM outbox_tick;
    IF before IS NULL THEN
        before := '1:1:';
        INSERT INTO outbox_tick (id, snapshot, ticked_at) VALUES (1, before, now_at);
    END IF;
    SELECT pg_current_snapshot() INTO seen;
    IF pg_snapshot_xmax(before) > pg_snapshot_xmax(seen) THEN  -- restored into another server, whose numbers are lower
        PERFORM outbox_restart_relay(now_at);
        RETURN most;
    END IF;

    SELECT f.written_by INTO last FROM outbox_fact AS f
    WHERE f.written_by >= pg_snapshot_xmax(before) AND f.written_by < pg_snapshot_xmax(seen)
    ORDER BY f.written_by OFFSET most - 1 LIMIT 1;
    IF last IS NOT NULL THEN
        SELECT f.written_by INTO cut FROM outbox_fact AS f
        WHERE f.written_by > last AND f.written_by < pg_snapshot_xmax(seen) ORDER BY f.written_by LIMIT 1;
        IF cut IS NOT NULL THEN
            SELECT format('%s:%s:%s', least(pg_snapshot_xmin(seen), cut), cut, string_agg(x::text, ',' ORDER BY x))::pg_snapshot
            INTO seen FROM pg_snapshot_xip(seen) AS x WHERE x < cut;
        END IF;
    END IF;

    WITH fresh AS MATERIALIZED (
        SELECT f.* FROM outbox_fact AS f
        WHERE (f.written_by >= pg_snapshot_xmax(before) OR f.written_by = ANY (ARRAY(SELECT pg_snapshot_xip(before))))
          AND pg_visible_in_snapshot(f.written_by, seen)
    ), made AS (
        INSERT INTO job (organization_id, consumer, fact_id, member_id, topic, data, at, is_ordered, due_at, created_at)
        SELECT f.organization_id, s.consumer, f.id, f.member_id, f.topic, f.data, f.at, s.is_ordered, now_at, now_at
        FROM fresh AS f JOIN unnest(topics, consumers, ordered, since, live, asked) AS s (topic, consumer, is_ordered, since, is_live, is_asked)
          ON s.topic = f.topic AND (s.since IS NULL OR f.at >= s.since) AND NOT (s.is_live AND f.data ? 'import_id')
         AND (NOT s.is_asked OR EXISTS (
            SELECT FROM outbox_interest AS i
            WHERE i.organization_id = f.organization_id AND i.consumer = s.consumer AND i.topic IN (f.topic, '*')))
        ORDER BY f.written_by, f.position, s.consumer
        ON CONFLICT (fact_id, consumer) DO NOTHING
    )
    SELECT count(*) INTO facts FROM fresh;
    IF facts > 0 THEN
        UPDATE outbox_tick SET snapshot = seen, ticked_at = now_at;
    END IF;
    RETURN facts;
END $$;
