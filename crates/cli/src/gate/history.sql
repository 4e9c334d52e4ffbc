-- A run of one scenario.
CREATE TABLE run (
  number        INTEGER PRIMARY KEY,
  at            TEXT NOT NULL, -- RFC 3339
  "commit"      TEXT,
  version       TEXT NOT NULL,
  machine       TEXT NOT NULL,
  scenario      TEXT NOT NULL,
  scenario_hash TEXT NOT NULL,
  seed          INTEGER NOT NULL -- its 64 bits, as a signed number
) STRICT;

-- What it came to.
CREATE TABLE figure (
  run    INTEGER NOT NULL REFERENCES run,
  place  INTEGER NOT NULL, -- among the figures of its run
  kind   TEXT NOT NULL, -- behaviour, cost or wall
  metric TEXT NOT NULL,
  unit   TEXT NOT NULL,
  value  REAL NOT NULL,
  better TEXT NOT NULL, -- higher, lower or none
  PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;

-- "chap": nobody else's database is taken for a history.
PRAGMA application_id = 0x63686170;
PRAGMA user_version = 1;
