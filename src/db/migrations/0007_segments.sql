-- Which strategy an agreement follows now, how it was chosen, what its creditor changed in it; segments and their proposals.

-- The strategy of the row is the one the agreement was logged with: the first of its state. null: it still follows that one.
alter table agreement add column current_strategy_id text;
alter table agreement add column current_strategy_version int;
-- StrategyOverrides of src/strategy, as the creditor had set them when the agreement was logged.
alter table agreement add column strategy_overrides jsonb;
alter table agreement add column product text;
-- named: whoever logged it said which; segment: the rules chose; default: there were none. Only what nobody named is proposed anew.
alter table agreement add column strategy_chosen text not null default 'named' check (strategy_chosen in ('named', 'segment', 'default'));

update agreement set current_strategy_id = last.body -> 'strategy' ->> 'id', current_strategy_version = (last.body -> 'strategy' ->> 'version')::int
from (
  select distinct on (agreement_id) agreement_id, body from agreement_event where kind = 'strategyChanged' order by agreement_id, seq desc
) last
where last.agreement_id = agreement.id;

create index agreement_current_strategy on agreement (coalesce(current_strategy_id, strategy_id), coalesce(current_strategy_version, strategy_version), id)
  where phase in ('active', 'broken');

-- Ordered rules that choose a strategy; the newest version is in force, older ones are evidence.
create table segment_set (
  version      int primary key,
  definition   jsonb not null,
  source       text not null,
  published_by text not null,
  published_at timestamptz not null
);

-- What the rules would choose now for an agreement that follows another strategy; a person decides.
create table strategy_proposal (
  id              uuid primary key,
  creditor_id     text not null references creditor,
  agreement_id    uuid not null references agreement,
  from_strategy   text not null,
  from_version    int not null,
  to_strategy     text not null,
  -- Key of the rule; null: none matched, the set's own default.
  segment         text,
  segment_version int not null references segment_set,
  -- Facts and score as they stood, for whoever decides.
  facts           jsonb not null,
  score           jsonb not null,
  state           text not null check (state in ('open', 'approved', 'rejected', 'withdrawn')),
  proposed_at     timestamptz not null,
  decided_at      timestamptz,
  decided_by      text
);
create unique index strategy_proposal_one_open on strategy_proposal (agreement_id) where state = 'open';
create index strategy_proposal_list on strategy_proposal (state, proposed_at, id);
