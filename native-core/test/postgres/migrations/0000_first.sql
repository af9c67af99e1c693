CREATE TYPE "public"."size" AS ENUM('small', 'large');--> statement-breakpoint
CREATE TABLE "migrated" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
	"sizes" "size"[] DEFAULT '{"small"}' NOT NULL
);
--> statement-breakpoint
INSERT INTO "migrated" DEFAULT VALUES;
