-- SPDX-License-Identifier: EUPL-1.2
--
-- Who may do what in a ledger on PostgreSQL.  The intake service owns the
-- database, and makes the tables at its first start.  After that, and after
-- each new version, as a superuser:
--
--	psql -d sigill -v ON_ERROR_STOP=1 -f roles.sql
--
-- All of it happens, or nothing.
--
-- Portals, which face the network, are members of sigill_portal: they have
-- their uploads and receipts, and see verdicts and sealed feedback.  Members of sigill_staff see
-- everything, decide about what is held, and keep the register.  Neither can
-- give a verdict or change the log:
--
--	CREATE ROLE sigill LOGIN IN ROLE sigill_portal;
--	CREATE ROLE anna LOGIN IN ROLE sigill_staff;

BEGIN;

DO $$
DECLARE
	name TEXT;
BEGIN
	IF to_regclass('sigill_schema') IS NULL THEN
		RAISE EXCEPTION 'there are no tables yet: start sigill-intake '
			'once, then run this again';
	END IF;
	FOREACH name IN ARRAY ARRAY['sigill_portal', 'sigill_staff'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
			EXECUTE format('CREATE ROLE %I NOLOGIN', name);
		END IF;
	END LOOP;
END
$$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO sigill_portal, sigill_staff;
REVOKE ALL ON ALL TABLES IN SCHEMA public
	FROM PUBLIC, sigill_portal, sigill_staff;

GRANT SELECT ON sigill_schema, verdicts, scores TO sigill_portal;
GRANT SELECT, INSERT, UPDATE, DELETE ON uploads TO sigill_portal;
GRANT SELECT, INSERT ON receipts TO sigill_portal;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO sigill_staff;
GRANT INSERT ON decisions TO sigill_staff;
GRANT INSERT, UPDATE, DELETE ON organisations TO sigill_staff;
GRANT INSERT, UPDATE ON mandates TO sigill_staff;
-- A lock on the log's one row, while 'register' looks for what is held; this
-- column can have no other value.
GRANT UPDATE (one) ON log_state TO sigill_staff;

-- A held file is locked while it is decided about, and so is a queued one that
-- has lost its bytes; and who comes into the register has what was held for
-- that judged again.  Nothing else can be made
-- of an arrival than that: held, and queued anew.
GRANT UPDATE (state, code, verified) ON arrivals TO sigill_staff;
ALTER TABLE arrivals ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS everybody_sees ON arrivals;
CREATE POLICY everybody_sees ON arrivals FOR SELECT USING (true);
DROP POLICY IF EXISTS held_to_queued ON arrivals;
CREATE POLICY held_to_queued ON arrivals FOR UPDATE
	USING (state = 'held' OR
		(state = 'queued' AND code IN ('no-input', 'digest')))
	WITH CHECK (state = 'queued');
-- A decision is new, and the service sees to it.
ALTER TABLE decisions ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS everybody_sees ON decisions;
CREATE POLICY everybody_sees ON decisions FOR SELECT USING (true);
DROP POLICY IF EXISTS new_ones ON decisions;
CREATE POLICY new_ones ON decisions FOR INSERT WITH CHECK (done = 0);

COMMIT;
