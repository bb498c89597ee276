-- Parts of what `advance` may look at: see load_2.sql.

CREATE FUNCTION engine_lots(member uuid, wanted uuid[]) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT string_agg(concat_ws(
            E'\x1f', l.id, l.unit, l.granted, l.remaining, l.earned_at, coalesce(l.available_at::text, ''),
            coalesce(l.expires_at::text, ''), l.is_pending, l.waits_for, coalesce(l.cancel_at::text, ''), l.pot, l.rule,
            l.is_bonus, coalesce(l.activity_id::text, ''), l.ref), E'\x1e')
        FROM lot AS l WHERE l.member_id = member AND l.id = ANY (wanted) AND NOT l.is_open
    );
END $$;

CREATE FUNCTION engine_vouchers(member uuid, wanted uuid[]) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT string_agg(concat_ws(
            E'\x1f', v.id, v.definition, v.state, v.issued_at, v.starts_at, coalesce(v.expires_at::text, ''),
            coalesce(v.value_minor::text, ''), v.uses_left, v.rule, coalesce(v.activity_id::text, ''), v.ref, v.choice), E'\x1e')
        FROM voucher AS v WHERE v.member_id = member AND v.id = ANY (wanted) AND v.state NOT IN ('ISSUED', 'HELD')
    );
END $$;

-- The answer that was given when this receipt was recorded, as JSON; NULL when it never was.
CREATE FUNCTION engine_first_answer(organization uuid, receipt_origin text, receipt_number text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT json_build_array(r.member_id, r.activity_id, r.content_hash, a.outcome, a.verdicts, a.state)::text
        FROM receipt AS r JOIN activity AS a ON a.member_id = r.member_id AND a.id = r.activity_id
        WHERE r.organization_id = organization AND r.origin = receipt_origin AND r.number = receipt_number
    );
END $$;

-- What was answered to these receipts before, and what is left of these budgets, for a batch: both as JSON.
-- Each receipt is looked up by its key (LIMIT 1 leaves the planner no other way): a plan made while the table was empty would go on
-- reading all receipts of the organization for every batch.
CREATE FUNCTION engine_load_shared(organization uuid, origins text[], numbers text[], wanted_budgets text[], OUT answers text, OUT budgets text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
BEGIN
    PERFORM set_config('app.organization_id', organization::text, true);
    answers := (
        SELECT json_agg(json_build_array(r.origin, r.number, r.member_id, r.activity_id, r.content_hash, a.outcome, a.verdicts, a.state))::text
        FROM unnest(origins, numbers) AS wanted (origin, number)
        CROSS JOIN LATERAL (
            SELECT * FROM receipt AS k
            WHERE k.organization_id = organization AND k.origin = wanted.origin AND k.number = wanted.number LIMIT 1
        ) AS r
        CROSS JOIN LATERAL (SELECT * FROM activity AS k WHERE k.member_id = r.member_id AND k.id = r.activity_id LIMIT 1) AS a
    );
    budgets := (
        SELECT json_object_agg(left_over.budget, left_over.remaining)::text FROM (
            SELECT s.budget, sum(s.remaining) AS remaining FROM budget_slice AS s
            WHERE s.organization_id = organization AND s.budget = ANY (wanted_budgets) GROUP BY s.budget
        ) AS left_over
    );
END $$;
