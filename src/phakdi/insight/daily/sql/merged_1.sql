-- Members who became one are one here as well (K0): what either bought is the survivor's, for as long as they are one.
-- As in fold_1.sql otherwise: works out anew what these members bought, and changes the sums by the difference.
CREATE OR REPLACE FUNCTION daily_members(members uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whole uuid[];  -- with everybody who is one with them
BEGIN
    IF cardinality(members) = 0 THEN
        RETURN;
    END IF;
    WITH RECURSIVE up (id) AS (
        SELECT unnest(members)
        UNION SELECT g.survivor_id FROM up JOIN member_merge AS g ON g.merged_id = up.id AND g.undone_at IS NULL
    ), down (id) AS (
        SELECT id FROM up
        UNION SELECT g.merged_id FROM down JOIN member_merge AS g ON g.survivor_id = down.id AND g.undone_at IS NULL
    )
    SELECT array_agg(id) INTO whole FROM down;
    CREATE TEMPORARY TABLE IF NOT EXISTS daily_now (
        organization_id uuid, member_id uuid, day date, store text, bills integer, sales_minor bigint
    ) ON COMMIT DELETE ROWS;
    DELETE FROM pg_temp.daily_now;

    INSERT INTO pg_temp.daily_now
    WITH RECURSIVE led (id, survivor_id, steps) AS (
        SELECT w, w, 0 FROM unnest(whole) AS w
        UNION ALL
        SELECT l.id, g.survivor_id, l.steps + 1 FROM led AS l JOIN member_merge AS g ON g.merged_id = l.survivor_id AND g.undone_at IS NULL
        WHERE l.steps < 8
    ), root AS (
        SELECT DISTINCT ON (id) id, survivor_id FROM led ORDER BY id, steps DESC
    ), mine AS MATERIALIZED (
        SELECT r.survivor_id, a.* FROM activity AS a JOIN root AS r ON r.id = a.member_id WHERE a.member_id = ANY (whole) AND a.state = 'BOOKED' AND a.kind IN ('purchase', 'stay', 'refund', 'undo')
    ), kept AS (
        SELECT m.* FROM mine AS m WHERE m.kind <> 'undo' AND NOT EXISTS (
            SELECT FROM mine AS u WHERE u.kind = 'undo' AND u.member_id = m.member_id AND u.of = m.import_id::text AND u.written_by >= m.written_by
        )
    ), back AS (
        SELECT k.survivor_id, k.of, sum((k.outcome ->> 'returned')::bigint) AS returned FROM kept AS k
        WHERE k.kind = 'refund' AND k.of <> '' GROUP BY 1, 2
    ), bill AS (
        SELECT k.organization_id, k.survivor_id AS member_id, (k.occurred_at AT TIME ZONE o.time_zone)::date AS day, k.store, greatest(
            coalesce(k.amount_minor, 0) - coalesce((
                SELECT sum(v.value::numeric) FROM jsonb_each_text(coalesce(k.data -> 'fields', '{}')) AS v
                WHERE v.key IN ('discount', 'other_discount', 'voucher_discount', 'points_value') AND v.value ~ '^-?[0-9.]+$'
            ), 0)::bigint - coalesce(b.returned, 0), 0
        ) AS sales
        FROM kept AS k JOIN organization AS o ON o.id = k.organization_id
        LEFT JOIN back AS b ON b.survivor_id = k.survivor_id AND b.of = k.ref AND k.ref <> ''
        WHERE k.kind IN ('purchase', 'stay')
    )
    SELECT organization_id, member_id, day, store, count(*), sum(sales) FROM bill WHERE sales > 0 GROUP BY 1, 2, 3, 4;

    INSERT INTO daily_sales AS kept (organization_id, day, store, bills, sales_minor)
    SELECT organization_id, day, store, sum(bills), sum(sales_minor) FROM (
        SELECT organization_id, day, store, bills, sales_minor FROM pg_temp.daily_now
        UNION ALL SELECT organization_id, day, store, -bills, -sales_minor FROM daily_member WHERE member_id = ANY (whole)
    ) AS d GROUP BY 1, 2, 3 HAVING sum(bills) <> 0 OR sum(sales_minor) <> 0
    ON CONFLICT (organization_id, day, store) DO UPDATE SET bills = kept.bills + excluded.bills, sales_minor = kept.sales_minor + excluded.sales_minor;

    INSERT INTO daily_rhythm AS kept (organization_id, day, gap, ones, twos)
    WITH days AS (
        SELECT organization_id, member_id, day, 1 AS sign FROM pg_temp.daily_now GROUP BY 1, 2, 3
        UNION ALL SELECT organization_id, member_id, day, -1 FROM daily_member WHERE member_id = ANY (whole) GROUP BY 1, 2, 3
    ), apart AS (
        SELECT organization_id, day, sign, coalesce(least(day - lag(day) OVER mine, 92), 92) AS first, coalesce(least(day - lag(day, 2) OVER mine, 92), 92) AS second
        FROM days WINDOW mine AS (PARTITION BY member_id, sign ORDER BY day)
    )
    SELECT organization_id, day, gap, sum(one), sum(two) FROM (
        SELECT organization_id, day, first AS gap, sign AS one, 0 AS two FROM apart
        UNION ALL SELECT organization_id, day, second, 0, sign FROM apart
    ) AS d GROUP BY 1, 2, 3 HAVING sum(one) <> 0 OR sum(two) <> 0
    ON CONFLICT (organization_id, day, gap) DO UPDATE SET ones = kept.ones + excluded.ones, twos = kept.twos + excluded.twos;

    DELETE FROM daily_member WHERE member_id = ANY (whole);
    INSERT INTO daily_member SELECT organization_id, member_id, day, store, bills, sales_minor FROM pg_temp.daily_now;
END $$;

-- As in held_1.sql, and looks at members who became one or two.
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
          AND a.kind IN ('purchase', 'stay', 'refund', 'undo', 'merge', 'unmerge')
    ));
END $$;
