-- Members' cards. A card is found by its name, an invitation by its word: both are look-ups across members.

CREATE TABLE member_card (
    organization_id uuid NOT NULL,
    pub text NOT NULL CONSTRAINT member_card_pub CHECK (pub ~ '^[A-Z2-7]{13}$'),
    member_id uuid NOT NULL,
    sealed_secret text NOT NULL,
    faults timestamptz[] NOT NULL DEFAULT '{}' CONSTRAINT member_card_faults CHECK (cardinality(faults) < 5),
    locked_until timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, pub)
);
CREATE UNIQUE INDEX member_card_one ON member_card (organization_id, member_id);

CREATE TABLE member_card_use (
    organization_id uuid NOT NULL,
    member_id uuid NOT NULL,
    step bigint NOT NULL,
    purpose text NOT NULL,
    used_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, step, purpose)
);
CREATE INDEX member_card_use_old ON member_card_use (organization_id, used_at);

CREATE TABLE member_invitation (
    organization_id uuid NOT NULL,
    word text NOT NULL,
    member_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, word)
);
CREATE UNIQUE INDEX member_invitation_one ON member_invitation (organization_id, member_id);
