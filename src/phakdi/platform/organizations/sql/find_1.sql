-- Organizations as they are looked for before one is known: by whoever signs in, comes with an address, or works for all.

CREATE FUNCTION organization_find(wanted_slug text)
RETURNS TABLE (id uuid, slug text, name text, time_zone text, currency text, language text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.id, o.slug, o.name, o.time_zone, o.currency, o.language FROM organization AS o WHERE o.slug = wanted_slug
$$;

CREATE FUNCTION organization_list()
RETURNS TABLE (id uuid, slug text, name text, time_zone text, currency text, language text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.id, o.slug, o.name, o.time_zone, o.currency, o.language FROM organization AS o ORDER BY o.id
$$;
