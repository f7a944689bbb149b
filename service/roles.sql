-- SPDX-License-Identifier: EUPL-1.2
--
-- Who may do what in a ledger on PostgreSQL.  The role sigill is the portals'
-- and intake's: it owns the tables, which they make at their first start.
-- After that, and after each new version, as a superuser:
--
--	psql -d sigill -f roles.sql
--
-- Members of sigill_staff see everything, decide about what is held, and keep
-- the register; they cannot give a verdict or change the log:
--
--	CREATE ROLE anna LOGIN IN ROLE sigill_staff;

DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sigill_staff') THEN
		CREATE ROLE sigill_staff NOLOGIN;
	END IF;
END
$$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO sigill;
GRANT USAGE ON SCHEMA public TO sigill_staff;

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM sigill_staff, PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO sigill_staff;
GRANT INSERT ON decisions TO sigill_staff;
GRANT INSERT, UPDATE, DELETE ON organisations TO sigill_staff;
GRANT INSERT, UPDATE ON mandates TO sigill_staff;

-- A held file is locked while it is decided about; and who comes into the
-- register has what was held for that judged again.  Nothing else can be made
-- of an arrival than that: held, and queued anew.
GRANT UPDATE (state, code, verified) ON arrivals TO sigill_staff;
ALTER TABLE arrivals ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS everybody_sees ON arrivals;
CREATE POLICY everybody_sees ON arrivals FOR SELECT USING (true);
DROP POLICY IF EXISTS held_to_queued ON arrivals;
CREATE POLICY held_to_queued ON arrivals FOR UPDATE
	USING (state = 'held') WITH CHECK (state = 'queued');
-- A decision is new, and the service sees to it.
ALTER TABLE decisions ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS everybody_sees ON decisions;
CREATE POLICY everybody_sees ON decisions FOR SELECT USING (true);
DROP POLICY IF EXISTS new_ones ON decisions;
CREATE POLICY new_ones ON decisions FOR INSERT WITH CHECK (done = 0);
