-- Whether anybody has an organization here, asked before one is known: the first visitor makes the first one.

CREATE FUNCTION guide_installation_is_empty() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM organization)
$$;
