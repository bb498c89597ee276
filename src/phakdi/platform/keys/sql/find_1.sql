-- A key as it is looked for before an organization is known, and the note that it was used.

CREATE FUNCTION api_key_find(wanted_prefix text)
RETURNS TABLE (
    organization_id uuid, id uuid, name text, hash text, scopes text[], stores text[], expires_at timestamptz,
    revoked_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT k.organization_id, k.id, k.name, k.hash, k.scopes, k.stores, k.expires_at, k.revoked_at
    FROM api_key AS k WHERE k.prefix = wanted_prefix
$$;

CREATE FUNCTION api_key_used(wanted uuid, used_at timestamptz, not_since timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE api_key AS k SET last_used_at = used_at
    WHERE k.id = wanted AND (k.last_used_at IS NULL OR k.last_used_at <= not_since)
$$;
