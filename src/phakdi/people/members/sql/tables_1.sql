-- Members and the ways by which we know them. The member is the root by which everything of theirs is found; an identity
-- is found by its value, which is unique in the organization. Texts that are compared or sorted are COLLATE "C": sort keys
-- are computed in Python, and a prefix is a range.

CREATE TABLE member (
    organization_id uuid NOT NULL,
    id uuid PRIMARY KEY,
    number text COLLATE "C" NOT NULL,
    status text NOT NULL CONSTRAINT member_status_known CHECK (status IN ('SHADOW', 'ACTIVE', 'FROZEN', 'CLOSED', 'MERGED')),
    status_reason text NOT NULL DEFAULT '',
    frozen_by text NOT NULL DEFAULT '' CONSTRAINT member_frozen_by_known CHECK (frozen_by IN ('', 'MEMBER', 'STAFF')),
    merged_into uuid,
    title text NOT NULL DEFAULT '',
    given_name text NOT NULL DEFAULT '',
    family_name text NOT NULL DEFAULT '',
    nickname text NOT NULL DEFAULT '',
    birthday date,
    gender text NOT NULL DEFAULT '' CONSTRAINT member_gender_known CHECK (gender IN ('', 'FEMALE', 'MALE', 'OTHER')),
    language text NOT NULL DEFAULT 'th',
    email text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    attributes jsonb NOT NULL DEFAULT '{}',
    segments text[] NOT NULL DEFAULT '{}',
    joined_at timestamptz,
    home_store text NOT NULL DEFAULT '',
    referred_by uuid,
    source text NOT NULL DEFAULT '',
    spend_held_until timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    import_id uuid,
    search_key text NOT NULL DEFAULT '',
    search_digits text NOT NULL DEFAULT '',
    search_grams integer[] NOT NULL DEFAULT '{}',
    sort_key text COLLATE "C" NOT NULL DEFAULT '',
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT member_number_once UNIQUE (organization_id, number),
    CONSTRAINT member_number_given CHECK (number <> ''),
    CONSTRAINT member_merged_somewhere CHECK ((status = 'MERGED') = (merged_into IS NOT NULL) AND merged_into <> id),
    CONSTRAINT member_frozen_by_somebody CHECK ((status = 'FROZEN') = (frozen_by <> '')),
    CONSTRAINT member_joined_or_shadow CHECK (joined_at IS NOT NULL OR status IN ('SHADOW', 'CLOSED', 'MERGED'))
) WITH (fillfactor = 80);
CREATE INDEX member_by_name ON member (organization_id, sort_key, id);
CREATE INDEX member_by_import ON member (import_id) WHERE import_id IS NOT NULL;
CREATE INDEX member_written ON member (organization_id, written_by);
-- A short pending list: every search reads it whole, from its beginning.
CREATE INDEX member_by_grams ON member USING gin (search_grams) WITH (gin_pending_list_limit = 512);

CREATE TABLE identity (
    organization_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL CONSTRAINT identity_value_given CHECK (value <> ''),
    member_id uuid NOT NULL,
    verified_at timestamptz,
    created_at timestamptz NOT NULL,
    import_id uuid,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (organization_id, kind, value)
);
CREATE INDEX identity_of_member ON identity (member_id);
CREATE INDEX identity_by_value ON identity (organization_id, value);
CREATE INDEX identity_by_import ON identity (import_id) WHERE import_id IS NOT NULL;

CREATE TABLE attribute_definition (
    organization_id uuid NOT NULL,
    id uuid PRIMARY KEY,
    key text COLLATE "C" NOT NULL,
    type text NOT NULL
        CONSTRAINT attribute_definition_type_known CHECK (type IN ('text', 'integer', 'decimal', 'boolean', 'date', 'choice')),
    labels jsonb NOT NULL DEFAULT '{}',
    choices text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    retired_at timestamptz,
    CONSTRAINT attribute_definition_key_once UNIQUE (organization_id, key)
);

-- What an import overwrote, so that it can be undone.
CREATE TABLE member_before (
    organization_id uuid NOT NULL,
    import_id uuid NOT NULL,
    member_id uuid NOT NULL,
    row_before jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, import_id)
);
CREATE INDEX member_before_by_import ON member_before (organization_id, import_id);

-- Incremental readers see a changed row again.
CREATE FUNCTION member_note_writer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.written_by := pg_current_xact_id();
    RETURN NEW;
END $$;
CREATE TRIGGER member_written BEFORE UPDATE ON member FOR EACH ROW EXECUTE FUNCTION member_note_writer();
CREATE TRIGGER identity_written BEFORE UPDATE ON identity FOR EACH ROW EXECUTE FUNCTION member_note_writer();
