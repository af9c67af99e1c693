-- By hand: several statements without a breakpoint, and a function whose text has semicolons.
ALTER TABLE "migrated" ADD COLUMN "note" text DEFAULT 'a;b' NOT NULL;
CREATE FUNCTION "twice"(n integer) RETURNS integer AS $$ BEGIN RETURN n * 2; END; $$ LANGUAGE plpgsql;
INSERT INTO "migrated" ("sizes") VALUES ('{"large","small"}');
