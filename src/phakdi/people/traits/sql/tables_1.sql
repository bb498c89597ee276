-- What models expect of members: one row for each member and each source of traits.

CREATE TABLE member_trait (
    organization_id uuid NOT NULL,
    member_id uuid NOT NULL,
    source text NOT NULL,
    traits jsonb NOT NULL,
    missing jsonb NOT NULL,
    run_id uuid NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, source)
) WITH (fillfactor = 80);
CREATE INDEX member_trait_old ON member_trait (organization_id, source, computed_at);
