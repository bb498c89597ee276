-- For how long nobody spends a member's points after a phone or e-mail of theirs was changed or added.
ALTER TABLE code_policy ADD COLUMN hold_hours integer NOT NULL DEFAULT 24
    CONSTRAINT code_policy_hold CHECK (hold_hours BETWEEN 24 AND 72);
