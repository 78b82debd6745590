-- What a proof says beside its kind, and whose it is; a session's id is renewed with everything that it has.
alter table proofs add column detail text collate "C" not null default '';
alter table proofs add column account text collate "C";
create index proofs_of_session on proofs (session);
create index visits_of_session on visits (session);
create index codes_of_session on codes (session);
create index proofs_of_account on proofs (site, account) where account is not null;

-- down
drop index proofs_of_account;
drop index codes_of_session;
drop index visits_of_session;
drop index proofs_of_session;
alter table proofs drop column account;
alter table proofs drop column detail;
