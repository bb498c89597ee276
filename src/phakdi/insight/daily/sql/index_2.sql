-- The purchases behind a figure, the newest days first.
CREATE INDEX daily_member_by_day ON daily_member (organization_id, day, member_id);
