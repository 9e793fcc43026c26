-- Who owes an agreement beside its debtor: persons of their own, with their own contact points, consents and stops.
create table agreement_co_debtor (
  agreement_id uuid not null references agreement,
  person_id    uuid not null references person,
  position     int not null,
  primary key (agreement_id, person_id)
);
create index agreement_co_debtor_person on agreement_co_debtor (person_id);
