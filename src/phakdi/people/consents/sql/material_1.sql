-- Whether a new version of the words changes what is agreed to: then members are asked again, and until they agree nothing rests
-- on what they agreed to before. A guardian's word for a child who joins is kept like any other consent.

ALTER TABLE consent_text ADD COLUMN is_material boolean NOT NULL DEFAULT false;
ALTER TABLE consent_text ADD COLUMN created_by text NOT NULL DEFAULT '';
ALTER TABLE consent DROP CONSTRAINT consent_purpose_known;
ALTER TABLE consent ADD CONSTRAINT consent_purpose_known
    CHECK (purpose IN ('SERVICE', 'MARKETING', 'PROFILING', 'PARTNERS', 'RESEARCH', 'SENSITIVE'));
CREATE INDEX consent_latest ON consent (organization_id, purpose, member_id, channel, at DESC);
