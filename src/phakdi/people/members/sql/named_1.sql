-- Who is known by which identity, in one call and in the order asked; of merged members the surviving one, NULL for nobody.
-- Sets the organization itself, so that a till's call needs no transaction of several statements around it.

CREATE FUNCTION member_named(organization uuid, kinds text[], identities text[]) RETURNS uuid[] LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.organization_id', organization::text, true);
    RETURN ARRAY(
        SELECT survivor.id
        FROM unnest(kinds, identities) WITH ORDINALITY AS wanted (kind, value, place)
        LEFT JOIN identity AS i ON i.organization_id = organization AND i.kind = wanted.kind AND i.value = wanted.value
        LEFT JOIN LATERAL (
            WITH RECURSIVE trail (id, merged_into, status, steps) AS (
                SELECT m.id, m.merged_into, m.status, 0 FROM member AS m WHERE m.id = i.member_id
                UNION ALL
                SELECT m.id, m.merged_into, m.status, trail.steps + 1
                FROM trail JOIN member AS m ON m.id = trail.merged_into WHERE trail.status = 'MERGED' AND trail.steps < 8
            )
            SELECT trail.id FROM trail WHERE trail.status <> 'MERGED' LIMIT 1
        ) AS survivor ON true
        ORDER BY wanted.place
    );
END $$;
