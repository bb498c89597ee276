-- Due messages of all organizations, for one sender for a while: what a sender looks for before it knows the organization.
-- A sender that died lets go of its messages when the lease ends. Codes go before campaigns.

CREATE FUNCTION message_claim(at timestamptz, until timestamptz, most integer)
RETURNS TABLE (claimed_id uuid, claimed_organization_id uuid, claimed_token uuid, claimed_channel text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE message AS m SET lease_until = until, lease_token = gen_random_uuid()
    WHERE m.id IN (
        SELECT due.id FROM message AS due
        WHERE due.state = 'QUEUED' AND due.due_at <= at AND (due.lease_until IS NULL OR due.lease_until <= at)
        ORDER BY due.priority, due.due_at LIMIT most FOR UPDATE SKIP LOCKED
    )
    RETURNING m.id, m.organization_id, m.lease_token, m.channel
$$;
