-- Folding what was written since the last time into the sums by day, for all organizations: whoever folds knows none. One at a
-- time; the others pass.
--
-- A row is new if the snapshot kept from last time did not show its transaction and the present one does, so that one that
-- commits late is neither missed nor taken twice. At most `span` transactions a call: the present snapshot is cut off there.
--
-- Purchases are worked out anew for every member who did something: what a member bought on a day follows from the member's own
-- activities alone, and the sums change by the difference. Points are added entry by entry.

CREATE FUNCTION daily_is_new(written xid8, recorded timestamptz, before pg_snapshot, seen pg_snapshot, restored timestamptz)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT NOT pg_visible_in_snapshot(written, before) AND (seen IS NULL OR pg_visible_in_snapshot(written, seen))
        AND (restored IS NULL OR recorded >= restored)
$$;

-- Adds what became new between two snapshots. Without `seen` it is everything that is there.
CREATE FUNCTION daily_add(before pg_snapshot, seen pg_snapshot, restored timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    low bigint := (pg_snapshot_xmin(before)::text)::bigint;
    high bigint := coalesce((pg_snapshot_xmax(seen)::text)::bigint, 9223372036854775807);
BEGIN
    INSERT INTO daily_points AS kept (organization_id, unit, day, store, issued, spent, expired, growth)
    SELECT e.organization_id, e.unit, (e.effective_at AT TIME ZONE o.time_zone)::date, coalesce(a.store, ''),
        sum(e.points * ((e.source = 'ISSUED')::int - (e.target = 'ISSUED')::int)),
        sum(e.points * ((e.target IN ('REDEEMED', 'PARTNER'))::int - (e.source IN ('REDEEMED', 'PARTNER'))::int)),
        sum(e.points * ((e.target = 'EXPIRED')::int - (e.source = 'EXPIRED')::int)),
        sum(e.points * ((e.target IN ('ACTIVE', 'PENDING', 'HELD'))::int - (e.source IN ('ACTIVE', 'PENDING', 'HELD'))::int))
    FROM entry AS e
    JOIN organization AS o ON o.id = e.organization_id
    LEFT JOIN activity AS a ON a.member_id = e.member_id AND a.id = e.activity_id
    WHERE (e.written_by::text)::bigint >= low AND (e.written_by::text)::bigint < high
      AND daily_is_new(e.written_by, e.recorded_at, before, seen, restored)
    GROUP BY 1, 2, 3, 4
    ON CONFLICT (organization_id, unit, day, store) DO UPDATE SET issued = kept.issued + excluded.issued,
        spent = kept.spent + excluded.spent, expired = kept.expired + excluded.expired, growth = kept.growth + excluded.growth;

    PERFORM daily_members(ARRAY(
        SELECT DISTINCT a.member_id FROM activity AS a
        WHERE (a.written_by::text)::bigint >= low AND (a.written_by::text)::bigint < high
          AND daily_is_new(a.written_by, a.recorded_at, before, seen, restored)
          AND a.kind IN ('purchase', 'stay', 'refund', 'undo')
    ));
END $$;

-- Works out anew what these members bought, and changes the sums by the difference.
CREATE FUNCTION daily_members(members uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF cardinality(members) = 0 THEN
        RETURN;
    END IF;
    CREATE TEMPORARY TABLE IF NOT EXISTS daily_now (
        organization_id uuid, member_id uuid, day date, store text, bills integer, sales_minor bigint
    ) ON COMMIT DELETE ROWS;
    DELETE FROM pg_temp.daily_now;

    INSERT INTO pg_temp.daily_now
    WITH mine AS MATERIALIZED (
        SELECT a.* FROM activity AS a WHERE a.member_id = ANY (members) AND a.state = 'BOOKED' AND a.kind IN ('purchase', 'stay', 'refund', 'undo')
    ), kept AS (
        SELECT m.* FROM mine AS m WHERE m.kind <> 'undo' AND NOT EXISTS (
            SELECT FROM mine AS u WHERE u.kind = 'undo' AND u.member_id = m.member_id AND u.of = m.import_id::text AND u.written_by >= m.written_by
        )
    ), back AS (
        SELECT k.member_id, k.of, sum((k.outcome ->> 'returned')::bigint) AS returned FROM kept AS k
        WHERE k.kind = 'refund' AND k.of <> '' GROUP BY 1, 2
    ), bill AS (
        SELECT k.organization_id, k.member_id, (k.occurred_at AT TIME ZONE o.time_zone)::date AS day, k.store, greatest(
            coalesce(k.amount_minor, 0) - coalesce((
                SELECT sum(v.value::numeric) FROM jsonb_each_text(coalesce(k.data -> 'fields', '{}')) AS v
                WHERE v.key IN ('discount', 'other_discount', 'voucher_discount', 'points_value') AND v.value ~ '^-?[0-9.]+$'
            ), 0)::bigint - coalesce(b.returned, 0), 0
        ) AS sales
        FROM kept AS k JOIN organization AS o ON o.id = k.organization_id
        LEFT JOIN back AS b ON b.member_id = k.member_id AND b.of = k.ref AND k.ref <> ''
        WHERE k.kind IN ('purchase', 'stay')
    )
    SELECT organization_id, member_id, day, store, count(*), sum(sales) FROM bill WHERE sales > 0 GROUP BY 1, 2, 3, 4;

    INSERT INTO daily_sales AS kept (organization_id, day, store, bills, sales_minor)
    SELECT organization_id, day, store, sum(bills), sum(sales_minor) FROM (
        SELECT organization_id, day, store, bills, sales_minor FROM pg_temp.daily_now
        UNION ALL SELECT organization_id, day, store, -bills, -sales_minor FROM daily_member WHERE member_id = ANY (members)
    ) AS d GROUP BY 1, 2, 3 HAVING sum(bills) <> 0 OR sum(sales_minor) <> 0
    ON CONFLICT (organization_id, day, store) DO UPDATE SET bills = kept.bills + excluded.bills, sales_minor = kept.sales_minor + excluded.sales_minor;

    INSERT INTO daily_rhythm AS kept (organization_id, day, gap, ones, twos)
    WITH days AS (
        SELECT organization_id, member_id, day, 1 AS sign FROM pg_temp.daily_now GROUP BY 1, 2, 3
        UNION ALL SELECT organization_id, member_id, day, -1 FROM daily_member WHERE member_id = ANY (members) GROUP BY 1, 2, 3
    ), apart AS (
        SELECT organization_id, day, sign, coalesce(least(day - lag(day) OVER mine, 92), 92) AS first, coalesce(least(day - lag(day, 2) OVER mine, 92), 92) AS second
        FROM days WINDOW mine AS (PARTITION BY member_id, sign ORDER BY day)
    )
    SELECT organization_id, day, gap, sum(one), sum(two) FROM (
        SELECT organization_id, day, first AS gap, sign AS one, 0 AS two FROM apart
        UNION ALL SELECT organization_id, day, second, 0, sign FROM apart
    ) AS d GROUP BY 1, 2, 3 HAVING sum(one) <> 0 OR sum(two) <> 0
    ON CONFLICT (organization_id, day, gap) DO UPDATE SET ones = kept.ones + excluded.ones, twos = kept.twos + excluded.twos;

    DELETE FROM daily_member WHERE member_id = ANY (members);
    INSERT INTO daily_member SELECT organization_id, member_id, day, store, bills, sales_minor FROM pg_temp.daily_now;
END $$;

-- A snapshot that shows nothing of what there is: just before the first entry or activity, or before whatever is under way.
CREATE FUNCTION daily_beginning(seen pg_snapshot) RETURNS pg_snapshot
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT format('%s:%s:', low, low)::pg_snapshot FROM (
        SELECT least((SELECT min((written_by::text)::bigint) FROM activity), (SELECT min((written_by::text)::bigint) FROM entry),
            (pg_snapshot_xmin(seen)::text)::bigint) AS low
    ) AS l
$$;

-- Folds up to `span` transactions in. Returns how many are left; -1 when somebody else is at it.
CREATE FUNCTION daily_fold(now_at timestamptz, span bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    tick daily_tick;
    seen pg_snapshot := pg_current_snapshot();
    cut xid8;
    last xid8 := pg_snapshot_xmax(seen);
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('daily_fold')) THEN
        RETURN -1;
    END IF;
    SELECT * INTO tick FROM daily_tick;
    IF tick IS NULL THEN
        INSERT INTO daily_tick (id, snapshot, ticked_at) VALUES (1, daily_beginning(seen), now_at) RETURNING * INTO tick;
    END IF;
    IF pg_snapshot_xmax(tick.snapshot) > last THEN  -- restored into another server without anybody telling us
        PERFORM daily_restart(now_at);
        RETURN 0;
    END IF;
    cut := ((pg_snapshot_xmax(tick.snapshot)::text)::bigint + span)::text::xid8;
    IF cut < last THEN
        SELECT format('%s:%s:%s', least(pg_snapshot_xmin(seen), cut), cut, string_agg(x::text, ',' ORDER BY x))::pg_snapshot
        INTO seen FROM pg_snapshot_xip(seen) AS x WHERE x < cut;
    END IF;
    PERFORM daily_add(tick.snapshot, seen, tick.restored_at);
    UPDATE daily_tick SET snapshot = seen, ticked_at = now_at;
    RETURN (last::text)::bigint - (pg_snapshot_xmax(seen)::text)::bigint;
END $$;

-- How many transactions there were since the last fold; none before the first, which begins where there is something.
CREATE FUNCTION daily_behind() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (pg_snapshot_xmax(pg_current_snapshot())::text)::bigint
        - coalesce((SELECT (pg_snapshot_xmax(t.snapshot)::text)::bigint FROM daily_tick AS t), (pg_snapshot_xmax(pg_current_snapshot())::text)::bigint)
$$;

-- After a restore: folds in what the backup had not, by the numbers of the server it came from, and begins with our own.
CREATE FUNCTION daily_restart(now_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    tick daily_tick;
BEGIN
    SELECT * INTO tick FROM daily_tick FOR UPDATE;
    IF tick IS NULL THEN
        INSERT INTO daily_tick (id, snapshot, ticked_at) VALUES (1, '1:1:', now_at) RETURNING * INTO tick;
    END IF;
    PERFORM daily_add(tick.snapshot, NULL, tick.restored_at);
    UPDATE daily_tick SET snapshot = pg_current_snapshot(), restored_at = now_at, ticked_at = now_at;
END $$;
