-- Each query names what differs: (member_id, subject, expected, found). `phakdi verify` runs them one by one.

-- check: wallet_equals_entries
SELECT coalesce(w.member_id, e.member_id), coalesce(w.unit, e.unit),
    concat('active ', e.active, ' pending ', e.pending, ' held ', e.held, ' debt ', e.debt),
    concat('active ', w.active, ' pending ', w.pending, ' held ', w.held, ' debt ', w.debt)
FROM (SELECT * FROM wallet WHERE organization_id = %(organization_id)s) AS w
FULL JOIN (
    SELECT member_id, unit,
        sum(points * ((target = 'ACTIVE')::int - (source = 'ACTIVE')::int)) AS active,
        sum(points * ((target = 'PENDING')::int - (source = 'PENDING')::int)) AS pending,
        sum(points * ((target = 'HELD')::int - (source = 'HELD')::int)) AS held,
        sum(points * ((source = 'DEBT')::int - (target = 'DEBT')::int)) AS debt
    FROM entry WHERE organization_id = %(organization_id)s GROUP BY member_id, unit
) AS e ON e.member_id = w.member_id AND e.unit = w.unit
WHERE (coalesce(w.active, 0), coalesce(w.pending, 0), coalesce(w.held, 0), coalesce(w.debt, 0))
    IS DISTINCT FROM (coalesce(e.active, 0), coalesce(e.pending, 0), coalesce(e.held, 0), coalesce(e.debt, 0))

-- check: wallet_equals_lots
SELECT w.member_id, w.unit, concat('active ', coalesce(l.active, 0), ' pending ', coalesce(l.pending, 0)),
    concat('active ', w.active, ' pending ', w.pending)
FROM wallet AS w LEFT JOIN (
    SELECT member_id, unit, sum(remaining) FILTER (WHERE NOT is_pending) AS active, sum(remaining) FILTER (WHERE is_pending) AS pending
    FROM lot WHERE organization_id = %(organization_id)s AND is_open GROUP BY member_id, unit
) AS l ON l.member_id = w.member_id AND l.unit = w.unit
WHERE w.organization_id = %(organization_id)s
    AND (w.active <> coalesce(l.active, 0) OR w.pending <> coalesce(l.pending, 0))

-- check: lot_equals_uses
SELECT coalesce(l.member_id, u.member_id), coalesce(l.id, u.lot_id)::text, coalesce(u.remaining, 0)::text,
    coalesce(l.remaining::text, 'no such lot')
FROM (SELECT member_id, id, remaining FROM lot WHERE organization_id = %(organization_id)s) AS l
FULL JOIN (
    SELECT e.member_id, (used ->> 0)::uuid AS lot_id,
        sum((used ->> 1)::bigint * ((e.target IN ('ACTIVE', 'PENDING'))::int - (e.source IN ('ACTIVE', 'PENDING'))::int)) AS remaining
    FROM entry AS e, jsonb_array_elements(e.uses) AS used
    WHERE e.organization_id = %(organization_id)s GROUP BY e.member_id, (used ->> 0)::uuid
) AS u ON u.member_id = l.member_id AND u.lot_id = l.id
WHERE l.remaining IS DISTINCT FROM coalesce(u.remaining, 0)

-- check: entry_names_its_lots
SELECT e.member_id, e.id::text, e.points::text, coalesce(sum((used ->> 1)::bigint), 0)::text
FROM entry AS e LEFT JOIN jsonb_array_elements(e.uses) AS used ON true
WHERE e.organization_id = %(organization_id)s AND (e.source IN ('ACTIVE', 'PENDING') OR e.target IN ('ACTIVE', 'PENDING'))
GROUP BY e.member_id, e.id, e.points HAVING coalesce(sum((used ->> 1)::bigint), 0) <> e.points

-- check: entry_accounts_are_known
SELECT member_id, id::text, 'an account of the member on one side', source || ' to ' || target
FROM entry
WHERE organization_id = %(organization_id)s AND NOT (
    source IN ('ACTIVE', 'PENDING', 'HELD', 'DEBT', 'ISSUED', 'REDEEMED', 'EXPIRED', 'CANCELLED', 'TRANSFER', 'PARTNER', 'OPENING', 'FEES')
    AND target IN ('ACTIVE', 'PENDING', 'HELD', 'DEBT', 'ISSUED', 'REDEEMED', 'EXPIRED', 'CANCELLED', 'TRANSFER', 'PARTNER', 'OPENING', 'FEES')
    AND (source IN ('ACTIVE', 'PENDING', 'HELD', 'DEBT') OR target IN ('ACTIVE', 'PENDING', 'HELD', 'DEBT'))
)

-- check: held_points_have_a_hold
SELECT member_id, unit || ' ' || ref, 'at least 0 held', sum(points * ((target = 'HELD')::int - (source = 'HELD')::int))::text
FROM entry WHERE organization_id = %(organization_id)s AND 'HELD' IN (source, target)
GROUP BY member_id, unit, ref HAVING sum(points * ((target = 'HELD')::int - (source = 'HELD')::int)) < 0

-- check: reversal_within_original
SELECT r.member_id, r.reverses_id::text, coalesce(o.points::text, 'an entry'), sum(r.points)::text
FROM entry AS r LEFT JOIN LATERAL (
    SELECT e.points FROM entry AS e WHERE e.member_id = r.member_id AND e.id = r.reverses_id
    UNION ALL  -- of members who became one, each may take back what the other was given
    SELECT e.points FROM state_merge AS g JOIN entry AS e ON e.member_id IN (g.survivor_id, g.merged_id) AND e.id = r.reverses_id
    WHERE g.organization_id = r.organization_id
    LIMIT 1
) AS o ON true
WHERE r.organization_id = %(organization_id)s AND r.reverses_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM entry AS u WHERE u.member_id = r.member_id AND u.reason = 'import_undone' AND u.params ->> 'entry' = r.id::text
)
GROUP BY r.member_id, r.reverses_id, o.points HAVING o.points IS NULL OR sum(r.points) > o.points

-- check: entry_has_its_activity
SELECT e.member_id, e.id::text, 'activity ' || e.activity_id, 'none'
FROM entry AS e LEFT JOIN activity AS a ON a.member_id = e.member_id AND a.id = e.activity_id
WHERE e.organization_id = %(organization_id)s AND e.activity_id IS NOT NULL AND a.id IS NULL

-- check: lot_has_its_activity
SELECT l.member_id, l.id::text, 'activity ' || l.activity_id, 'none'
FROM lot AS l LEFT JOIN activity AS a ON a.member_id = l.member_id AND a.id = l.activity_id
WHERE l.organization_id = %(organization_id)s AND l.activity_id IS NOT NULL AND a.id IS NULL AND NOT EXISTS (
    SELECT FROM state_merge AS g JOIN activity AS k ON k.member_id IN (g.survivor_id, g.merged_id)  -- moved with its member
    WHERE g.organization_id = l.organization_id AND k.id = l.activity_id
)

-- check: receipt_has_its_activity
SELECT r.member_id, r.origin || '/' || r.number, 'activity ' || r.activity_id, 'none'
FROM receipt AS r LEFT JOIN activity AS a ON a.member_id = r.member_id AND a.id = r.activity_id
WHERE r.organization_id = %(organization_id)s AND a.id IS NULL

-- check: activity_has_its_receipt
SELECT a.member_id, a.id::text, 'receipt ' || a.origin || '/' || a.ref, 'none'
FROM activity AS a LEFT JOIN receipt AS r ON r.organization_id = a.organization_id AND r.member_id = a.member_id AND r.activity_id = a.id
WHERE a.organization_id = %(organization_id)s AND a.ref <> '' AND r.number IS NULL AND NOT (a.import_id IS NOT NULL AND EXISTS (
    SELECT FROM activity AS u WHERE u.member_id = a.member_id AND u.kind = 'undo' AND u.of = a.import_id::text  -- given back with it
))

-- check: wallet_has_its_state
SELECT w.member_id, w.unit, 'a member state', 'none'
FROM wallet AS w LEFT JOIN member_state AS s ON s.member_id = w.member_id
WHERE w.organization_id = %(organization_id)s AND s.member_id IS NULL

-- check: level_equals_standing
SELECT member_id, 'level', doc #>> '{standing,level}', level
FROM member_state
WHERE organization_id = %(organization_id)s AND level <> coalesce(doc #>> '{standing,level}', '')
