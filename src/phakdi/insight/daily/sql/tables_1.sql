-- Sums by day of the organization's time zone. Everything follows from daily_member, what each member bought on a day, and
-- from entries; a fold reads what was written since the one before (see fold_1.sql).

-- What a member bought on a day in a store, after returns. A day without anything left has no row.
CREATE TABLE daily_member (
    organization_id uuid NOT NULL,
    member_id uuid NOT NULL,
    day date NOT NULL,
    store text NOT NULL,
    bills integer NOT NULL,
    sales_minor bigint NOT NULL,
    PRIMARY KEY (member_id, day, store)
);

CREATE TABLE daily_sales (
    organization_id uuid NOT NULL,
    day date NOT NULL,
    store text NOT NULL,
    bills bigint NOT NULL,
    sales_minor bigint NOT NULL,
    PRIMARY KEY (organization_id, day, store)
) WITH (fillfactor = 70);

-- How far members' purchase days lie apart: of the members who bought on `day`, `ones` did so `gap` days after the purchase
-- day before, `twos` `gap` days after the second one before. A gap of 92 is anything longer, or none before. So the members
-- who bought at least once (twice) in any window of up to 91 days are a sum, exact, without looking at members:
--   at least once  = sum of `ones` over days of the window whose gap reaches out of it
--   at least twice = sum of `twos` over the same, less those who did so once
CREATE TABLE daily_rhythm (
    organization_id uuid NOT NULL,
    day date NOT NULL,
    gap smallint NOT NULL,
    ones bigint NOT NULL,
    twos bigint NOT NULL,
    PRIMARY KEY (organization_id, day, gap)
) WITH (fillfactor = 70);

-- Points by day: given (less taken back), spent (less given back), expired, and by how much members' points grew.
CREATE TABLE daily_points (
    organization_id uuid NOT NULL,
    unit text NOT NULL,
    day date NOT NULL,
    store text NOT NULL,
    issued bigint NOT NULL,
    spent bigint NOT NULL,
    expired bigint NOT NULL,
    growth bigint NOT NULL,
    PRIMARY KEY (organization_id, unit, day, store)
) WITH (fillfactor = 70);

-- How far entries and activities were folded in: the snapshot in which the last of them were seen. After a restore the
-- numbers of transactions begin anew: rows from before it are known by when they were recorded.
CREATE TABLE daily_tick (
    id integer PRIMARY KEY CONSTRAINT daily_tick_is_one CHECK (id = 1),
    snapshot pg_snapshot NOT NULL,
    restored_at timestamptz,
    ticked_at timestamptz NOT NULL
);

-- What cannot be summed by days: counted whole, at most a hundredth of the time.
CREATE TABLE daily_count (
    organization_id uuid PRIMARY KEY,
    counted_at timestamptz NOT NULL,
    took_ms integer NOT NULL,
    figures jsonb NOT NULL
);
