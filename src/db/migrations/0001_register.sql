-- Pacto's register: people, agreements, money, contacts, evidence.
-- Instants are timestamptz on the business clock unless a column says wall. Order among facts of one person is the
-- person's sequence (identity.last_seq, taken under the row lock), never a timestamp: two transactions that overlap
-- see clocks in any order, and now() is the start of the transaction.

create extension if not exists btree_gist;

create table creditor (
  id          text primary key check (id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  name        text not null,
  type        text not null check (type in ('firstParty', 'thirdParty')),
  country     text not null,
  currency    text not null,
  -- { componentOrder?, promiseLimits?, firm?, senders?: { smsFrom?, emailFrom? } }
  settings    jsonb not null default '{}',
  created_at  timestamptz not null
);

-- What creditors share of a person: who it is (a keyed hash), the order of events, the stops. Nothing readable.
create table identity (
  id               uuid primary key,
  national_id_hash text unique,
  last_seq         bigint not null default 0
);

create table person (
  id            uuid primary key,
  creditor_id   text not null references creditor,
  external_id   text not null,
  identity_id   uuid not null references identity,
  type          text not null check (type in ('person', 'company')),
  name          text not null,
  language      text not null,
  national_id   jsonb,
  address       jsonb,
  zone          text,
  -- A right-party contact happened: messages may show amounts from then on.
  confirmed_at  timestamptz,
  unique (creditor_id, external_id)
);
create index person_identity on person (identity_id);

create table contact_point (
  id          uuid primary key,
  creditor_id text not null references creditor,
  person_id   uuid not null references person,
  kind        text not null check (kind in ('phone', 'email')),
  value       text not null,
  channels    text[] not null,
  -- Of a company only: who there is reached.
  role        text,
  health      text not null default 'valid' check (health in ('valid', 'softFailing', 'invalid', 'landline', 'quarantined')),
  position    int not null,
  unique (person_id, kind, value)
);

-- The last row by seq for (contact point, channel) is in force; earlier ones are its evidence.
create table consent (
  id               uuid primary key,
  contact_point_id uuid not null references contact_point,
  channel          text not null check (channel in ('sms', 'email', 'call')),
  state            text not null check (state in ('granted', 'denied', 'unknown')),
  evidence         jsonb not null,
  at               timestamptz not null,
  seq              bigint not null
);
create index consent_point on consent (contact_point_id, channel, seq desc);

create table stop (
  id          uuid primary key,
  identity_id uuid not null references identity,
  creditor_id text references creditor,
  kind        text not null,
  at          timestamptz not null,
  evidence    jsonb not null,
  seq         bigint not null,
  ended_at    timestamptz
);
create index stop_identity on stop (identity_id);

create table strategy (
  id          text not null,
  version     int not null,
  definition  jsonb not null,
  source      text not null,
  published_at timestamptz not null,
  primary key (id, version)
);

create table template (
  key         text not null,
  locale      text not null,
  version     int not null,
  body        jsonb not null,
  published_at timestamptz not null,
  primary key (key, locale, version)
);

create table agreement (
  id               uuid primary key,
  creditor_id      text not null references creditor,
  external_id      text not null,
  person_id        uuid not null references person,
  identity_id      uuid not null references identity,
  batch            text,
  country          text not null,
  zone             text not null,
  currency         text not null,
  agreed_on        date not null,
  -- AgreementTerms of src/domain, as given to the workflow.
  terms            jsonb not null,
  debt             jsonb,
  strategy_id      text not null,
  strategy_version int not null,
  -- SHA-256 of the body after schema defaults, without the person's details: "the same body again".
  body_hash        text not null,
  workflow_id      text not null unique,
  run_id           text,
  -- starting: row in the outbox; running; finished: the run completed and no message may be signalled to it.
  workflow_state   text not null default 'starting' check (workflow_state in ('starting', 'running', 'finished')),
  -- Mirror of viewOf(state) for lists and searches, written in the transaction that wrote the fact.
  phase            text not null check (phase in ('active', 'broken', 'preLegal', 'settled', 'closed')),
  plan_version     int not null,
  balance_minor    bigint not null,
  credit_minor     bigint not null,
  paid_minor       bigint not null,
  oldest_unpaid_due date,
  -- From when on it counts as overdue unless something is paid; null while nothing is owed.
  overdue_from     timestamptz,
  hold_until       timestamptz,
  disputed         boolean not null default false,
  opted_out        boolean not null default false,
  -- When the pure core will act next, for the sandbox clock and lists; null: only a message can wake it.
  wake_at          timestamptz,
  logged_at        timestamptz not null,
  logged_seq       bigint not null,
  unique (creditor_id, external_id),
  foreign key (strategy_id, strategy_version) references strategy (id, version)
);
create index agreement_person on agreement (person_id);
create index agreement_identity on agreement (identity_id);
create index agreement_wake on agreement (wake_at) where wake_at is not null;
create index agreement_list on agreement (creditor_id, logged_at, id);

create table instalment (
  agreement_id uuid not null references agreement,
  version      int not null,
  number       int not null,
  due_on       date not null,
  amount_minor bigint not null check (amount_minor > 0),
  primary key (agreement_id, version, number)
);

-- The facts in the person's order: AgreementEvent of src/domain; folding them gives the workflow's state.
create table agreement_event (
  agreement_id uuid not null references agreement,
  seq          bigint not null,
  id           text not null,
  kind         text not null,
  at           timestamptz not null,
  body         jsonb not null,
  primary key (agreement_id, seq),
  unique (agreement_id, id)
);

-- Free text that people gave with a fact (why a hold, why a cancellation). It may name somebody, so it never leaves
-- PostgreSQL: the fact and the timeline carry at most a word.
create table fact_note (
  agreement_id uuid not null references agreement,
  fact_id      text not null,
  note         text not null,
  primary key (agreement_id, fact_id)
);

create table payment (
  id            uuid primary key,
  creditor_id   text not null references creditor,
  agreement_id  uuid not null references agreement,
  external_id   text not null,
  amount_minor  bigint not null check (amount_minor > 0),
  currency      text not null,
  paid_at       timestamptz not null,
  method        text not null,
  instalment    int,
  collected_by  text not null check (collected_by in ('agency', 'creditor')),
  source        text not null,
  booked_at     timestamptz not null,
  seq           bigint not null,
  content_hash  text not null,
  reversed_at   timestamptz,
  reversal_external_id text,
  reversal_reason text,
  reversal_seq  bigint,
  unique (creditor_id, external_id)
);
create index payment_agreement on payment (agreement_id, seq);
create unique index payment_reversal on payment (creditor_id, reversal_external_id) where reversal_external_id is not null;

-- Rewritten whole by the core whenever the agreement's money changes.
create table allocation (
  agreement_id uuid not null references agreement,
  payment_id   uuid not null references payment,
  version      int not null,
  instalment   int not null,
  component    text not null,
  amount_minor bigint not null check (amount_minor > 0),
  primary key (payment_id, version, instalment, component)
);
create index allocation_agreement on allocation (agreement_id);

-- Money or messages that could not be booked: wrong currency, changed content, unknown agreement.
create table suspense (
  id           uuid primary key,
  creditor_id  text references creditor,
  agreement_id uuid references agreement,
  reason       text not null,
  payload      jsonb not null,
  at           timestamptz not null,
  matched_at   timestamptz
);

create table promise (
  id           uuid primary key,
  agreement_id uuid not null references agreement,
  amount_minor bigint not null check (amount_minor > 0),
  due_on       date not null,
  channel      text not null,
  taken_by     text not null,
  made_at      timestamptz not null,
  seq          bigint not null
);
create index promise_agreement on promise (agreement_id);

create table dispute (
  id           uuid primary key,
  agreement_id uuid not null references agreement,
  reason       text not null,
  text         text,
  opened_at    timestamptz not null,
  outcome      text check (outcome in ('upheld', 'rejected')),
  note         text,
  resolved_at  timestamptz
);
create index dispute_agreement on dispute (agreement_id);

-- The ledger of contacts by machine. One row per message that was claimed; which agreements it speaks of: attempt_agreement.
create table attempt (
  id               uuid primary key,
  creditor_id      text not null references creditor,
  identity_id      uuid not null references identity,
  person_id        uuid not null references person,
  contact_point_id uuid not null references contact_point,
  channel          text not null check (channel in ('sms', 'email')),
  purpose          text not null,
  template         text not null,
  template_version int not null,
  locale           text not null,
  state            text not null check (state in ('claimed', 'calling', 'sent', 'rejected', 'undeliverable', 'unknown')),
  -- Changes hands at begin: a worker that lost it never calls.
  token            uuid not null,
  reason           text,
  policy_version   text not null,
  calendar_version text not null,
  tz_version       text not null,
  -- Person's sequence at claim and at begin (calling): what "after the payment" means.
  claim_seq        bigint not null,
  begin_seq        bigint,
  claimed_at       timestamptz not null,
  begun_at         timestamptz,
  ended_at         timestamptz,
  valid_until      timestamptz not null,
  provider         text,
  provider_id      text,
  -- Receipts, monotone by rank: queued < sent < delivered | undelivered | failed | bounced.
  receipt          text,
  receipt_rank     int not null default 0,
  receipt_at       timestamptz,
  -- Calls that surely left nothing; the same attempt may be called again a few times.
  tries            int not null default 0,
  -- { body } or { subject, text, html }: what was said, for the evidence; erased with the person.
  rendered         jsonb,
  -- Wall clock of the last write, for leases and "younger than 60 s is not judged" only.
  touched_wall     timestamptz not null default clock_timestamp()
);
create index attempt_identity on attempt (identity_id, claimed_at);
create index attempt_open on attempt (state) where state in ('claimed', 'calling', 'unknown');
create index attempt_provider on attempt (provider, provider_id);

create table attempt_agreement (
  attempt_id   uuid not null references attempt,
  agreement_id uuid not null references agreement,
  occurrence   text not null,
  -- The agreement whose wake claimed it; the others are covered.
  "leading"    boolean not null, -- quoted: the word is reserved
  -- Instalments this attempt speaks of (numbers), for contactedAfterPayment.
  instalments  int[] not null,
  primary key (attempt_id, agreement_id, occurrence)
);
create index attempt_agreement_occurrence on attempt_agreement (agreement_id, occurrence);

create table timeline_entry (
  agreement_id uuid not null references agreement,
  seq          int not null,
  at           timestamptz not null,
  kind         text not null,
  channel      text,
  outcome      text,
  rules        text[],
  text         jsonb not null,
  hash         text not null,
  prev_hash    text not null,
  primary key (agreement_id, seq)
);

-- Commits with the fact; the pump starts or signals Temporal and marks it. One in flight per workflow, by id.
create table outbox (
  id           bigserial primary key,
  workflow_id  text not null,
  workflow_type text not null,
  action       text not null check (action in ('start', 'signal')),
  name         text,
  payload      jsonb not null,
  state        text not null default 'pending' check (state in ('pending', 'done', 'parked', 'poison')),
  tries        int not null default 0,
  error        text,
  due_wall     timestamptz not null default clock_timestamp(),
  created_wall timestamptz not null default clock_timestamp(),
  done_wall    timestamptz
);
create index outbox_open on outbox (workflow_id, id) where state in ('pending', 'poison');
create index outbox_pending on outbox (id) where state = 'pending';

create table agent (
  id          text primary key,
  name        text not null,
  zone        text not null,
  creditors   text[],
  active      boolean not null default true
);

create table shift (
  id          uuid primary key,
  agent_id    text not null references agent,
  -- Weekly: weekday 1..7 (Mon..Sun), local minutes of the agent's zone.
  weekday     int not null check (weekday between 1 and 7),
  from_minute int not null check (from_minute between 0 and 1439),
  until_minute int not null check (until_minute between 1 and 1440),
  slot_minutes int not null default 15 check (slot_minutes between 5 and 240),
  check (until_minute > from_minute)
);
create index shift_agent on shift (agent_id);

create table callback (
  id           uuid primary key,
  creditor_id  text not null references creditor,
  agreement_id uuid not null references agreement,
  identity_id  uuid not null references identity,
  agent_id     text not null references agent,
  from_at      timestamptz not null,
  until_at     timestamptz not null,
  state        text not null check (state in ('booked', 'due', 'done', 'missed', 'cancelled')),
  occurrence   text,
  outcome      text,
  note         text,
  booked_at    timestamptz not null,
  closed_at    timestamptz,
  seq          bigint not null,
  check (until_at > from_at),
  constraint callback_one_per_slot exclude using gist (agent_id with =, tstzrange(from_at, until_at) with &&) where (state in ('booked', 'due'))
);
create index callback_agreement on callback (agreement_id);
create index callback_identity on callback (identity_id);
create index callback_open on callback (from_at) where state in ('booked', 'due');

-- Calls, visits and letters made by people: contacts in law, outside the machine's ledger.
create table call_log (
  id           uuid primary key,
  creditor_id  text not null references creditor,
  agreement_id uuid not null references agreement,
  identity_id  uuid not null references identity,
  callback_id  uuid references callback,
  channel      text not null check (channel in ('call', 'visit', 'letter')),
  at           timestamptz not null,
  outcome      text not null,
  conversation boolean not null,
  note         text,
  made_by      text not null,
  seq          bigint not null
);
create index call_log_identity on call_log (identity_id, at);
create index call_log_agreement on call_log (agreement_id);

create table pre_legal_case (
  id           uuid primary key,
  creditor_id  text not null references creditor,
  agreement_id uuid not null references agreement,
  number       int not null,
  state        text not null check (state in ('opened', 'approved', 'handedOver', 'withdrawn')),
  occurrence   text not null,
  overdue_minor bigint not null,
  reason       text,
  workflow_id  text not null unique,
  opened_at    timestamptz not null,
  closed_at    timestamptz,
  unique (agreement_id, number)
);
create unique index pre_legal_one_open on pre_legal_case (agreement_id) where state in ('opened', 'approved');

create table pre_legal_approval (
  case_id      uuid not null references pre_legal_case,
  approved_by  text not null,
  at           timestamptz not null,
  note         text,
  primary key (case_id, approved_by)
);

create table survey (
  id           uuid primary key,
  creditor_id  text not null references creditor,
  agreement_id uuid not null references agreement,
  person_id    uuid not null references person,
  occurrence   text not null,
  token_hash   text not null unique,
  -- The token itself, for the nudge's link; dropped at the end of its life.
  token        text,
  state        text not null check (state in ('created', 'invited', 'nudged', 'answered', 'expired')),
  score        int check (score between 1 and 5),
  comment      text,
  created_at   timestamptz not null,
  invited_at   timestamptz,
  nudge_at     timestamptz,
  expires_at   timestamptz not null,
  answered_at  timestamptz,
  workflow_id  text not null unique,
  unique (agreement_id, occurrence)
);

create table api_key (
  id          uuid primary key,
  name        text not null,
  role        text not null check (role in ('admin', 'system', 'agent', 'supervisor', 'lawyer', 'creditor')),
  creditor_id text references creditor,
  key_hash    text not null unique,
  created_wall timestamptz not null default clock_timestamp(),
  revoked_wall timestamptz
);

create table idempotency (
  key_id     text not null,
  key        text not null,
  request_hash text not null,
  status     int not null,
  response   jsonb not null,
  created_wall timestamptz not null default clock_timestamp(),
  primary key (key_id, key)
);

-- Everything providers told us, once.
create table provider_event (
  provider    text not null,
  event_id    text not null,
  attempt_id  uuid,
  status      text not null,
  payload     jsonb not null,
  at          timestamptz not null,
  primary key (provider, event_id)
);

-- Virtual now = wall + offset_ms. One row. advancing_to: a job that a restart goes on with.
create table clock (
  id           boolean primary key default true check (id),
  offset_ms    bigint not null default 0,
  days_per_second double precision not null default 0,
  advancing_to timestamptz,
  blocked_by   text
);
insert into clock default values;

create table setting (
  key   text primary key,
  value jsonb not null
);
