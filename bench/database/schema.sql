-- The tables of the scenarios; their rows are those of rows.mjs.
create table notes (
  id integer generated always as identity primary key,
  title text not null,
  body text not null,
  published boolean not null default false,
  created_at timestamptz not null default now()
);

create table world (
  id integer primary key,
  random_number integer not null
);

create table fortune (
  id integer primary key,
  message text not null
);
