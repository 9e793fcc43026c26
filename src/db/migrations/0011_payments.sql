-- Money that comes in: links of messages, orders at providers, what providers told, and what waits for a match. Instants
-- are business time unless a column says wall.

-- What stands in /p/{token}: only its hash lies here. Whether it still opens is reckoned when it is opened, from the
-- agreement as it stands then; revoked_at is for whoever takes one back by hand.
create table payment_link (
  id               uuid primary key,
  -- Lower-case hex SHA-256.
  token_hash       text not null unique,
  -- The message that it stands in; null: it was made for a page or an agent.
  attempt_id       uuid references attempt,
  creditor_id      text not null references creditor,
  person_id        uuid not null references person,
  contact_point_id uuid references contact_point,
  agreement_id     uuid not null references agreement,
  -- Of another plan another amount is owed: then the link is over.
  plan_version     int not null,
  created_at       timestamptz not null,
  expires_at       timestamptz not null,
  revoked_at       timestamptz,
  -- An attempt that surely left nothing and begins again gets a new token.
  unique (attempt_id)
);
create index payment_link_person on payment_link (person_id);

-- A payment that somebody began at a provider. The reference is all that the provider gets to know of us.
create table payment_order (
  id            uuid primary key,
  reference     text not null unique,
  creditor_id   text not null references creditor,
  agreement_id  uuid not null references agreement,
  link_id       uuid references payment_link,
  amount_minor  bigint not null check (amount_minor > 0),
  currency      text not null,
  provider      text not null,
  provider_id   text,
  state         text not null check (state in ('created', 'pending', 'paid', 'failed', 'revoked', 'expired')),
  -- Why it failed, a word of the adapter's.
  code          text,
  created_at    timestamptz not null,
  expires_at    timestamptz not null,
  -- The payer came back, or the provider says that it is under way: collection rested from here until then, once.
  hinted_at     timestamptz,
  paused_until  timestamptz,
  -- When it is worth asking the provider again, and how often it was asked.
  ask_at        timestamptz,
  asks          int not null default 0,
  unique (provider, provider_id)
);
create index payment_order_agreement on payment_order (agreement_id, created_at);
create index payment_order_open on payment_order (ask_at) where ask_at is not null;

-- Every notification once, before it is answered; what follows from it may come later.
create table payment_event (
  provider    text not null,
  event_id    text not null,
  provider_id text,
  -- The generic webhook is itself the statement: { movement, ... } without anything personal.
  stated      jsonb,
  state       text not null check (state in ('open', 'done')),
  outcome     text,
  received_at timestamptz not null,
  ask_at      timestamptz,
  asks        int not null default 0,
  primary key (provider, event_id)
);
create index payment_event_open on payment_event (ask_at) where state = 'open';
create index payment_event_subject on payment_event (provider, provider_id);

-- Money that found no agreement. source_key names the movement (provider.id, bank.id), so that it lies here once.
alter table suspense add column source_key text;
alter table suspense add column amount_minor bigint;
alter table suspense add column currency text;
alter table suspense add column paid_at timestamptz;
alter table suspense add column method text;
alter table suspense add column collected_by text check (collected_by in ('agency', 'creditor'));
alter table suspense add column matched_agreement_id uuid references agreement;
alter table suspense add column matched_by text;
alter table suspense add column payment_id uuid references payment;
-- What the provider took back of it before anybody matched it.
alter table suspense add column reversed_minor bigint not null default 0;
create unique index suspense_source on suspense (source_key) where source_key is not null;
create index suspense_open on suspense (at, id) where matched_at is null;

-- A thank-you for a payment that came by a link: at most one each.
create table payment_receipt (
  payment_id   uuid primary key references payment,
  order_id     uuid not null references payment_order,
  agreement_id uuid not null references agreement,
  state        text not null check (state in ('due', 'sent', 'dropped')),
  reason       text,
  ask_at       timestamptz not null,
  until_at     timestamptz not null
);
create index payment_receipt_due on payment_receipt (ask_at) where state = 'due';
