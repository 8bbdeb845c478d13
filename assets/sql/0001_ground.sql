-- The ground: organisations, members, accounts, transfers and the history of what was done.
--
-- Why so: enumerations are CHECKed against the lists of the program (a test compares them), every
-- table is STRICT, instants are seconds of UTC, months and days are ISO text, and what must never
-- happen (two open transfers of one person, a changed event) is refused by the database itself and
-- not by a screen.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `path` is the rows from the top down to the organisation itself, as /1/5/9/: authority and scope are prefixes of it, and a range over its index.
CREATE TABLE organisations (
    id            INTEGER PRIMARY KEY,
    code          TEXT    NOT NULL UNIQUE CHECK (code <> ''),
    parent_id     INTEGER REFERENCES organisations (id),
    path          TEXT    NOT NULL UNIQUE,
    kind          TEXT    NOT NULL CHECK (kind IN ('province_root', 'committee', 'working_committee', 'general_branch', 'branch')),
    full_name     TEXT    NOT NULL CHECK (full_name <> ''),
    short_name    TEXT    NOT NULL DEFAULT '',
    contact_name  TEXT    NOT NULL DEFAULT '',
    contact_phone TEXT    NOT NULL DEFAULT '',
    graduates_on  TEXT    NOT NULL DEFAULT '',
    verified_on   TEXT    NOT NULL DEFAULT '',
    state         TEXT    NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'retired')),
    batch_id      INTEGER REFERENCES batches (id)
) STRICT;

CREATE UNIQUE INDEX organisations_name ON organisations (full_name) WHERE state = 'active';
CREATE INDEX organisations_parent ON organisations (parent_id);
CREATE INDEX organisations_batch ON organisations (batch_id);

-- One import is one batch, so that a whole import can be taken back.
CREATE TABLE batches (
    id         INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('members', 'organisations')),
    at         INTEGER NOT NULL,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    file_name  TEXT    NOT NULL,
    n_rows     INTEGER NOT NULL,
    undone_at  INTEGER
) STRICT;

-- There is one record for one ID number, whatever happens to the person (domain.md A2.11).
-- `name_key` is the name in pinyin, for the order that people expect.
CREATE TABLE members (
    id                INTEGER PRIMARY KEY,
    id_number         TEXT    NOT NULL UNIQUE,
    document          TEXT    NOT NULL CHECK (document IN ('resident', 'other')),
    name              TEXT    NOT NULL CHECK (name <> ''),
    name_key          TEXT    NOT NULL,
    phone             TEXT    NOT NULL DEFAULT '',
    branch_id         INTEGER NOT NULL REFERENCES organisations (id),
    ethnic_group      TEXT    NOT NULL DEFAULT '',
    political_status  TEXT    NOT NULL DEFAULT '',
    education         TEXT    NOT NULL DEFAULT '',
    joined_on         TEXT    NOT NULL DEFAULT '',
    league_post       TEXT    NOT NULL DEFAULT '',
    membership_number TEXT    NOT NULL DEFAULT '',
    authentication    TEXT    NOT NULL DEFAULT 'unknown' CHECK (authentication IN ('unknown', 'authenticated', 'missing')),
    fees_paid_to      TEXT    NOT NULL DEFAULT '',
    graduation_mark   TEXT    NOT NULL DEFAULT 'none' CHECK (graduation_mark IN ('none', 'delayed', 'teacher')),
    state             TEXT    NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'transferred_out', 'retired')),
    batch_id          INTEGER REFERENCES batches (id)
) STRICT;

CREATE INDEX members_branch ON members (branch_id, state);
CREATE INDEX members_name ON members (name_key, id);
CREATE INDEX members_batch ON members (batch_id);

-- `verifier` is a password hash for people whose password opens nothing; `slot` names the key slot
-- of those whose password opens the database. At most one of them is set.
CREATE TABLE accounts (
    id         INTEGER PRIMARY KEY,
    id_number  TEXT    NOT NULL UNIQUE,
    name       TEXT    NOT NULL CHECK (name <> ''),
    phone      TEXT    NOT NULL DEFAULT '',
    role       TEXT    NOT NULL CHECK (role IN ('member', 'operator', 'administrator')),
    org_id     INTEGER NOT NULL REFERENCES organisations (id),
    state      TEXT    NOT NULL CHECK (state IN ('initial', 'active', 'removed')),
    verifier   TEXT    NOT NULL DEFAULT '',
    slot       TEXT    NOT NULL DEFAULT '',
    code_until INTEGER,
    failures   INTEGER NOT NULL DEFAULT 0,
    failed_at  INTEGER NOT NULL DEFAULT 0,
    made_at    INTEGER NOT NULL,
    CHECK (verifier = '' OR slot = '')
) STRICT;

CREATE INDEX accounts_org ON accounts (org_id);

-- Names of organisations and people are kept as they were when the request was made: a letter of
-- last year must not change because a branch was renamed. Paths follow when an organisation moves.
CREATE TABLE transfers (
    id                    INTEGER PRIMARY KEY,
    number                TEXT    NOT NULL UNIQUE,
    stage                 TEXT    NOT NULL CHECK (stage IN ('draft', 'origin_review', 'destination_review', 'province_review',
                                                            'external_receipt', 'placement', 'completed', 'returned', 'withdrawn', 'lapsed')),
    member_id             INTEGER REFERENCES members (id),
    person_number         TEXT    NOT NULL DEFAULT '',
    person_name           TEXT    NOT NULL DEFAULT '',
    name_key              TEXT    NOT NULL DEFAULT '',
    origin_id             INTEGER REFERENCES organisations (id),
    origin_path           TEXT    NOT NULL DEFAULT '',
    origin_name           TEXT    NOT NULL DEFAULT '',
    destination_id        INTEGER REFERENCES organisations (id),
    destination_path      TEXT    NOT NULL DEFAULT '',
    destination_name      TEXT    NOT NULL DEFAULT '',
    destination_is_branch INTEGER NOT NULL DEFAULT 0 CHECK (destination_is_branch IN (0, 1)),
    origin_mode           TEXT    NOT NULL DEFAULT 'managed' CHECK (origin_mode IN ('managed', 'outside')),
    destination_mode      TEXT    NOT NULL DEFAULT 'managed' CHECK (destination_mode IN ('managed', 'outside', 'special_unit')),
    province_path         TEXT    NOT NULL DEFAULT '',
    initiator             TEXT    NOT NULL DEFAULT '' CHECK (initiator IN ('', 'member', 'origin', 'destination')),
    applicant_id          INTEGER NOT NULL REFERENCES accounts (id),
    applicant_path        TEXT    NOT NULL DEFAULT '',
    origin_consents       INTEGER NOT NULL DEFAULT 0 CHECK (origin_consents IN (0, 1)),
    destination_consents  INTEGER NOT NULL DEFAULT 0 CHECK (destination_consents IN (0, 1)),
    contact_phone         TEXT    NOT NULL DEFAULT '',
    external_system       TEXT    NOT NULL DEFAULT '' CHECK (external_system IN ('', 'beijing', 'guangdong', 'fujian')),
    reason                TEXT    NOT NULL DEFAULT '' CHECK (reason IN ('', 'further_study', 'employed_with_org', 'employed_without_org',
                                                                        'abroad_official', 'abroad_private', 'abroad_study', 'unemployed',
                                                                        'special_unit', 'other')),
    further_study         TEXT    NOT NULL DEFAULT '',
    school                TEXT    NOT NULL DEFAULT '',
    employer              TEXT    NOT NULL DEFAULT '',
    address               TEXT    NOT NULL DEFAULT '',
    destination_text      TEXT    NOT NULL DEFAULT '',
    destination_typed     TEXT    NOT NULL DEFAULT '',
    origin_typed          TEXT    NOT NULL DEFAULT '',
    remark                TEXT    NOT NULL DEFAULT '',
    applied_at            INTEGER NOT NULL,
    done_at               INTEGER NOT NULL DEFAULT 0,
    since                 INTEGER NOT NULL,
    stopped_in            TEXT    NOT NULL DEFAULT '',
    closing_reason        TEXT    NOT NULL DEFAULT '',
    placed_in             TEXT    NOT NULL DEFAULT '',
    -- A special unit's name and place are secret: there is no way to store them (domain.md A3).
    CHECK (stage = 'draft' OR reason <> 'special_unit'
           OR (employer = '' AND address = '' AND school = '' AND destination_typed = '' AND destination_id IS NULL))
) STRICT;

-- One open transfer per person (domain.md A2.5).
CREATE UNIQUE INDEX one_open_transfer ON transfers (person_number)
    WHERE stage IN ('origin_review', 'destination_review', 'province_review', 'external_receipt', 'placement');

-- The order of waiting: what has ended stands behind what has not, since nobody waits for it.
CREATE INDEX transfers_waiting ON transfers (since + 100000000000 * (done_at > 0), id);
CREATE INDEX transfers_applied ON transfers (applied_at, id);
CREATE INDEX transfers_done ON transfers (done_at, id);
CREATE INDEX transfers_name ON transfers (name_key, id);
CREATE INDEX transfers_origin ON transfers (origin_name, id);
CREATE INDEX transfers_destination ON transfers (destination_name, id);
CREATE INDEX transfers_stage ON transfers (stage, since, id);
CREATE INDEX transfers_stage_order ON transfers
    ((CASE stage WHEN 'draft' THEN 0 WHEN 'origin_review' THEN 1 WHEN 'destination_review' THEN 2 WHEN 'province_review' THEN 3 WHEN 'external_receipt' THEN 4 WHEN 'placement' THEN 5 WHEN 'completed' THEN 6 WHEN 'returned' THEN 7 WHEN 'withdrawn' THEN 8 WHEN 'lapsed' THEN 9 END), id);
CREATE INDEX transfers_member ON transfers (member_id);
CREATE INDEX transfers_person ON transfers (person_number);
CREATE INDEX transfers_applicant ON transfers (applicant_id, stage);

-- 待我办 and 超期: whose move it is and who may see it are told from the index alone, and what has
-- ended, which is nearly everything after some years, is not in it.
CREATE INDEX transfers_open ON transfers
    (since + 100000000000 * (done_at > 0), id, since, stage, origin_path, destination_path, province_path, origin_mode, person_number, applicant_id, stopped_in)
    WHERE stage IN ('origin_review', 'destination_review', 'province_review', 'external_receipt', 'placement');

-- Taking an import of organisations back asks for each whether anything refers to it.
CREATE INDEX transfers_from ON transfers (origin_id);
CREATE INDEX transfers_to ON transfers (destination_id);

-- The running number of each day, so that numbers never repeat.
CREATE TABLE numbers (
    day  TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Everything that was done, in order. Each row carries the hash of the one before, so that a change
-- behind the program's back shows.
CREATE TABLE events (
    seq         INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    account_id  INTEGER REFERENCES accounts (id),
    actor       TEXT    NOT NULL,
    scope_path  TEXT    NOT NULL,
    behalf_id   INTEGER REFERENCES organisations (id),
    behalf_name TEXT    NOT NULL DEFAULT '',
    action      TEXT    NOT NULL,
    transfer_id INTEGER REFERENCES transfers (id),
    object      TEXT    NOT NULL DEFAULT '',
    from_stage  TEXT    NOT NULL DEFAULT '',
    to_stage    TEXT    NOT NULL DEFAULT '',
    reason      TEXT    NOT NULL DEFAULT '',
    detail      TEXT    NOT NULL DEFAULT '',
    prev_hash   BLOB    NOT NULL,
    hash        BLOB    NOT NULL
) STRICT;

CREATE INDEX events_transfer ON events (transfer_id, seq);
CREATE INDEX events_behalf ON events (behalf_id) WHERE behalf_id IS NOT NULL;

CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;

CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;

CREATE TRIGGER transfers_are_never_removed BEFORE DELETE ON transfers
BEGIN
    SELECT RAISE(ABORT, 'transfers are kept');
END;

-- What transfers and members are searched by: for each block of 262,144 rows and each word (a
-- character, a pair, an initial, a syllable, a number) the set of the rows filed under it; `key` is
-- the block and the word. Rows are verified when they are found, so nothing is ever taken out.
CREATE TABLE transfer_words (
    key INTEGER PRIMARY KEY,
    ids BLOB NOT NULL
) STRICT;

CREATE TABLE member_words (
    key INTEGER PRIMARY KEY,
    ids BLOB NOT NULL
) STRICT;

-- Rows up to `upto` are filed, but for those that were changed since.
CREATE TABLE filings (
    list TEXT PRIMARY KEY CHECK (list IN ('transfers', 'members')),
    upto INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO filings (list, upto) VALUES ('transfers', 0), ('members', 0);

CREATE TABLE transfers_unfiled (id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE members_unfiled (id INTEGER PRIMARY KEY) STRICT;

CREATE TRIGGER transfers_are_filed_anew AFTER UPDATE OF number, person_name, origin_name, destination_name ON transfers
WHEN (old.person_name, old.number, old.origin_name, old.destination_name)
    IS NOT (new.person_name, new.number, new.origin_name, new.destination_name)
BEGIN
    INSERT OR IGNORE INTO transfers_unfiled (id) VALUES (new.id);
END;

CREATE TRIGGER members_are_filed_anew AFTER UPDATE OF name ON members WHEN old.name <> new.name
BEGIN
    INSERT OR IGNORE INTO members_unfiled (id) VALUES (new.id);
END;

-- A row that takes the place of one that was removed is among those that count as filed.
CREATE TRIGGER transfers_take_a_place AFTER INSERT ON transfers
WHEN new.id <= (SELECT upto FROM filings WHERE list = 'transfers')
BEGIN
    INSERT OR IGNORE INTO transfers_unfiled (id) VALUES (new.id);
END;

CREATE TRIGGER members_take_a_place AFTER INSERT ON members
WHEN new.id <= (SELECT upto FROM filings WHERE list = 'members')
BEGIN
    INSERT OR IGNORE INTO members_unfiled (id) VALUES (new.id);
END;
