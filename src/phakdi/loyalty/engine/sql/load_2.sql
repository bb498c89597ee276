-- Everything `advance` may look at, in one call and as of one instant: a STABLE function reads by its caller's snapshot, where a
-- volatile one would take a new one for each statement and could see a wallet newer than its lots.
-- Lots, vouchers and wallets come as text, values parted by unit separators (0x1f) and rows by record separators (0x1e), in the
-- order in which engine/codec.py reads them: concat_ws looks an output function up once a query where the JSON builders look it
-- up once a value, which costs three times as much. All answers are texts, for engine/channel.py.
-- Plans are generic on purpose: every statement is a look-up by key, and planning one costs more than running it.

CREATE FUNCTION engine_load(
    organization uuid, member uuid, refs text[], receipt_origin text, receipt_number text, wanted_budgets text[],
    OUT first_answer text, OUT budgets text,
    OUT status text, OUT joined_at text, OUT birthday text, OUT language text, OUT segments text, OUT attributes text,
    OUT version text, OUT clock text, OUT doc text, OUT wallets text, OUT lots text, OUT vouchers text, OUT orders text,
    OUT held_until text
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
    order_lots uuid[];
    order_vouchers uuid[];
BEGIN
    PERFORM set_config('app.organization_id', organization::text, true);
    IF receipt_number <> '' THEN
        first_answer := engine_first_answer(organization, receipt_origin, receipt_number);
        IF first_answer IS NOT NULL THEN
            RETURN;
        END IF;
    END IF;
    IF cardinality(wanted_budgets) > 0 THEN
        budgets := (
            SELECT json_object_agg(left_over.budget, left_over.remaining)::text FROM (
                SELECT s.budget, sum(s.remaining) AS remaining FROM budget_slice AS s
                WHERE s.organization_id = organization AND s.budget = ANY (wanted_budgets) GROUP BY s.budget
            ) AS left_over
        );
    END IF;
    SELECT m.status, m.joined_at, m.birthday, m.language, array_to_string(m.segments, E'\x1f'), m.attributes::text, s.version, s.clock, s.doc::text, m.spend_held_until
    INTO status, joined_at, birthday, language, segments, attributes, version, clock, doc, held_until
    FROM member AS m LEFT JOIN member_state AS s ON s.member_id = m.id
    WHERE m.id = member AND m.organization_id = organization;
    IF version IS NULL THEN  -- unknown, or never seen by the engine: nothing in the ledger either
        RETURN;
    END IF;
    wallets := (
        SELECT string_agg(concat_ws(E'\x1f', w.unit, w.active, w.pending, w.held, w.debt, w.earned, w.spent, w.expired), E'\x1e')
        FROM wallet AS w WHERE w.member_id = member
    );
    lots := (
        SELECT string_agg(concat_ws(
            E'\x1f', l.id, l.unit, l.granted, l.remaining, l.earned_at, coalesce(l.available_at::text, ''),
            coalesce(l.expires_at::text, ''), l.is_pending, l.waits_for, coalesce(l.cancel_at::text, ''), l.pot, l.rule,
            l.is_bonus, coalesce(l.activity_id::text, ''), l.ref), E'\x1e')
        FROM lot AS l WHERE l.member_id = member AND l.is_open
    );
    vouchers := (
        SELECT string_agg(concat_ws(
            E'\x1f', v.id, v.definition, v.state, v.issued_at, v.starts_at, coalesce(v.expires_at::text, ''),
            coalesce(v.value_minor::text, ''), v.uses_left, v.rule, coalesce(v.activity_id::text, ''), v.ref, v.choice), E'\x1e')
        FROM voucher AS v WHERE v.member_id = member AND v.state IN ('ISSUED', 'HELD')
    );
    IF cardinality(refs) > 0 THEN
        orders := (
            SELECT json_object_agg(o.ref, o.doc)::text FROM order_state AS o WHERE o.member_id = member AND o.ref = ANY (refs)
        );
        IF orders IS NOT NULL THEN  -- what these orders took from or gave to comes along, used up or not
            order_lots := (
                SELECT array_agg(id) FROM order_state AS o, unnest(o.lot_ids) AS id WHERE o.member_id = member AND o.ref = ANY (refs)
            );
            order_vouchers := (
                SELECT array_agg(id) FROM order_state AS o, unnest(o.voucher_ids) AS id WHERE o.member_id = member AND o.ref = ANY (refs)
            );
            lots := concat_ws(E'\x1e', lots, engine_lots(member, order_lots));
            vouchers := concat_ws(E'\x1e', vouchers, engine_vouchers(member, order_vouchers));
        END IF;
    END IF;
END $$;

-- The same for many members at once; `refs` holds the refs of each by position, parted by unit separators. One row a member,
-- in the order asked. One statement and not a call of engine_load for each: that costs twice as much.
CREATE FUNCTION engine_load_many(organization uuid, members uuid[], refs text[])
RETURNS TABLE (
    status text, joined_at text, birthday text, language text, segments text, attributes text,
    version text, clock text, doc text, wallets text, lots text, vouchers text, orders text,
    held_until text
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
BEGIN
    PERFORM set_config('app.organization_id', organization::text, true);
    RETURN QUERY
    SELECT m.status::text, m.joined_at::text, m.birthday::text, m.language::text, array_to_string(m.segments, E'\x1f'),
        m.attributes::text, s.version::text, s.clock::text, s.doc::text,
        (
            SELECT string_agg(concat_ws(E'\x1f', w.unit, w.active, w.pending, w.held, w.debt, w.earned, w.spent, w.expired), E'\x1e')
            FROM wallet AS w WHERE w.member_id = s.member_id
        ),
        concat_ws(E'\x1e', (
            SELECT string_agg(concat_ws(
                E'\x1f', l.id, l.unit, l.granted, l.remaining, l.earned_at, coalesce(l.available_at::text, ''),
                coalesce(l.expires_at::text, ''), l.is_pending, l.waits_for, coalesce(l.cancel_at::text, ''), l.pot, l.rule,
                l.is_bonus, coalesce(l.activity_id::text, ''), l.ref), E'\x1e')
            FROM lot AS l WHERE l.member_id = s.member_id AND l.is_open
        ), CASE WHEN o.docs IS NOT NULL THEN engine_lots(s.member_id, ARRAY(
            SELECT unnest(k.lot_ids) FROM order_state AS k
            WHERE k.member_id = s.member_id AND k.ref = ANY (string_to_array(wanted.refs, E'\x1f'))
        )) END),
        concat_ws(E'\x1e', (
            SELECT string_agg(concat_ws(
                E'\x1f', v.id, v.definition, v.state, v.issued_at, v.starts_at, coalesce(v.expires_at::text, ''),
                coalesce(v.value_minor::text, ''), v.uses_left, v.rule, coalesce(v.activity_id::text, ''), v.ref, v.choice), E'\x1e')
            FROM voucher AS v WHERE v.member_id = s.member_id AND v.state IN ('ISSUED', 'HELD')
        ), CASE WHEN o.docs IS NOT NULL THEN engine_vouchers(s.member_id, ARRAY(
            SELECT unnest(k.voucher_ids) FROM order_state AS k
            WHERE k.member_id = s.member_id AND k.ref = ANY (string_to_array(wanted.refs, E'\x1f'))
        )) END),
        o.docs, m.spend_held_until::text
    FROM unnest(members, refs) WITH ORDINALITY AS wanted (member_id, refs, n)
    LEFT JOIN member AS m ON m.id = wanted.member_id AND m.organization_id = organization
    LEFT JOIN member_state AS s ON s.member_id = m.id
    LEFT JOIN LATERAL (
        SELECT json_object_agg(k.ref, k.doc)::text AS docs
        FROM order_state AS k WHERE k.member_id = s.member_id AND k.ref = ANY (string_to_array(wanted.refs, E'\x1f'))
    ) AS o ON wanted.refs <> ''
    ORDER BY wanted.n;
END $$;
