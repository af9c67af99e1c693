-- The table of the scenarios over SQLite; its rows are those of rows.mjs.
create table notes (
  id integer primary key,
  title text not null,
  body text not null,
  published integer not null default false,
  created_at integer not null default (cast(unixepoch('subsec') * 1000 as integer))
);
