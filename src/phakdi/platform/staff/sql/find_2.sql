-- For whom somebody works, asked before an organization is chosen: with the stores of their areas as they are now, and
-- whether the organization demands a second factor that they do not have.

CREATE FUNCTION staff_places(wanted uuid)
RETURNS TABLE (
    organization_id uuid, slug text, organization_name text, staff_id uuid, role text, stores text[], areas text[],
    lacks_factor boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.organization_id, o.slug, o.name, s.id, s.role,
        CASE WHEN s.areas = '{}' THEN s.stores ELSE ARRAY(
            SELECT t.code FROM store AS t
            WHERE t.organization_id = s.organization_id AND (t.area = ANY (s.areas) OR t.code = ANY (s.stores)) ORDER BY t.code
        ) END,
        s.areas,
        coalesce(p.second_factor = 'EVERYBODY' OR p.second_factor = 'LEADERS' AND s.role IN ('OWNER', 'MANAGER'), false)
            AND NOT EXISTS (SELECT FROM staff_authenticator AS a WHERE a.user_id = s.user_id)
    FROM staff_member AS s JOIN organization AS o ON o.id = s.organization_id
    LEFT JOIN staff_policy AS p ON p.organization_id = s.organization_id
    WHERE s.user_id = wanted AND s.is_active ORDER BY o.name, o.id
$$;
