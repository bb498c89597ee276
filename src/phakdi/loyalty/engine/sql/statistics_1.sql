-- What the planner knows of tables that an import has just filled; the server finds out by itself only minutes later. Only a
-- table's owner may ask for it.
CREATE FUNCTION engine_refresh_statistics() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    ANALYZE activity, receipt, entry, lot, wallet, voucher, member_state, order_state, state_before, member, identity;
END $$;
