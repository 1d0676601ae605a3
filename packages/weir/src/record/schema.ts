/**
 * The tables of the outcome store. The format version is SQLite's user_version; tables only grow.
 *
 * Feedback has a table of its own: it may arrive before its row is flushed, and rows are never rewritten.
 */

export const FORMAT_VERSION = 1

/** Run on every start; does nothing to a store that has the tables. `row` is one Outcome as JSON (docs/outcomes.md). */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS outcomes (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  row TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS feedback (
  decisionId TEXT NOT NULL,
  model TEXT NOT NULL,
  quality REAL NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (decisionId, model)
) WITHOUT ROWID;
`
