-- What the planner knows of tables that an import has just filled for the first time: the server finds out by itself only
-- minutes later. Keys are enough, and large tables have statistics already. Only a table's owner may ask for it.
CREATE FUNCTION engine_refresh_statistics() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT c.relname AS name, string_agg(quote_ident(a.attname), ', ') AS keys FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.reltuples < 100000
          AND c.relname IN (
            'activity', 'receipt', 'entry', 'lot', 'wallet', 'voucher', 'member_state', 'order_state', 'state_before', 'member', 'identity')
          AND a.attname IN (
            'organization_id', 'member_id', 'id', 'activity_id', 'import_id', 'unit', 'ref', 'kind', 'number', 'value', 'reverses_id', 'written_by',
            'is_open', 'state')
          AND NOT (c.relname = 'state_before' AND a.attname = 'state')
        GROUP BY c.relname
    LOOP
        EXECUTE format('ANALYZE %I (%s)', wanted.name, wanted.keys);
    END LOOP;
END $$;
