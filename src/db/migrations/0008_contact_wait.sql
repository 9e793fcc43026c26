-- Who waits for the person's next lawful place. The quotas of the law are the person's, over all creditors; without a
-- queue the creditor whose timer happens to fire first takes every place. One row per agreement and medium that was put
-- off by a quota; it goes when its contact is claimed, its call booked, or neither is wanted any more.

create table contact_wait (
  agreement_id uuid not null references agreement,
  -- Written and spoken contacts have quotas of their own.
  medium       text not null check (medium in ('written', 'spoken')),
  identity_id  uuid not null references identity,
  creditor_id  text not null references creditor,
  -- First put off; later deferrals do not move it: who has waited longest is first.
  since        timestamptz not null,
  -- When its run comes back for a place; past this and a grace it has forgone its turn.
  comes_at     timestamptz not null,
  channels     text[] not null,
  purpose      text not null,
  primary key (agreement_id, medium)
);
create index contact_wait_identity on contact_wait (identity_id);

-- Where the person was taken to be when the call began: { profile, zones, state?, city?, debtorType? }. People move; an
-- audit judges a contact by the place that was known then. Null: before this release, judged by the place known now.
alter table attempt add column place jsonb;
