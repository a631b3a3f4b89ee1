-- Logging in through the court's identity provider (OpenID Connect).

-- +goose Up

-- Log-ins that somebody has been sent to the provider for.
CREATE TABLE oidc_flows (
    state    TEXT PRIMARY KEY, -- SHA-256 of what the provider sends back
    browser  TEXT NOT NULL, -- SHA-256 of the cookie of the browser that was sent
    nonce    TEXT NOT NULL,
    verifier TEXT NOT NULL, -- PKCE
    redirect TEXT NOT NULL, -- the address that the provider sends back to
    next     TEXT NOT NULL, -- the page to go on to
    session  TEXT NOT NULL, -- hash of the session whose account is to be linked; empty: a log-in
    expires  BIGINT NOT NULL
);
CREATE INDEX oidc_flows_expires ON oidc_flows (expires);

-- How a session began: empty for a password or a link, oidc; and its id at the
-- provider, which can end it.
ALTER TABLE sessions ADD COLUMN via TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN provider_session TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE sessions DROP COLUMN provider_session;
ALTER TABLE sessions DROP COLUMN via;
DROP TABLE oidc_flows;
