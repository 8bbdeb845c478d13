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
-- `listed` says that the current directory file holds the row exactly as it stands here. What it does not hold is searched in this table, so that must stay cheap to read.
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
    batch_id      INTEGER REFERENCES batches (id),
    listed        INTEGER NOT NULL DEFAULT 0 CHECK (listed IN (0, 1))
) STRICT;

-- Not unique: real lists have organisations of one name with codes of their own.
CREATE INDEX organisations_name ON organisations (full_name) WHERE state = 'active';
CREATE INDEX organisations_parent ON organisations (parent_id);
CREATE INDEX organisations_batch ON organisations (batch_id);
CREATE INDEX organisations_unlisted ON organisations (id) WHERE listed = 0;

-- One import is one batch, so that a whole import can be taken back. A long list of organisations
-- makes a generation of the directory, and taking it back returns to the one before; zero is none.
CREATE TABLE batches (
    id         INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('members', 'organisations')),
    at         INTEGER NOT NULL,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    file_name  TEXT    NOT NULL,
    n_rows     INTEGER NOT NULL,
    undone_at  INTEGER,
    generation        INTEGER NOT NULL DEFAULT 0,
    generation_before INTEGER NOT NULL DEFAULT 0
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
-- Who is no longer here: few among all, and looked through when somebody asks how long they are kept.
CREATE INDEX members_former ON members (branch_id) WHERE state <> 'active';

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
    made_at    INTEGER NOT NULL,
    CHECK (verifier = '' OR slot = '')
) STRICT;

CREATE INDEX accounts_org ON accounts (org_id);

-- The public keys of the slots in the key file, and the only list that a change of the database key
-- trusts: a slot that is not here, or that its account does not point at, is served to nobody. The
-- recovery key's slot has no account. While a password is changed a slot has two keys here.
CREATE TABLE slot_pks (
    slot       TEXT    NOT NULL CHECK (slot <> ''),
    pk         BLOB    NOT NULL CHECK (length(pk) = 32),
    account_id INTEGER REFERENCES accounts (id),
    added_by   TEXT    NOT NULL,
    added_at   INTEGER NOT NULL,
    PRIMARY KEY (slot, pk)
) STRICT, WITHOUT ROWID;

-- Wrong passwords in a row, for accounts that exist and for such that do not: both must answer
-- alike. `who` is a hash of what was typed as the ID number.
CREATE TABLE attempts (
    who       TEXT    PRIMARY KEY,
    failures  INTEGER NOT NULL,
    failed_at INTEGER NOT NULL,
    known     INTEGER NOT NULL CHECK (known IN (0, 1))
) STRICT, WITHOUT ROWID;

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

-- One index for each order of the list. The stage stands first, so that a list of some stages is a
-- merge of one range each, whatever share of all they are. Drafts are their author's alone, are
-- found by `transfers_applicant`, and are saved every second: they are in none of these.
CREATE INDEX transfers_waiting ON transfers (stage, since) WHERE stage <> 'draft';
CREATE INDEX transfers_applied ON transfers (stage, applied_at) WHERE stage <> 'draft';
CREATE INDEX transfers_done ON transfers (stage, done_at) WHERE stage <> 'draft';
CREATE INDEX transfers_name ON transfers (stage, name_key) WHERE stage <> 'draft';
CREATE INDEX transfers_origin ON transfers (stage, origin_name) WHERE stage <> 'draft';
CREATE INDEX transfers_destination ON transfers (stage, destination_name) WHERE stage <> 'draft';

CREATE INDEX transfers_member ON transfers (member_id);
CREATE INDEX transfers_person ON transfers (person_number);
CREATE INDEX transfers_applicant ON transfers (applicant_id, stage);

-- What a person with few of all transfers may see, or asks for, is gathered by these, of those
-- stages alone that are asked for.
CREATE INDEX transfers_origin_path ON transfers (stage, origin_path) WHERE origin_path <> '';
CREATE INDEX transfers_destination_path ON transfers (stage, destination_path) WHERE destination_path <> '';
CREATE INDEX transfers_province_path ON transfers (stage, province_path) WHERE province_path <> '';
CREATE INDEX transfers_applying ON transfers (applicant_path) WHERE applicant_path <> '';
CREATE INDEX transfers_reason ON transfers (reason) WHERE reason <> '';

-- 待我办: the organisation whose move it is.
CREATE INDEX transfers_turn ON transfers
    (stage, (CASE stage WHEN 'origin_review' THEN origin_path WHEN 'destination_review' THEN destination_path WHEN 'placement' THEN destination_path WHEN 'external_receipt' THEN CASE origin_mode WHEN 'managed' THEN origin_path ELSE destination_path END WHEN 'province_review' THEN CASE province_path WHEN '' THEN origin_path ELSE province_path END ELSE '' END))
    WHERE stage IN ('origin_review', 'destination_review', 'province_review', 'external_receipt', 'placement');

-- Taking an import of organisations back asks for each whether anything refers to it.
CREATE INDEX transfers_from ON transfers (origin_id);
CREATE INDEX transfers_to ON transfers (destination_id);

-- How many transfers there are, so that no count reads them. Kept by triggers, so that no way of
-- writing a transfer can forget them; `verify` counts again (store/tallies.rs has the same rules).
--
-- | kind | holder | counts what was handed in |
-- |---|---|---|
-- | seen | each organisation above or at origin, destination, province | each once |
-- | since | the same | under way only, by the day (China Standard Time) since which it stands |
-- | turn | each organisation above or at the one whose move it is | under way only |
-- | side | the organisation that applied | where it is at or above a side |
-- | astray | the applicant's account | where no side is in the account's own range, by day as `since` |
-- | abroad | the applicant's account | what `side` of the account's own organisation lacks |
-- | kept | the applicant's account | what was not handed in |
CREATE TABLE tallies (
    holder INTEGER NOT NULL,
    kind   TEXT    NOT NULL CHECK (kind IN ('seen', 'since', 'turn', 'side', 'astray', 'abroad', 'kept')),
    stage  TEXT    NOT NULL,
    day    INTEGER NOT NULL,
    n      INTEGER NOT NULL,
    PRIMARY KEY (holder, kind, stage, day)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tallies_of_nothing_go AFTER UPDATE ON tallies WHEN NEW.n = 0
BEGIN
    DELETE FROM tallies WHERE holder = NEW.holder AND kind = NEW.kind AND stage = NEW.stage AND day = NEW.day;
END;

-- Inserting here counts one transfer, or with a sign of -1 takes it away: one text for every trigger.
CREATE VIEW tally_changes (sign, stage, since, stopped_in, applicant_id, applicant_path, origin_path, destination_path, province_path, origin_mode) AS
    SELECT 0, '', 0, '', 0, '', '', '', '', '' WHERE 0;

CREATE TRIGGER tally_changes_count INSTEAD OF INSERT ON tally_changes
BEGIN
    INSERT INTO tallies (holder, kind, stage, day, n)
        SELECT DISTINCT value, 'seen', NEW.stage, 0, NEW.sign
        FROM json_each('[' || replace(replace(trim(NEW.origin_path || NEW.destination_path || NEW.province_path, '/'), '//', '/'), '/', ',') || ']')
        WHERE NEW.stage <> 'draft' AND NEW.stopped_in <> 'draft'
        ON CONFLICT DO UPDATE SET n = n + excluded.n;
    INSERT INTO tallies (holder, kind, stage, day, n)
        SELECT DISTINCT value, 'since', NEW.stage, (NEW.since + 28800) / 86400, NEW.sign
        FROM json_each('[' || replace(replace(trim(NEW.origin_path || NEW.destination_path || NEW.province_path, '/'), '//', '/'), '/', ',') || ']')
        WHERE NEW.stage IN ('origin_review', 'destination_review', 'province_review', 'external_receipt', 'placement') AND NEW.stopped_in <> 'draft'
        ON CONFLICT DO UPDATE SET n = n + excluded.n;
    INSERT INTO tallies (holder, kind, stage, day, n)
        SELECT value, 'turn', NEW.stage, 0, NEW.sign
        FROM json_each('[' || replace(trim(CASE NEW.stage WHEN 'origin_review' THEN NEW.origin_path WHEN 'destination_review' THEN NEW.destination_path WHEN 'placement' THEN NEW.destination_path WHEN 'external_receipt' THEN CASE NEW.origin_mode WHEN 'managed' THEN NEW.origin_path ELSE NEW.destination_path END WHEN 'province_review' THEN CASE NEW.province_path WHEN '' THEN NEW.origin_path ELSE NEW.province_path END ELSE '' END, '/'), '/', ',') || ']')
        WHERE NEW.stage IN ('origin_review', 'destination_review', 'province_review', 'external_receipt', 'placement') AND NEW.stopped_in <> 'draft'
        ON CONFLICT DO UPDATE SET n = n + excluded.n;
    INSERT INTO tallies (holder, kind, stage, day, n)
        SELECT value, 'side', NEW.stage, 0, NEW.sign
        FROM json_each('[' || replace(trim(NEW.applicant_path, '/'), '/', ',') || ']')
        WHERE NEW.stage <> 'draft' AND NEW.stopped_in <> 'draft'
          AND NEW.applicant_path LIKE '%/' || value || '/'
          AND (substr(NEW.origin_path, 1, length(NEW.applicant_path)) = NEW.applicant_path
            OR substr(NEW.destination_path, 1, length(NEW.applicant_path)) = NEW.applicant_path
            OR substr(NEW.province_path, 1, length(NEW.applicant_path)) = NEW.applicant_path)
        ON CONFLICT DO UPDATE SET n = n + excluded.n;
    INSERT INTO tallies (holder, kind, stage, day, n)
        SELECT NEW.applicant_id, 'kept', NEW.stage, 0, NEW.sign
        WHERE NEW.stage = 'draft' OR NEW.stopped_in = 'draft'
        ON CONFLICT DO UPDATE SET n = n + excluded.n;
    INSERT INTO author_changes VALUES (NEW.sign, NEW.stage, NEW.since, NEW.stopped_in, NEW.applicant_id, NEW.applicant_path, NEW.origin_path, NEW.destination_path, NEW.province_path, NEW.origin_mode);
END;

-- The part that depends on where the applicant's account stands.
CREATE VIEW author_changes (sign, stage, since, stopped_in, applicant_id, applicant_path, origin_path, destination_path, province_path, origin_mode) AS
    SELECT 0, '', 0, '', 0, '', '', '', '', '' WHERE 0;

CREATE TRIGGER author_changes_count INSTEAD OF INSERT ON author_changes
WHEN NEW.stage <> 'draft' AND NEW.stopped_in <> 'draft'
BEGIN
    INSERT INTO tallies (holder, kind, stage, day, n)
        SELECT NEW.applicant_id, 'astray', NEW.stage,
            CASE WHEN NEW.stage IN ('origin_review', 'destination_review', 'province_review', 'external_receipt', 'placement') THEN (NEW.since + 28800) / 86400 ELSE 0 END, NEW.sign
        FROM accounts a JOIN organisations o ON o.id = a.org_id
        WHERE a.id = NEW.applicant_id
          AND substr(NEW.origin_path, 1, length(o.path)) <> o.path
          AND substr(NEW.destination_path, 1, length(o.path)) <> o.path
          AND substr(NEW.province_path, 1, length(o.path)) <> o.path
        ON CONFLICT DO UPDATE SET n = n + excluded.n;
    INSERT INTO tallies (holder, kind, stage, day, n)
        SELECT NEW.applicant_id, 'abroad', NEW.stage, 0, NEW.sign
        FROM accounts a JOIN organisations o ON o.id = a.org_id
        WHERE a.id = NEW.applicant_id
          AND NOT (NEW.applicant_path = o.path
            AND (substr(NEW.origin_path, 1, length(o.path)) = o.path
              OR substr(NEW.destination_path, 1, length(o.path)) = o.path
              OR substr(NEW.province_path, 1, length(o.path)) = o.path))
        ON CONFLICT DO UPDATE SET n = n + excluded.n;
END;

CREATE TRIGGER transfers_are_counted AFTER INSERT ON transfers
BEGIN
    INSERT INTO tally_changes VALUES (1, NEW.stage, NEW.since, NEW.stopped_in, NEW.applicant_id, NEW.applicant_path, NEW.origin_path, NEW.destination_path, NEW.province_path, NEW.origin_mode);
END;

-- What comes is counted before what goes is taken away, so that counts which stay do not vanish and
-- come again.
CREATE TRIGGER transfers_are_counted_again AFTER UPDATE OF stage, since, stopped_in, applicant_id, applicant_path, origin_path, destination_path, province_path, origin_mode ON transfers
WHEN OLD.stage <> NEW.stage OR OLD.stopped_in <> NEW.stopped_in OR OLD.applicant_id <> NEW.applicant_id
    OR (NEW.stage <> 'draft' AND (OLD.since <> NEW.since OR OLD.applicant_path <> NEW.applicant_path
        OR OLD.origin_path <> NEW.origin_path OR OLD.destination_path <> NEW.destination_path
        OR OLD.province_path <> NEW.province_path OR OLD.origin_mode <> NEW.origin_mode))
BEGIN
    INSERT INTO tally_changes VALUES (1, NEW.stage, NEW.since, NEW.stopped_in, NEW.applicant_id, NEW.applicant_path, NEW.origin_path, NEW.destination_path, NEW.province_path, NEW.origin_mode);
    INSERT INTO tally_changes VALUES (-1, OLD.stage, OLD.since, OLD.stopped_in, OLD.applicant_id, OLD.applicant_path, OLD.origin_path, OLD.destination_path, OLD.province_path, OLD.origin_mode);
END;

CREATE TRIGGER accounts_take_their_tallies_along AFTER UPDATE OF org_id ON accounts WHEN OLD.org_id <> NEW.org_id
BEGIN
    DELETE FROM tallies WHERE holder = NEW.id AND kind IN ('astray', 'abroad');
    INSERT INTO author_changes SELECT 1, stage, since, stopped_in, applicant_id, applicant_path, origin_path, destination_path, province_path, origin_mode FROM transfers WHERE applicant_id = NEW.id;
END;

-- The running number of each day, so that numbers never repeat.
CREATE TABLE numbers (
    day  TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The public keys that people sign with, and for which entries of the history each is good: from its
-- own first entry to the last before it was closed. With `salt` the own password leads to the secret
-- half; it is erased when the key is closed.
CREATE TABLE signers (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    public_key BLOB    NOT NULL CHECK (length(public_key) = 32),
    salt       BLOB    CHECK (salt IS NULL OR length(salt) = 32),
    from_seq   INTEGER NOT NULL,
    until_seq  INTEGER,
    CHECK ((salt IS NULL) = (until_seq IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX signers_current ON signers (account_id) WHERE until_seq IS NULL;

CREATE TRIGGER signers_are_never_removed BEFORE DELETE ON signers
BEGIN
    SELECT RAISE(ABORT, 'signers are kept');
END;

CREATE TRIGGER signers_are_only_closed BEFORE UPDATE ON signers
WHEN OLD.until_seq IS NOT NULL OR NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id
    OR NEW.public_key <> OLD.public_key OR NEW.from_seq <> OLD.from_seq
BEGIN
    SELECT RAISE(ABORT, 'signers are only closed');
END;

-- Everything that was done, in order. Each row carries the hash of the one before, so that a change
-- behind the program's back shows. Nothing is ever purged, however old: entries must be kept for six
-- months at least, and there is no way to remove younger or older ones.
--
-- The texts that may speak of a person (`actor`, `object`, `reason`, `detail`) go into the hash as a
-- digest with a salt. When a person's data is erased, the texts and the salt go and the digest is
-- kept: the chain holds, and nothing can be guessed back. `signature` is of whoever did it.
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
    -- Whose record it is about; no reference, since an import that is taken back removes the row.
    member_id   INTEGER,
    object      TEXT    NOT NULL DEFAULT '',
    from_stage  TEXT    NOT NULL DEFAULT '',
    to_stage    TEXT    NOT NULL DEFAULT '',
    reason      TEXT    NOT NULL DEFAULT '',
    detail      TEXT    NOT NULL DEFAULT '',
    salt        BLOB,
    digest      BLOB,
    prev_hash   BLOB    NOT NULL,
    hash        BLOB    NOT NULL,
    signature   BLOB,
    CHECK ((salt IS NULL) = (digest IS NOT NULL))
) STRICT;

CREATE INDEX events_transfer ON events (transfer_id, seq);
CREATE INDEX events_account ON events (account_id);
CREATE INDEX events_member ON events (member_id) WHERE member_id IS NOT NULL;
-- Who took data out or looked at it in full: rare among all, and asked for alone.
CREATE INDEX events_disclosing ON events (seq) WHERE action IN ('reveal', 'export', 'letter_print', 'paper_print', 'backup');
CREATE INDEX events_behalf ON events (behalf_id) WHERE behalf_id IS NOT NULL;

-- How many there are, beside them: removing the last ones by hand shows at once. Whoever removes them
-- here too is found by a head that was printed before.
CREATE TABLE history_end (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL
) STRICT;

INSERT INTO history_end VALUES (1, 0);

CREATE TRIGGER events_are_counted AFTER INSERT ON events
BEGIN
    UPDATE history_end SET seq = NEW.seq;
END;

CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
WHEN NEW.seq <> OLD.seq OR NEW.at <> OLD.at OR NEW.account_id IS NOT OLD.account_id
    OR NEW.scope_path <> OLD.scope_path OR NEW.behalf_id IS NOT OLD.behalf_id
    OR NEW.behalf_name <> OLD.behalf_name OR NEW.action <> OLD.action
    OR NEW.transfer_id IS NOT OLD.transfer_id OR NEW.member_id IS NOT OLD.member_id OR NEW.from_stage <> OLD.from_stage
    OR NEW.to_stage <> OLD.to_stage OR NEW.prev_hash <> OLD.prev_hash OR NEW.hash <> OLD.hash
    OR NEW.signature IS NOT OLD.signature
    OR OLD.salt IS NULL OR NEW.salt IS NOT NULL OR NEW.digest IS NULL
    OR NEW.actor || NEW.object || NEW.reason || NEW.detail <> ''
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

-- Requests to correct a name or an ID number, which a second person decides. What stood before is
-- kept until the person's data is erased. `alone` says that there was no second administrator.
CREATE TABLE corrections (
    id         INTEGER PRIMARY KEY,
    member_id  INTEGER NOT NULL REFERENCES members (id),
    asked_at   INTEGER NOT NULL,
    asked_by   INTEGER NOT NULL REFERENCES accounts (id),
    old_name   TEXT    NOT NULL,
    old_number TEXT    NOT NULL,
    new_name   TEXT    NOT NULL,
    new_number TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    evidence   TEXT    NOT NULL DEFAULT '',
    state      TEXT    NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'refused', 'withdrawn')),
    decided_at INTEGER,
    decided_by INTEGER REFERENCES accounts (id),
    remark     TEXT    NOT NULL DEFAULT '',
    alone      INTEGER NOT NULL DEFAULT 0 CHECK (alone IN (0, 1)),
    CHECK ((state = 'open') = (decided_at IS NULL) AND (state = 'open') = (decided_by IS NULL))
) STRICT;

CREATE UNIQUE INDEX one_open_correction ON corrections (member_id) WHERE state = 'open';
CREATE INDEX corrections_member ON corrections (member_id);

CREATE TRIGGER corrections_are_decided_once BEFORE UPDATE OF state ON corrections WHEN OLD.state <> 'open'
BEGIN
    SELECT RAISE(ABORT, 'corrections are decided once');
END;

-- The ledger of exports: every file with data in it that was written out, masked or in full, with
-- its SHA-256. `seq` is the entry of the history. A row is never removed; that the file and its
-- copies were deleted is entered.
CREATE TABLE exports (
    id         INTEGER PRIMARY KEY,
    seq        INTEGER NOT NULL REFERENCES events (seq),
    at         INTEGER NOT NULL,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    what       TEXT    NOT NULL,
    path       TEXT    NOT NULL,
    sha256     BLOB    NOT NULL CHECK (length(sha256) = 32),
    n_rows     INTEGER NOT NULL,
    n_drafts   INTEGER NOT NULL DEFAULT 0,
    fields     TEXT    NOT NULL,
    disclosure TEXT    NOT NULL CHECK (disclosure IN ('masked', 'full')),
    reason     TEXT    NOT NULL DEFAULT '',
    deleted_at INTEGER,
    deleted_by INTEGER REFERENCES accounts (id),
    CHECK ((deleted_at IS NULL) = (deleted_by IS NULL))
) STRICT;

CREATE INDEX exports_full ON exports (at) WHERE disclosure = 'full' AND deleted_at IS NULL;

CREATE TRIGGER exports_are_never_removed BEFORE DELETE ON exports
BEGIN
    SELECT RAISE(ABORT, 'the ledger is kept');
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

-- A row that takes the place of one that was removed is among those that count as filed. For members
-- it is asked first whether it is known already: an import writes OR FAIL, which SQLite would put in
-- the place of OR IGNORE here.
CREATE TRIGGER transfers_take_a_place AFTER INSERT ON transfers
WHEN new.id <= (SELECT upto FROM filings WHERE list = 'transfers')
BEGIN
    INSERT OR IGNORE INTO transfers_unfiled (id) VALUES (new.id);
END;

CREATE TRIGGER members_take_a_place AFTER INSERT ON members
WHEN new.id <= (SELECT upto FROM filings WHERE list = 'members')
    AND NOT EXISTS (SELECT 1 FROM members_unfiled WHERE id = new.id)
BEGIN
    INSERT INTO members_unfiled (id) VALUES (new.id);
END;

-- Letters of introduction (介绍信), numbered within a year by the organisation that issues them. A
-- reprint keeps the row; a letter that ran out is replaced by one with a number of its own. The
-- issuer's name is kept as it was, since a renamed office answers for the letters of the old one.
CREATE TABLE letters (
    id          INTEGER PRIMARY KEY,
    transfer_id INTEGER NOT NULL REFERENCES transfers (id),
    issuer_id   INTEGER NOT NULL REFERENCES organisations (id),
    issuer_name TEXT    NOT NULL CHECK (issuer_name <> ''),
    year        INTEGER NOT NULL,
    seq         INTEGER NOT NULL CHECK (seq > 0),
    issued_on   TEXT    NOT NULL,
    issued_at   INTEGER NOT NULL,
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    valid_days  INTEGER NOT NULL,
    valid_until TEXT    NOT NULL,
    n_printed   INTEGER NOT NULL DEFAULT 1,
    receipt_on  TEXT    NOT NULL DEFAULT '',
    replaced    INTEGER NOT NULL DEFAULT 0 CHECK (replaced IN (0, 1)),
    UNIQUE (issuer_id, year, seq)
) STRICT;

CREATE UNIQUE INDEX letters_in_force ON letters (transfer_id) WHERE replaced = 0;
CREATE INDEX letters_transfer ON letters (transfer_id);
CREATE INDEX letters_awaited ON letters (valid_until) WHERE receipt_on = '' AND replaced = 0;

CREATE TRIGGER letters_are_never_removed BEFORE DELETE ON letters
BEGIN
    SELECT RAISE(ABORT, 'letters are kept');
END;

CREATE TRIGGER letters_keep_their_number BEFORE UPDATE ON letters
WHEN NEW.id <> OLD.id OR NEW.transfer_id <> OLD.transfer_id OR NEW.issuer_id <> OLD.issuer_id
    OR NEW.issuer_name <> OLD.issuer_name OR NEW.year <> OLD.year OR NEW.seq <> OLD.seq
    OR NEW.issued_on <> OLD.issued_on OR NEW.valid_until <> OLD.valid_until
    OR NEW.n_printed < OLD.n_printed OR NEW.replaced < OLD.replaced
BEGIN
    SELECT RAISE(ABORT, 'letters keep their number');
END;
