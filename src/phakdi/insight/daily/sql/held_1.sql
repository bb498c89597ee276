-- What members hold of each unit, as one number: summing the growth of every day since the beginning takes longer every year.
CREATE TABLE daily_held (
    organization_id uuid NOT NULL,
    unit text NOT NULL,
    points bigint NOT NULL,
    PRIMARY KEY (organization_id, unit)
) WITH (fillfactor = 50);
INSERT INTO daily_held SELECT organization_id, unit, sum(growth) FROM daily_points GROUP BY 1, 2;

-- As in fold_1.sql, and adds what became new to what is held.
CREATE OR REPLACE FUNCTION daily_add(before pg_snapshot, seen pg_snapshot, restored timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    low bigint := (pg_snapshot_xmin(before)::text)::bigint;
    high bigint := coalesce((pg_snapshot_xmax(seen)::text)::bigint, 9223372036854775807);
BEGIN
    WITH fresh AS MATERIALIZED (
        SELECT e.organization_id, e.unit, (e.effective_at AT TIME ZONE o.time_zone)::date AS day, coalesce(a.store, '') AS store,
            sum(e.points * ((e.source = 'ISSUED')::int - (e.target = 'ISSUED')::int)) AS issued,
            sum(e.points * ((e.target IN ('REDEEMED', 'PARTNER'))::int - (e.source IN ('REDEEMED', 'PARTNER'))::int)) AS spent,
            sum(e.points * ((e.target = 'EXPIRED')::int - (e.source = 'EXPIRED')::int)) AS expired,
            sum(e.points * ((e.target IN ('ACTIVE', 'PENDING', 'HELD'))::int - (e.source IN ('ACTIVE', 'PENDING', 'HELD'))::int)) AS growth
        FROM entry AS e
        JOIN organization AS o ON o.id = e.organization_id
        LEFT JOIN activity AS a ON a.member_id = e.member_id AND a.id = e.activity_id
        WHERE (e.written_by::text)::bigint >= low AND (e.written_by::text)::bigint < high
          AND daily_is_new(e.written_by, e.recorded_at, before, seen, restored)
        GROUP BY 1, 2, 3, 4
    ), by_day AS (
        INSERT INTO daily_points AS kept (organization_id, unit, day, store, issued, spent, expired, growth) SELECT * FROM fresh
        ON CONFLICT (organization_id, unit, day, store) DO UPDATE SET issued = kept.issued + excluded.issued,
            spent = kept.spent + excluded.spent, expired = kept.expired + excluded.expired, growth = kept.growth + excluded.growth
    )
    INSERT INTO daily_held AS kept (organization_id, unit, points) SELECT organization_id, unit, sum(growth) FROM fresh GROUP BY 1, 2
    ON CONFLICT (organization_id, unit) DO UPDATE SET points = kept.points + excluded.points;

    PERFORM daily_members(ARRAY(
        SELECT DISTINCT a.member_id FROM activity AS a
        WHERE (a.written_by::text)::bigint >= low AND (a.written_by::text)::bigint < high
          AND daily_is_new(a.written_by, a.recorded_at, before, seen, restored)
          AND a.kind IN ('purchase', 'stay', 'refund', 'undo')
    ));
END $$;
