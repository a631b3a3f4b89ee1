-- Both databases run this: times are microseconds of UTC since 1970 (0: none),
-- documents are JSON in text columns.

-- +goose Up
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- The revision of who is who: see the package's comment.
CREATE TABLE revision (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    n    BIGINT NOT NULL
);
INSERT INTO revision (one, n) VALUES (1, 1);

CREATE TABLE courts (
    id     TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    parent TEXT REFERENCES courts (id)
);

CREATE TABLE sites (
    id    TEXT PRIMARY KEY,
    court TEXT NOT NULL REFERENCES courts (id),
    kind  TEXT NOT NULL,
    name  TEXT NOT NULL
);

CREATE TABLE users (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    full_name   TEXT NOT NULL,
    password    TEXT NOT NULL, -- argon2id, PHC string; empty: none
    must_change BOOLEAN NOT NULL,
    totp        TEXT NOT NULL, -- secret of the second factor; empty: none
    totp_step   BIGINT NOT NULL, -- the last one used
    subject     TEXT NOT NULL, -- issuer and subject at the OIDC provider; empty: none
    disabled    BOOLEAN NOT NULL,
    created     BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_subject ON users (subject) WHERE subject <> '';

CREATE TABLE grants (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role    TEXT NOT NULL,
    court   TEXT NOT NULL REFERENCES courts (id),
    sites   TEXT NOT NULL,
    PRIMARY KEY (user_id, role, court)
);

CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash    TEXT NOT NULL,
    PRIMARY KEY (user_id, hash)
);

-- Browsers from which somebody has logged in before.
CREATE TABLE devices (
    hash    TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    seen    BIGINT NOT NULL,
    PRIMARY KEY (hash, user_id)
);

CREATE TABLE tokens (
    id      TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name    TEXT NOT NULL,
    hash    TEXT NOT NULL UNIQUE, -- SHA-256 of the token
    ha1     TEXT NOT NULL, -- for RTSP digest
    scopes  TEXT NOT NULL,
    court   TEXT NOT NULL, -- empty: no limit
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    seen    BIGINT NOT NULL
);
CREATE INDEX tokens_user ON tokens (user_id);

CREATE TABLE cases (
    id          TEXT PRIMARY KEY,
    court       TEXT NOT NULL REFERENCES courts (id),
    number      TEXT NOT NULL, -- 案号 in its official form; empty: none
    search      TEXT NOT NULL, -- number and title as they are searched for
    external_id TEXT NOT NULL, -- of the case system; empty: none
    data        TEXT NOT NULL,
    created     BIGINT NOT NULL
);
CREATE UNIQUE INDEX cases_number ON cases (number) WHERE number <> '';
CREATE UNIQUE INDEX cases_external ON cases (court, external_id) WHERE external_id <> '';
CREATE INDEX cases_court ON cases (court, created);

CREATE TABLE hearings (
    id          TEXT PRIMARY KEY,
    case_id     TEXT REFERENCES cases (id),
    court       TEXT NOT NULL REFERENCES courts (id),
    site        TEXT NOT NULL, -- empty: none
    state       TEXT NOT NULL,
    starts      BIGINT NOT NULL,
    ends        BIGINT NOT NULL,
    external_id TEXT NOT NULL,
    version     BIGINT NOT NULL,
    data        TEXT NOT NULL
);
CREATE INDEX hearings_starts ON hearings (court, starts);
CREATE INDEX hearings_site ON hearings (site, starts);
CREATE INDEX hearings_case ON hearings (case_id);
CREATE UNIQUE INDEX hearings_external ON hearings (court, external_id) WHERE external_id <> '';

CREATE TABLE hearing_events (
    hearing TEXT NOT NULL REFERENCES hearings (id),
    version BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    data    TEXT NOT NULL,
    PRIMARY KEY (hearing, version)
);

CREATE TABLE participants (
    id      TEXT PRIMARY KEY,
    hearing TEXT NOT NULL REFERENCES hearings (id),
    user_id TEXT NOT NULL, -- empty: no account
    part    TEXT NOT NULL,
    data    TEXT NOT NULL
);
CREATE INDEX participants_hearing ON participants (hearing);
CREATE INDEX participants_user ON participants (user_id);

CREATE TABLE links (
    id          TEXT PRIMARY KEY,
    hearing     TEXT NOT NULL REFERENCES hearings (id),
    participant TEXT NOT NULL REFERENCES participants (id) ON DELETE CASCADE,
    not_before  BIGINT NOT NULL,
    not_after   BIGINT NOT NULL,
    code        TEXT NOT NULL, -- hash; empty: none is asked
    device      TEXT NOT NULL, -- hash of the browser that it was first used from
    used        BIGINT NOT NULL,
    revoked     BIGINT NOT NULL,
    created     BIGINT NOT NULL,
    created_by  TEXT NOT NULL
);
CREATE INDEX links_hearing ON links (hearing);

CREATE TABLE sessions (
    hash    TEXT PRIMARY KEY, -- SHA-256 of the cookie
    id      TEXT NOT NULL UNIQUE, -- what lists and the audit call it
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    link    TEXT REFERENCES links (id) ON DELETE CASCADE,
    stage   TEXT NOT NULL,
    created BIGINT NOT NULL,
    seen    BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    address TEXT NOT NULL,
    agent   TEXT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_seen ON sessions (seen);

-- Entries of the audit on their way: each is written in the transaction of the
-- change that it tells of, and removed when it stands in a hub's ledger.
CREATE TABLE outbox (
    id   TEXT PRIMARY KEY,
    node TEXT NOT NULL, -- id of the ledger that takes it; empty: whichever comes first
    at   BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX outbox_node ON outbox (node, at);

-- The audit's index; the audit itself lies in files.
CREATE TABLE audit (
    node    TEXT NOT NULL, -- id of the ledger
    n       BIGINT NOT NULL, -- the entry's number in it
    ref     TEXT NOT NULL, -- id that it had in the outbox; empty: was not there
    at      BIGINT NOT NULL,
    who     TEXT NOT NULL, -- user id, or what there is instead
    name    TEXT NOT NULL, -- as it was then
    action  TEXT NOT NULL,
    kind    TEXT NOT NULL, -- of the object
    object  TEXT NOT NULL,
    court   TEXT NOT NULL,
    outcome TEXT NOT NULL,
    address TEXT NOT NULL,
    data    TEXT NOT NULL,
    PRIMARY KEY (node, n)
);
CREATE UNIQUE INDEX audit_ref ON audit (ref) WHERE ref <> '';
CREATE INDEX audit_at ON audit (at, node, n);
CREATE INDEX audit_who ON audit (who, at, node, n);
CREATE INDEX audit_object ON audit (object, at, node, n);
CREATE INDEX audit_action ON audit (action, at, node, n);
CREATE INDEX audit_court ON audit (court, at, node, n);
CREATE INDEX audit_outcome ON audit (outcome, at, node, n);

-- +goose Down
DROP TABLE audit;
DROP TABLE outbox;
DROP TABLE sessions;
DROP TABLE links;
DROP TABLE participants;
DROP TABLE hearing_events;
DROP TABLE hearings;
DROP TABLE cases;
DROP TABLE tokens;
DROP TABLE devices;
DROP TABLE recovery_codes;
DROP TABLE grants;
DROP TABLE users;
DROP TABLE sites;
DROP TABLE courts;
DROP TABLE revision;
DROP TABLE settings;
