/** Tables of the statistics; usage-store.ts reads and writes them. */
/** Never edited once released: a counter that comes later is a column with a default of 0, in a migration of its own. */
export const USAGE_TABLES = `CREATE TABLE usage_series (id INTEGER PRIMARY KEY, dimensions TEXT NOT NULL UNIQUE, app TEXT, gateway_key TEXT);
   CREATE TABLE usage (level INTEGER NOT NULL, start INTEGER NOT NULL, series INTEGER NOT NULL,
     requests INTEGER NOT NULL, failures INTEGER NOT NULL, client_gone INTEGER NOT NULL, streams INTEGER NOT NULL,
     cache_hits INTEGER NOT NULL, attempts INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
     cached_input_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL,
     cost_nano INTEGER NOT NULL, stated_nano INTEGER NOT NULL, saved_nano INTEGER NOT NULL, unpriced INTEGER NOT NULL,
     duration_us INTEGER NOT NULL, first_byte_us INTEGER NOT NULL, durations TEXT NOT NULL, first_bytes TEXT NOT NULL,
     PRIMARY KEY (level, start, series)) WITHOUT ROWID;
   -- Captures from before, still to be counted: those up to this number. Emptied in quiet moments.
   INSERT INTO meta (key, value) SELECT 'usage_behind', max(n) FROM (SELECT n FROM capture UNION ALL SELECT n FROM fresh)
     HAVING max(n) IS NOT NULL;`;
