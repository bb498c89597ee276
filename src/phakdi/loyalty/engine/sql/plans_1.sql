-- How batches look things up: by key, in the order written, whatever the planner knows. Their plans are generic and kept; one
-- made while the tables were new and empty would go on reading all that an organization has, until the statistics come, which
-- takes a minute or more. Whoever creates one of these functions anew sets this anew.
ALTER FUNCTION engine_load_shared(uuid, text[], text[], text[]) SET join_collapse_limit = 1;
ALTER FUNCTION engine_load_shared(uuid, text[], text[], text[]) SET enable_seqscan = off;
ALTER FUNCTION engine_load_shared(uuid, text[], text[], text[]) SET enable_hashjoin = off;
ALTER FUNCTION engine_load_shared(uuid, text[], text[], text[]) SET enable_mergejoin = off;
ALTER FUNCTION engine_load_many(uuid, uuid[], text[]) SET join_collapse_limit = 1;
ALTER FUNCTION engine_load_many(uuid, uuid[], text[]) SET enable_seqscan = off;
ALTER FUNCTION engine_load_many(uuid, uuid[], text[]) SET enable_hashjoin = off;
ALTER FUNCTION engine_load_many(uuid, uuid[], text[]) SET enable_mergejoin = off;
