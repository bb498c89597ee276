-- Jobs of all organizations for whoever works: a worker learns of the organization from the job it took.

-- Takes up to `most` due jobs of the wanted consumers until `until`. A job that must keep its member's order waits until the
-- ones before it are done or dead; with it come up to five times `most` of those behind it, as far as they are due, to be done
-- in the order of their ids. `tries` counts this one.
CREATE FUNCTION job_claim(now_at timestamptz, until timestamptz, wanted text[], most integer)
RETURNS TABLE (
    job_id bigint, token uuid, job_consumer text, tried integer, job_organization_id uuid, job_fact_id uuid, job_member_id uuid,
    job_topic text, job_data jsonb, fact_at timestamptz
)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH first AS MATERIALIZED (
        SELECT j.id, j.consumer, j.member_id, j.is_ordered FROM job AS j
        WHERE j.state = 'READY' AND j.due_at <= now_at AND j.consumer = ANY (wanted)
          AND NOT (j.is_ordered AND j.member_id IS NOT NULL AND EXISTS (
              SELECT FROM job AS e
              WHERE e.consumer = j.consumer AND e.member_id = j.member_id AND e.id < j.id AND e.state = 'READY' AND e.is_ordered
          ))
        ORDER BY j.due_at, j.id LIMIT most FOR UPDATE SKIP LOCKED
    ), behind AS MATERIALIZED (
        SELECT n.id FROM first AS f CROSS JOIN LATERAL (
            SELECT b.id, bool_and(b.due_at <= now_at) OVER (ORDER BY b.id) AS is_due FROM (
                SELECT e.id, e.due_at FROM job AS e
                WHERE e.consumer = f.consumer AND e.member_id = f.member_id AND e.id > f.id AND e.state = 'READY' AND e.is_ordered
                ORDER BY e.id LIMIT 5 * most
            ) AS b
        ) AS n
        WHERE f.is_ordered AND n.is_due ORDER BY n.id LIMIT 5 * most
    )
    UPDATE job AS j SET due_at = until, lease_token = gen_random_uuid(), tries = j.tries + 1
    FROM (SELECT id FROM first UNION ALL SELECT id FROM behind) AS mine
    WHERE j.id = mine.id AND j.state = 'READY' AND j.due_at <= now_at
    RETURNING j.id, j.lease_token, j.consumer, j.tries, j.organization_id, j.fact_id, j.member_id, j.topic, j.data, j.at
$$;

-- Gives jobs back that were not begun: they are due again and the try does not count.
CREATE FUNCTION job_return(ids bigint[], tokens uuid[], now_at timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH back AS (
        UPDATE job AS j SET due_at = now_at, lease_token = NULL, tries = j.tries - 1 FROM unnest(ids, tokens) AS held (id, token)
        WHERE j.id = held.id AND j.lease_token = held.token RETURNING 1
    )
    SELECT count(*) FROM back
$$;

-- Moves the end of the lease; answers which jobs are still held.
CREATE FUNCTION job_extend(ids bigint[], tokens uuid[], until timestamptz) RETURNS SETOF bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE job AS j SET due_at = until FROM unnest(ids, tokens) AS held (id, token)
    WHERE j.id = held.id AND j.lease_token = held.token RETURNING j.id
$$;

CREATE FUNCTION job_done(ids bigint[], tokens uuid[]) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM job AS j USING unnest(ids, tokens) AS held (id, token)
        WHERE j.id = held.id AND j.lease_token = held.token RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

-- Lets go of a job that failed: until `due`, or for good.
CREATE FUNCTION job_failed(job_id bigint, token uuid, now_at timestamptz, due timestamptz, error text, is_dead boolean)
RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH failed AS (
        UPDATE job AS j SET due_at = due, lease_token = NULL, last_error = error, failed_at = now_at,
            state = CASE WHEN is_dead THEN 'DEAD' ELSE 'READY' END
        WHERE j.id = job_id AND j.lease_token = token RETURNING 1
    )
    SELECT EXISTS (SELECT FROM failed)
$$;

-- What is done by the clock: rows for what is new, then whoever is due.
CREATE FUNCTION schedule_ensure(organizations uuid[], tasks text[], due timestamptz[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO scheduled_task (organization_id, task, due_at)
    SELECT n.organization_id, n.task, n.due FROM unnest(organizations, tasks, due) AS n (organization_id, task, due)
    WHERE NOT EXISTS (SELECT FROM scheduled_task AS s WHERE s.organization_id = n.organization_id AND s.task = n.task)
    ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION schedule_claim(now_at timestamptz, until timestamptz, wanted text[], most integer)
RETURNS TABLE (claimed_organization_id uuid, claimed_task text, token uuid, tried integer)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH mine AS MATERIALIZED (
        SELECT s.organization_id, s.task FROM scheduled_task AS s
        WHERE s.due_at <= now_at AND s.task = ANY (wanted)
        ORDER BY s.due_at LIMIT most FOR UPDATE SKIP LOCKED
    )
    UPDATE scheduled_task AS s SET due_at = until, lease_token = gen_random_uuid(), tries = s.tries + 1
    FROM mine WHERE s.organization_id = mine.organization_id AND s.task = mine.task
    RETURNING s.organization_id, s.task, s.lease_token, s.tries
$$;

CREATE FUNCTION schedule_extend(organization uuid, wanted text, token uuid, until timestamptz) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH held AS (
        UPDATE scheduled_task AS s SET due_at = until
        WHERE s.organization_id = organization AND s.task = wanted AND s.lease_token = token RETURNING 1
    )
    SELECT EXISTS (SELECT FROM held)
$$;

-- Lets go of a task until it is due next; an empty error means that it was done.
CREATE FUNCTION schedule_settle(organization uuid, wanted text, token uuid, now_at timestamptz, due timestamptz, error text)
RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH settled AS (
        UPDATE scheduled_task AS s SET due_at = due, lease_token = NULL, last_error = error,
            last_done_at = CASE WHEN error = '' THEN now_at ELSE s.last_done_at END,
            tries = CASE WHEN error = '' THEN 0 ELSE s.tries END
        WHERE s.organization_id = organization AND s.task = wanted AND s.lease_token = token RETURNING 1
    )
    SELECT EXISTS (SELECT FROM settled)
$$;

-- Figures of the whole installation for health pages and metrics.
CREATE FUNCTION outbox_health(now_at timestamptz)
RETURNS TABLE (fact_waiting_since timestamptz, job_due_since timestamptz, jobs_dead bigint, task_due_since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT
        (SELECT f.written_at FROM outbox_fact AS f
         WHERE f.written_by >= coalesce((SELECT pg_snapshot_xmax(t.snapshot) FROM outbox_tick AS t), '0')
         ORDER BY f.written_by LIMIT 1),
        (SELECT min(j.due_at) FROM job AS j WHERE j.state = 'READY' AND j.due_at <= now_at),
        (SELECT count(*) FROM job AS j WHERE j.state = 'DEAD'),
        (SELECT min(s.due_at) FROM scheduled_task AS s WHERE s.due_at <= now_at)
$$;
