"""What follows from the rows that were read: small tables and those that readers join to, written anew at each refresh."""

from datetime import date

from phakdi.insight.warehouse.extracting import Extract

SEPARATOR = "chr(31)"

_SURVIVOR = """
WITH RECURSIVE led AS (
    SELECT member_id, merged_into AS survivor_id, 1 AS steps FROM {person} WHERE status = 'MERGED' AND merged_into IS NOT NULL
    UNION ALL
    SELECT l.member_id, p.merged_into, l.steps + 1 FROM led AS l JOIN {person} AS p ON p.member_id = l.survivor_id
    WHERE p.status = 'MERGED' AND p.merged_into IS NOT NULL AND l.steps < 8
), last AS (SELECT member_id, arg_max(survivor_id, steps) AS survivor_id FROM led GROUP BY member_id)
SELECT k.member_key, s.member_key AS survivor_key FROM last AS l JOIN member_key AS k ON k.member_id = l.member_id
JOIN member_key AS s ON s.member_id = l.survivor_id
"""
_MEMBER = """
SELECT k.member_key, p.member_id, p.status, p.status IN ('ACTIVE', 'FROZEN') AS is_enrolled, p.joined_on, p.left_on, p.birth_year,
    p.gender, p.language, p.home_store, p.source, coalesce(s.level, '') AS level, coalesce(s.plan, '') AS plan,
    coalesce(v.survivor_key, r.member_key) AS referred_by_key
FROM {person} AS p JOIN member_key AS k USING (member_id) LEFT JOIN {standing} AS s USING (member_id)
LEFT JOIN member_key AS r ON r.member_id = p.referred_by LEFT JOIN survivor AS v ON v.member_key = r.member_key
WHERE p.status <> 'MERGED' ORDER BY k.member_key
"""
_SEGMENT = """
SELECT k.member_key, unnest(string_split(p.segments, chr(31))) AS segment FROM {person} AS p JOIN member_key AS k USING (member_id)
WHERE p.segments <> '' AND p.status <> 'MERGED'
"""
_REACH = """
WITH latest AS (
    SELECT member_id, purpose, channel, granted FROM {consent}
    QUALIFY row_number() OVER (PARTITION BY member_id, purpose, channel ORDER BY "at" DESC, granted, consent_id DESC) = 1
)
SELECT k.member_key, l.purpose, l.channel FROM latest AS l JOIN {person} AS p USING (member_id) JOIN member_key AS k USING (member_id)
LEFT JOIN {linked} AS i ON i.member_id = l.member_id
WHERE l.granted AND p.status IN ('ACTIVE', 'FROZEN') AND CASE l.channel
    WHEN 'SMS' THEN p.has_phone WHEN 'EMAIL' THEN p.has_email WHEN 'LINE' THEN i.member_id IS NOT NULL ELSE true END
"""
_LOT = """
WITH used AS (
    SELECT lot_key, sum(points) FILTER (WHERE NOT is_expiry)::BIGINT AS spent, sum(points) FILTER (WHERE is_expiry)::BIGINT AS expired
    FROM {use} GROUP BY lot_key
)
SELECT k.lot_key, coalesce(v.survivor_key, m.member_key) AS member_key, l.unit, l.granted, l.remaining, coalesce(u.spent, 0) AS spent,
    coalesce(u.expired, 0) AS expired, l.earned_on, coalesce(l.available_on, l.earned_on) AS available_on, l.expires_on, l.is_pending, l.rule
FROM (
    SELECT a.* FROM {lot} AS a ANTI JOIN left_behind AS h ON h.id = a.lot_id AND h.member_id = a.member_id
) AS l JOIN {lot_key} AS k USING (lot_id) JOIN member_key AS m USING (member_id) LEFT JOIN used AS u USING (lot_key)
LEFT JOIN survivor AS v ON v.member_key = m.member_key
"""
# Who became part of another member keeps an empty copy of the lots and vouchers that went along; so does the survivor, if they part.
_LEFT_BEHIND = """
SELECT lot_id AS id, member_id FROM {lot} WHERE lot_id IN (SELECT lot_id FROM {lot} GROUP BY lot_id HAVING count(*) > 1)
QUALIFY row_number() OVER (PARTITION BY lot_id ORDER BY remaining DESC, member_id) > 1
UNION ALL
SELECT voucher_id, member_id FROM {voucher} WHERE voucher_id IN (SELECT voucher_id FROM {voucher} GROUP BY voucher_id HAVING count(*) > 1)
QUALIFY row_number() OVER (PARTITION BY voucher_id ORDER BY state = 'CANCELLED', member_id) > 1
"""
_WALLET = """
SELECT coalesce(v.survivor_key, k.member_key) AS member_key, w.unit, sum(w.active)::BIGINT AS active, sum(w.pending)::BIGINT AS pending,
    sum(w.held)::BIGINT AS held, sum(w.debt)::BIGINT AS debt
FROM {wallet} AS w JOIN member_key AS k USING (member_id) LEFT JOIN survivor AS v ON v.member_key = k.member_key GROUP BY 1, 2
"""
_VOUCHER = """
SELECT row_number() OVER (ORDER BY v.voucher_id, v.member_id) AS voucher_key, coalesce(s.survivor_key, k.member_key) AS member_key, v.definition, v.state, v.issued_on, v.expires_on, v.value_minor,
    v.rule, CASE WHEN v.state = 'USED' THEN b.day END AS used_on
FROM {voucher} AS v JOIN member_key AS k USING (member_id) LEFT JOIN survivor AS s ON s.member_key = k.member_key
LEFT JOIN (
    SELECT coalesce(g.survivor_key, n.member_key) AS member_key, n.ref, max(n.day) AS day
    FROM (SELECT member_key, ref, day FROM {bill} UNION ALL SELECT member_key, ref, day FROM {named}) AS n
    LEFT JOIN survivor AS g ON g.member_key = n.member_key
    WHERE n.ref <> '' AND n.ref IN (SELECT ref FROM {voucher} WHERE state = 'USED') GROUP BY 1, 2
) AS b ON b.member_key = coalesce(s.survivor_key, k.member_key) AND b.ref = v.ref
WHERE NOT EXISTS (SELECT 1 FROM left_behind AS h WHERE h.id = v.voucher_id AND h.member_id = v.member_id)
"""
_LEVEL_SPAN = """
WITH seen AS (
    SELECT coalesce(v.survivor_key, l.member_key) AS member_key, l.day, l."at", l.level FROM {level_seen} AS l LEFT JOIN survivor AS v USING (member_key)
    UNION ALL
    SELECT k.member_key, coalesce(s.since, DATE '{today}'), coalesce(s.since, DATE '{today}')::TIMESTAMP + INTERVAL 23 HOUR, s.level
    FROM {standing} AS s JOIN member_key AS k USING (member_id) WHERE s.level <> '' OR s.since IS NOT NULL
), changes AS (
    SELECT * FROM seen QUALIFY level IS DISTINCT FROM lag(level) OVER (PARTITION BY member_key ORDER BY "at", level)
), spans AS (
    SELECT member_key, level, day AS from_day, lead(day) OVER (PARTITION BY member_key ORDER BY "at", level) AS to_day FROM changes
)
SELECT * FROM spans WHERE to_day IS NULL OR to_day > from_day
"""
_UNDONE = """
SELECT DISTINCT b.purchase_key FROM {bill} AS b JOIN {undone} AS u ON u.member_key = b.member_key AND u.import_id = b.import_id AND u.written >= b.written
"""
_RETURNED = """
WITH kept AS (
    SELECT coalesce(v.survivor_key, r.member_key) AS member_key, r.activity_key, r."of", r.returned_minor FROM {return} AS r LEFT JOIN survivor AS v USING (member_key)
    WHERE r."of" <> '' AND NOT EXISTS (
        SELECT 1 FROM {undone} AS u WHERE u.member_key = r.member_key AND u.import_id = r.import_id AND u.written >= r.written)
)
SELECT b.purchase_key, k.activity_key, k.returned_minor
FROM {bill} AS b LEFT JOIN survivor AS v USING (member_key) JOIN kept AS k ON k."of" = b.ref AND k.member_key = coalesce(v.survivor_key, b.member_key)
WHERE b.ref <> ''
"""
_PURCHASE_RETURN = "SELECT purchase_key, sum(returned_minor)::BIGINT AS returned_minor FROM returned GROUP BY purchase_key"
_LINE_RETURN = """
WITH bills AS (
    SELECT b.purchase_key, least(r.returned_minor, b.paid_minor) AS back, b.paid_minor, b.paid_minor <= r.returned_minor AS is_whole
    FROM {bill} AS b JOIN (SELECT purchase_key, sum(returned_minor)::BIGINT AS returned_minor FROM returned GROUP BY 1) AS r USING (purchase_key)
), named AS (
    SELECT r.purchase_key, n.name, n.product, sum(n.amount_minor) AS amount, sum(n.quantity_milli) AS quantity, bool_or(n.amount_minor IS NULL) AS is_all
    FROM returned AS r JOIN {return_line} AS n USING (activity_key) GROUP BY 1, 2, 3
), unnamed AS (
    SELECT purchase_key, sum(returned_minor)::BIGINT AS back FROM returned
    WHERE activity_key NOT IN (SELECT activity_key FROM {return_line}) GROUP BY 1
), weighed AS (
    SELECT l.purchase_key, l.line, l.amount_minor, l.quantity_milli, b.back, b.is_whole, b.paid_minor,
        least(l.amount_minor, CASE WHEN n.is_all THEN l.amount_minor ELSE coalesce(n.amount, 0) END
            + CASE WHEN b.paid_minor > 0 THEN coalesce(u.back, 0) * l.amount_minor // b.paid_minor ELSE 0 END) AS weight
    FROM {line} AS l JOIN bills AS b USING (purchase_key)
    LEFT JOIN (SELECT purchase_key, name, product, any_value(amount) AS amount, bool_or(is_all) AS is_all FROM named GROUP BY 1, 2, 3) AS n
      ON n.purchase_key = l.purchase_key AND ((n.name <> '' AND n.name = l.name) OR (n.name = '' AND n.product = l.product))
    LEFT JOIN unnamed AS u ON u.purchase_key = l.purchase_key
), once AS (
    SELECT purchase_key, line, any_value(amount_minor) AS amount_minor, any_value(quantity_milli) AS quantity_milli, any_value(back) AS back,
        bool_or(is_whole) AS is_whole, greatest(max(weight), 0) AS weight FROM weighed GROUP BY 1, 2
), shared AS (
    SELECT *, sum(weight) OVER (PARTITION BY purchase_key ORDER BY line ROWS UNBOUNDED PRECEDING) AS up_to,
        sum(weight) OVER (PARTITION BY purchase_key) AS together, sum(amount_minor) OVER (PARTITION BY purchase_key ORDER BY line ROWS UNBOUNDED PRECEDING) AS paid_up_to,
        sum(amount_minor) OVER (PARTITION BY purchase_key) AS paid FROM once
), rounded AS (
    SELECT *, CASE WHEN together > 0 THEN (back::HUGEINT * up_to + together // 2) // together
        WHEN paid > 0 THEN (back::HUGEINT * paid_up_to + paid // 2) // paid ELSE 0 END::BIGINT AS back_up_to FROM shared
), final AS (
    SELECT purchase_key, line, amount_minor, quantity_milli, CASE WHEN is_whole THEN amount_minor ELSE
        back_up_to - coalesce(lag(back_up_to) OVER (PARTITION BY purchase_key ORDER BY line), 0) END AS returned_minor FROM rounded
)
SELECT purchase_key, line, returned_minor,
    CASE WHEN amount_minor > 0 THEN (quantity_milli::HUGEINT * returned_minor + amount_minor // 2) // amount_minor ELSE 0 END::BIGINT AS returned_milli
FROM final WHERE returned_minor <> 0
"""
_EMPTY = {
    "use": "lot_key BIGINT, points BIGINT, is_expiry BOOLEAN",
    "lot": "lot_id VARCHAR, member_id VARCHAR, unit VARCHAR, granted BIGINT, remaining BIGINT, earned_on DATE, available_on DATE, expires_on DATE, is_pending BOOLEAN, rule VARCHAR",
    "lot_key": "lot_id VARCHAR, lot_key BIGINT",
    "level_seen": 'member_key BIGINT, day DATE, "at" TIMESTAMP, level VARCHAR',
    "bill": "purchase_key BIGINT, member_key BIGINT, day DATE, ref VARCHAR, import_id VARCHAR, written BIGINT, paid_minor BIGINT",
    "line": "purchase_key BIGINT, line INTEGER, name VARCHAR, product VARCHAR, quantity_milli BIGINT, amount_minor BIGINT",
    "return": 'activity_key BIGINT, member_key BIGINT, "of" VARCHAR, returned_minor BIGINT, import_id VARCHAR, written BIGINT',
    "return_line": "activity_key BIGINT, name VARCHAR, product VARCHAR, quantity_milli BIGINT, amount_minor BIGINT",
    "undone": "member_key BIGINT, import_id VARCHAR, written BIGINT",
    "named": "member_key BIGINT, ref VARCHAR, day DATE",
    "wallet": "member_id VARCHAR, unit VARCHAR, active BIGINT, pending BIGINT, held BIGINT, debt BIGINT",
    "voucher": "voucher_id VARCHAR, member_id VARCHAR, definition VARCHAR, state VARCHAR, issued_on DATE, expires_on DATE, value_minor BIGINT, rule VARCHAR, ref VARCHAR",
}


def derive(extract: Extract, *, today: date) -> None:
    """Write what follows from everything that was read."""
    duck = extract.duck
    named = {}
    for table in (*_EMPTY, "person", "standing", "consent", "linked"):
        paths = extract.folder.paths(extract.manifest, table)
        if paths:
            named[table] = f"read_parquet([{', '.join(repr(path) for path in paths)}])"
        else:
            duck.execute(f'CREATE OR REPLACE TEMP TABLE "no_{table}" ({_EMPTY[table]})')
            named[table] = f'"no_{table}"'
    duck.execute(f"CREATE OR REPLACE TEMP TABLE survivor AS {_SURVIVOR.format(**named)}")
    duck.execute(f"CREATE OR REPLACE TEMP TABLE left_behind AS {_LEFT_BEHIND.format(**named)}")
    duck.execute(f"CREATE OR REPLACE TEMP TABLE returned AS {_RETURNED.format(**named)}")
    small = {
        "survivor": "SELECT * FROM survivor",
        "undone_bill": _UNDONE,
        "purchase_return": _PURCHASE_RETURN,
        "line_return": _LINE_RETURN,
        "member": _MEMBER,
        "member_segment": _SEGMENT,
        "reach": _REACH,
        "level_span": _LEVEL_SPAN,
        "lots": _LOT,
        "wallets": _WALLET,
        "vouchers": _VOUCHER,
    }
    for name, sql in small.items():
        extract.replace(name, sql.format(**named, today=today.isoformat()))
        path = extract.folder.paths(extract.manifest, name)[0]
        extract.manifest.counts[name] = int(duck.execute(f"SELECT count(*) FROM read_parquet('{path}')").fetchall()[0][0])
