-- Members whose index entries include all of `wanted` and whose texts hold all the words and digits that were asked for.
-- Row-level security lets only leakproof operators use an index, and the array operator is none: under the policy this would
-- read every member. So the function runs as its owner and holds the organization itself, twice: it answers only for the
-- organization of the transaction, and looks only at that organization's rows.

CREATE FUNCTION member_candidates(organization uuid, wanted integer[], words text[], digits text, most integer)
RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_custom_plan SET enable_seqscan = off AS $$
BEGIN
    IF organization IS DISTINCT FROM nullif(current_setting('app.organization_id', true), '')::uuid THEN
        RAISE EXCEPTION 'members are searched in the organization of the transaction only';
    END IF;
    RETURN QUERY
    SELECT m.id FROM member AS m
    WHERE m.search_grams @> wanted AND m.organization_id = organization AND m.status <> 'MERGED'
      AND strpos(m.search_digits, digits) > 0
      AND NOT EXISTS (SELECT FROM unnest(words) AS word WHERE strpos(replace(m.search_key, ' ', ''), word) = 0)
    LIMIT most;
END $$;
