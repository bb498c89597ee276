-- Making facts into jobs, for all organizations: who relays knows no organization. One relay at a time; the others pass.
--
-- A fact is new if the snapshot kept from last time did not show its transaction and the present one does. So a transaction
-- that commits late is not missed, and one that runs long holds up nobody else's facts. At most about `most` facts a call:
-- the present snapshot is cut off before the transaction after that.
--
-- Returns how many facts were read; -1 when somebody else is at it. Writes nothing when there was none.

CREATE FUNCTION outbox_relay(
    topics text[], consumers text[], ordered boolean[], since timestamptz[], live boolean[], now_at timestamptz, most integer
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
        FROM fresh AS f JOIN unnest(topics, consumers, ordered, since, live) AS s (topic, consumer, is_ordered, since, is_live)
          ON s.topic = f.topic AND (s.since IS NULL OR f.at >= s.since) AND NOT (s.is_live AND f.data ? 'import_id')
        ORDER BY f.written_by, f.position, s.consumer
        ON CONFLICT (fact_id, consumer) DO NOTHING
    )
    SELECT count(*) INTO facts FROM fresh;
    IF facts > 0 THEN
        UPDATE outbox_tick SET snapshot = seen, ticked_at = now_at;
    END IF;
    RETURN facts;
END $$;

-- Tells every kept fact again: after a restore, when the numbers of transactions began anew. Consumers know what they did.
CREATE FUNCTION outbox_restart_relay(now_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    seen pg_snapshot := pg_current_snapshot();
BEGIN
    UPDATE outbox_fact SET written_by = DEFAULT;
    INSERT INTO outbox_tick (id, snapshot, ticked_at) VALUES (1, seen, now_at)
    ON CONFLICT (id) DO UPDATE SET snapshot = excluded.snapshot, ticked_at = excluded.ticked_at;
END $$;

-- Deletes up to `most` of the oldest facts, of those that were relayed and written before `cutoff`; returns how many.
CREATE FUNCTION outbox_purge(cutoff timestamptz, most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH oldest AS MATERIALIZED (
        SELECT f.ctid AS place, f.written_at, f.written_by FROM outbox_fact AS f ORDER BY f.written_by LIMIT most
    ), gone AS (
        DELETE FROM outbox_fact WHERE ctid = ANY (ARRAY(
            SELECT o.place FROM oldest AS o, outbox_tick AS t
            WHERE o.written_at < cutoff AND pg_visible_in_snapshot(o.written_by, t.snapshot)
        )) RETURNING 1
    )
    SELECT count(*) FROM gone
$$;
