-- What everybody may see of an organization, and whose a host name is: asked for before anything of the organization's own is.

CREATE FUNCTION organization_face(wanted uuid)
RETURNS TABLE (
    slug text, default_name text, names jsonb, accent text, greeting jsonb, welcome jsonb, phone text, line_url text, website text,
    domain text, logo_file_id uuid, logo_hash text, choices jsonb
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.slug, o.name, coalesce(b.names, '{}'), coalesce(b.accent, ''), coalesce(b.greeting, '{}'), coalesce(b.welcome, '{}'),
        coalesce(b.phone, ''), coalesce(b.line_url, ''), coalesce(b.website, ''), coalesce(b.domain, ''), b.logo_file_id,
        coalesce(b.logo_hash, ''), o.modules
    FROM organization AS o LEFT JOIN organization_brand AS b ON b.organization_id = o.organization_id
    WHERE o.id = wanted
$$;

CREATE FUNCTION organization_find_by_domain(wanted_domain text)
RETURNS TABLE (id uuid, slug text, name text, time_zone text, currency text, language text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.id, o.slug, o.name, o.time_zone, o.currency, o.language
    FROM organization_brand AS b JOIN organization AS o ON o.id = b.organization_id WHERE b.domain = wanted_domain
$$;
