-- Cut-over from another system beside its agreements: what was paid (facts like any other) and whom it contacted; and the
-- erasure of a person's data.

alter table import_file add column kind text not null default 'agreements' check (kind in ('agreements', 'payments', 'contacts'));
drop index import_file_open;
create unique index import_file_open on import_file (creditor_id, kind, sha256, dry_run) where state <> 'done';

-- Contacts that others made before Pacto followed the person. The law counts them like Pacto's own, for every creditor of
-- the identity; they are no attempts of ours, so they stand in no ledger.
create table past_contact (
  id           uuid primary key,
  creditor_id  text not null references creditor,
  identity_id  uuid not null references identity,
  person_id    uuid not null references person,
  -- null: the file named only the person.
  agreement_id uuid references agreement,
  -- As told; or 'sha256:…' of person, agreement, channel, instant, direction and outcome: the same contact told again is one.
  external_id  text not null,
  channel      text not null check (channel in ('call', 'visit', 'sms', 'whatsapp', 'email', 'letter')),
  direction    text not null check (direction in ('out', 'in')),
  at           timestamptz not null,
  conversation boolean not null,
  purpose      text not null,
  outcome      text,
  note         text,
  imported_by  text not null,
  imported_at  timestamptz not null,
  seq          bigint not null,
  unique (creditor_id, external_id)
);
create index past_contact_identity on past_contact (identity_id, at);
create index past_contact_person on past_contact (person_id);

-- Set when the person's data was erased: only what money and evidence need is left, and nothing new is taken in.
alter table person add column erased_at timestamptz;

-- That an erasure was asked for and done, by whom and why; kept as evidence, so `reason` names nobody.
create table erasure (
  person_id   uuid primary key references person,
  creditor_id text not null references creditor,
  at          timestamptz not null,
  done_by     text not null,
  reason      text,
  -- Rows by table from which something was taken.
  erased      jsonb not null
);
