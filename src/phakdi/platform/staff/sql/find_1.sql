-- For whom somebody works, asked before an organization is chosen; and tries to sign in, counted before anybody is known.

CREATE FUNCTION staff_places(wanted uuid)
RETURNS TABLE (organization_id uuid, slug text, organization_name text, staff_id uuid, role text, stores text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.organization_id, o.slug, o.name, s.id, s.role, s.stores
    FROM staff_member AS s JOIN organization AS o ON o.id = s.organization_id
    WHERE s.user_id = wanted AND s.is_active ORDER BY o.name, o.id
$$;

CREATE TABLE sign_in_allowance (
    scope text NOT NULL,
    key text NOT NULL,
    tried timestamptz[] NOT NULL,
    last_tried_at timestamptz NOT NULL,
    PRIMARY KEY (scope, key)
) WITH (fillfactor = 50);
CREATE INDEX sign_in_allowance_old ON sign_in_allowance (last_tried_at);
