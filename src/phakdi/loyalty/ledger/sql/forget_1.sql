-- Free words in a forgotten member's activities and entries are destroyed; the application's role may not change these rows
-- otherwise. Runs as the owner, so it holds the organization itself: it answers only for that of the transaction.

CREATE FUNCTION ledger_without_words(said jsonb, kept text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(said)
    WHERE jsonb_typeof(value) NOT IN ('string', 'array') OR key = ANY (kept)
$$;

CREATE FUNCTION ledger_forget_words(organization uuid, members uuid[], kept text[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    touched integer;
BEGIN
    IF organization IS DISTINCT FROM nullif(current_setting('app.organization_id', true), '')::uuid THEN
        RAISE EXCEPTION 'members are forgotten in the organization of the transaction only';
    END IF;
    UPDATE activity AS a SET
        data = (a.data - 'fields' - 'lines')
            || CASE WHEN a.data ? 'fields' THEN jsonb_build_object('fields', ledger_without_words(a.data -> 'fields', kept)) ELSE '{}' END
            || CASE WHEN a.data ? 'lines' THEN jsonb_build_object('lines', (
                SELECT coalesce(jsonb_agg(
                    CASE WHEN line ? 'fields' THEN line || jsonb_build_object('fields', ledger_without_words(line -> 'fields', kept))
                    ELSE line END ORDER BY place), '[]')
                FROM jsonb_array_elements(a.data -> 'lines') WITH ORDINALITY AS l (line, place)
            )) ELSE '{}' END,
        verdicts = '[]'
    WHERE a.organization_id = organization AND a.member_id = ANY (members);
    GET DIAGNOSTICS touched = ROW_COUNT;
    UPDATE entry AS e SET params = ledger_without_words(e.params, kept)
    WHERE e.organization_id = organization AND e.member_id = ANY (members) AND e.params <> '{}';
    RETURN touched;
END $$;
