-- Files that bring agreements in (contract.md section 5). A file lies here in pieces because the process that takes it
-- and the worker that reads it need not share a disk. Its pieces and rows hold personal data: they go when the import ends.

create table import_file (
  id           uuid primary key,
  creditor_id  text not null references creditor,
  dry_run      boolean not null,
  -- Of the whole file: what "the same file" means, and part of the evidence of a consent.
  sha256       text not null,
  bytes        bigint not null,
  -- Lines after the header, blank ones included: the measure of progress while the file is read.
  lines        int not null,
  delimiter    text not null check (delimiter in (',', ';')),
  columns      text[] not null,
  -- Id of the key, or 'cli'.
  imported_by  text not null,
  workflow_id  text not null unique,
  state        text not null default 'reading' check (state in ('reading', 'takingIn', 'done')),
  -- Where reading goes on: bytes that became rows, and the number of the last line among them (the header is line 1).
  read_bytes   bigint not null,
  read_line    int not null,
  rows         int not null default 0,
  created_at   timestamptz not null,
  ended_at     timestamptz
);
-- The same file again while it is being imported joins the import that runs.
create unique index import_file_open on import_file (creditor_id, sha256, dry_run) where state <> 'done';
create index import_file_hash on import_file (creditor_id, sha256);

create table import_chunk (
  import_id uuid not null references import_file deferrable initially deferred,
  number    int not null,
  bytes     bytea not null,
  primary key (import_id, number)
);

create table import_row (
  import_id uuid not null references import_file,
  line      int not null,
  -- External id of the agreement as it stands in the file.
  agreement text not null,
  cells     jsonb not null,
  -- Could not be read whole; its errors are written, its agreement is rejected.
  bad       boolean not null,
  primary key (import_id, line)
);
create index import_row_agreement on import_row (import_id, agreement);

-- One row an agreement of the file, kept: with it the same file again changes nothing. A line that names no agreement
-- stands here under '?<line>', which no external id can be.
create table import_agreement (
  import_id  uuid not null references import_file,
  agreement  text not null,
  first_line int not null,
  person     text not null,
  outcome    text check (outcome in ('accepted', 'rejected', 'unchanged')),
  primary key (import_id, agreement)
);
create index import_agreement_open on import_agreement (import_id, first_line) where outcome is null;

-- What is wrong, in words that quote no cell.
create table import_error (
  import_id   uuid not null references import_file,
  id          bigserial,
  line        int not null,
  column_name text,
  reason      text not null,
  primary key (import_id, id)
);
create index import_error_line on import_error (import_id, line, id);
