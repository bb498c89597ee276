-- Writing what `advance` decided: it checks the version and writes rows, nothing else. One transaction, all or nothing
-- per call, but members who moved since they were loaded are left out and named in the answer.
-- Locks: member_state in member order, then receipts and budget slices in key order, so that calls never wait in a circle.

-- Takes out what belongs to members who are left out: a fact about somebody else belongs to whose step told it.
CREATE FUNCTION engine_without(members uuid[], items json) RETURNS json
LANGUAGE sql IMMUTABLE AS $$
    SELECT json_agg(item) FROM json_array_elements(items) AS item
    WHERE coalesce(item ->> 'told_by', item ->> 'member_id')::uuid <> ALL (members)
$$;

-- Takes (or, below zero, gives back) `amount` of a budget: the member's own slice first, then the others in order.
CREATE FUNCTION engine_take_budget(organization uuid, wanted text, member uuid, amount bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    slices integer;
    own integer;
    missing bigint := amount;
    taken bigint;
    slice integer;
BEGIN
    SELECT count(*) INTO slices FROM budget_slice WHERE organization_id = organization AND budget = wanted;
    IF slices = 0 THEN
        RAISE EXCEPTION 'budget % is not known', wanted USING ERRCODE = 'PH003';
    END IF;
    own := abs(hashtextextended(member::text, 0) % slices);
    UPDATE budget_slice SET remaining = remaining - amount
    WHERE organization_id = organization AND budget = wanted AND slice_no = own
      AND remaining >= amount AND remaining - amount <= granted;
    IF FOUND THEN
        RETURN;
    END IF;
    FOR slice IN SELECT slice_no FROM budget_slice WHERE organization_id = organization AND budget = wanted ORDER BY slice_no FOR UPDATE LOOP
        IF amount >= 0 THEN
            SELECT least(remaining, missing) INTO taken FROM budget_slice
            WHERE organization_id = organization AND budget = wanted AND slice_no = slice;
        ELSE
            SELECT -least(granted - remaining, -missing) INTO taken FROM budget_slice
            WHERE organization_id = organization AND budget = wanted AND slice_no = slice;
        END IF;
        UPDATE budget_slice SET remaining = remaining - taken
        WHERE organization_id = organization AND budget = wanted AND slice_no = slice;
        missing := missing - taken;
        EXIT WHEN missing = 0;
    END LOOP;
    IF missing > 0 THEN
        RAISE EXCEPTION 'budget % has too little left', wanted USING ERRCODE = 'PH003';
    END IF;
END $$;

-- Returns the members (parted by commas) that were left out because they had moved; NULL when everything was written.
-- Raises PH001 when a receipt was taken meanwhile and PH003 when a budget no longer suffices: then nothing is written.
-- The caller has sorted states by member and receipts by key.
CREATE FUNCTION engine_post(
    organization uuid, expected integer, states json, activities json, receipts_expected integer, receipts json, entries json,
    lots json, wallets json, vouchers json, orders json, takes json, facts json
) RETURNS text LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    written integer;
    moved uuid[];
BEGIN
    PERFORM set_config('app.organization_id', organization::text, true);
    IF expected > 0 THEN
        INSERT INTO member_state AS kept (organization_id, member_id, version, clock, level, due_at, doc)
        SELECT organization, s.member_id, s.version, s.clock, s.level, s.due_at, s.doc
        FROM json_to_recordset(states) AS s (member_id uuid, version bigint, clock timestamptz, level text, due_at timestamptz, doc jsonb)
        ON CONFLICT (member_id) DO UPDATE SET version = excluded.version, clock = excluded.clock, level = excluded.level,
            due_at = excluded.due_at, doc = excluded.doc, written_by = excluded.written_by
        WHERE kept.version = excluded.version - 1;
        GET DIAGNOSTICS written = ROW_COUNT;
    END IF;

    IF written < expected THEN
        SELECT array_agg(s.member_id) INTO moved
        FROM json_to_recordset(states) AS s (member_id uuid) JOIN member_state AS kept ON kept.member_id = s.member_id
        WHERE kept.written_by <> pg_current_xact_id();
        IF coalesce(cardinality(moved), 0) <> expected - written THEN
            RAISE EXCEPTION 'a member was posted twice in one transaction';
        END IF;
        activities := engine_without(moved, activities);
        receipts := engine_without(moved, receipts);
        receipts_expected := coalesce(json_array_length(receipts), 0);
        entries := engine_without(moved, entries);
        lots := engine_without(moved, lots);
        wallets := engine_without(moved, wallets);
        vouchers := engine_without(moved, vouchers);
        orders := engine_without(moved, orders);
        takes := engine_without(moved, takes);
        facts := engine_without(moved, facts);
    END IF;

    IF receipts IS NOT NULL THEN
        INSERT INTO receipt (organization_id, origin, number, member_id, activity_id, content_hash)
        SELECT organization, r.origin, r.number, r.member_id, r.activity_id, r.content_hash
        FROM json_to_recordset(receipts) AS r (origin text, number text, member_id uuid, activity_id uuid, content_hash text)
        ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written < receipts_expected THEN
            RAISE EXCEPTION 'a receipt was recorded meanwhile' USING ERRCODE = 'PH001';
        END IF;
    END IF;

    IF takes IS NOT NULL THEN
        PERFORM engine_take_budget(organization, t.budget, t.member_id, t.amount)
        FROM (
            SELECT * FROM json_to_recordset(takes) AS t (budget text, member_id uuid, amount bigint) ORDER BY budget, member_id
        ) AS t;
    END IF;

    IF activities IS NOT NULL THEN
        INSERT INTO activity (
            organization_id, member_id, id, kind, ref, origin, of, channel, store, tender, amount_minor, occurred_at, recorded_at,
            program_version_id, data, outcome, verdicts, state, import_id, actor)
        SELECT organization, a.member_id, a.id, a.kind, a.ref, a.origin, a.of, a.channel, a.store, a.tender, a.amount_minor,
            a.occurred_at, a.recorded_at, a.program_version_id, a.data, a.outcome, a.verdicts, a.state, a.import_id, a.actor
        FROM json_to_recordset(activities) AS a (
            member_id uuid, id uuid, kind text, ref text, origin text, of text, channel text, store text, tender text,
            amount_minor bigint, occurred_at timestamptz, recorded_at timestamptz, program_version_id uuid, data jsonb,
            outcome jsonb, verdicts jsonb, state text, import_id uuid, actor jsonb);
    END IF;

    IF entries IS NOT NULL THEN
        INSERT INTO entry (
            organization_id, member_id, id, activity_id, program_version_id, seq, kind, unit, points, source, target, rule,
            reason, params, reverses_id, uses, pot, ref, effective_at, recorded_at)
        SELECT organization, e.member_id, e.id, e.activity_id, e.program_version_id, e.seq, e.kind, e.unit, e.points, e.source,
            e.target, e.rule, e.reason, e.params, e.reverses_id, e.uses, e.pot, e.ref, e.effective_at, e.recorded_at
        FROM json_to_recordset(entries) AS e (
            member_id uuid, id uuid, activity_id uuid, program_version_id uuid, seq integer, kind text, unit text, points bigint,
            source text, target text, rule text, reason text, params jsonb, reverses_id uuid, uses jsonb, pot text, ref text,
            effective_at timestamptz, recorded_at timestamptz);
    END IF;

    IF lots IS NOT NULL THEN
        INSERT INTO lot (
            organization_id, member_id, id, activity_id, unit, granted, remaining, earned_at, available_at, expires_at,
            is_pending, waits_for, cancel_at, pot, rule, is_bonus, ref, is_open)
        SELECT organization, l.member_id, l.id, l.activity_id, l.unit, l.granted, l.remaining, l.earned_at, l.available_at,
            l.expires_at, l.is_pending, l.waits_for, l.cancel_at, l.pot, l.rule, l.is_bonus, l.ref,
            l.remaining > 0
        FROM json_to_recordset(lots) AS l (
            member_id uuid, id uuid, activity_id uuid, unit text, granted bigint, remaining bigint, earned_at timestamptz,
            available_at timestamptz, expires_at timestamptz, is_pending boolean, waits_for text, cancel_at timestamptz,
            pot text, rule text, is_bonus boolean, ref text)
        ON CONFLICT (member_id, id) DO UPDATE SET remaining = excluded.remaining, is_open = excluded.is_open, available_at = excluded.available_at,
            expires_at = excluded.expires_at, is_pending = excluded.is_pending, waits_for = excluded.waits_for,
            cancel_at = excluded.cancel_at, written_by = excluded.written_by;
    END IF;

    IF wallets IS NOT NULL THEN
        INSERT INTO wallet (organization_id, member_id, unit, active, pending, held, debt, earned, spent, expired)
        SELECT organization, w.member_id, w.unit, w.active, w.pending, w.held, w.debt, w.earned, w.spent, w.expired
        FROM json_to_recordset(wallets) AS w (
            member_id uuid, unit text, active bigint, pending bigint, held bigint, debt bigint, earned bigint, spent bigint,
            expired bigint)
        ON CONFLICT (member_id, unit) DO UPDATE SET active = excluded.active, pending = excluded.pending, held = excluded.held,
            debt = excluded.debt, earned = excluded.earned, spent = excluded.spent, expired = excluded.expired,
            written_by = excluded.written_by;
    END IF;

    IF vouchers IS NOT NULL THEN
        INSERT INTO voucher (
            organization_id, member_id, id, activity_id, definition, state, issued_at, starts_at, expires_at, value_minor,
            uses_left, rule, ref, choice)
        SELECT organization, v.member_id, v.id, v.activity_id, v.definition, v.state, v.issued_at, v.starts_at, v.expires_at,
            v.value_minor, v.uses_left, v.rule, v.ref, v.choice
        FROM json_to_recordset(vouchers) AS v (
            member_id uuid, id uuid, activity_id uuid, definition text, state text, issued_at timestamptz,
            starts_at timestamptz, expires_at timestamptz, value_minor bigint, uses_left integer, rule text, ref text, choice text)
        ON CONFLICT (member_id, id) DO UPDATE SET state = excluded.state, starts_at = excluded.starts_at,
            expires_at = excluded.expires_at, value_minor = excluded.value_minor, uses_left = excluded.uses_left,
            ref = excluded.ref, written_by = excluded.written_by;
    END IF;

    IF orders IS NOT NULL THEN
        INSERT INTO order_state (organization_id, member_id, ref, doc, lot_ids, voucher_ids)
        SELECT organization, o.member_id, o.ref, o.doc, o.lot_ids, o.voucher_ids
        FROM json_to_recordset(orders) AS o (member_id uuid, ref text, doc jsonb, lot_ids uuid[], voucher_ids uuid[])
        ON CONFLICT (member_id, ref) DO UPDATE SET doc = excluded.doc, lot_ids = excluded.lot_ids,
            voucher_ids = excluded.voucher_ids, written_by = excluded.written_by;
    END IF;

    IF facts IS NOT NULL THEN
        INSERT INTO outbox_fact (organization_id, id, member_id, topic, data, at)
        SELECT organization, f.id, f.member_id, f.topic, f.data, f.at
        FROM json_to_recordset(facts) AS f (id uuid, member_id uuid, topic text, data jsonb, at timestamptz);
    END IF;
    RETURN array_to_string(moved, ',');
END $$;
