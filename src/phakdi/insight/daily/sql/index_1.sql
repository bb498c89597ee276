-- Finds what was written lately. Rows are never changed, so pages stand in the order of transactions: an index over blocks is
-- a few kilobytes and costs a post next to nothing. Blocks that are not in it yet are looked at in any case.
CREATE INDEX activity_lately ON activity USING brin (((written_by::text)::bigint)) WITH (pages_per_range = 16, autosummarize = on);
CREATE INDEX entry_lately ON entry USING brin (((written_by::text)::bigint)) WITH (pages_per_range = 16, autosummarize = on);
