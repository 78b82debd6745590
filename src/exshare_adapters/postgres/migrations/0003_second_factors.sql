-- Second factors of members, what a member sees of their own sessions, and sign-ins that owe a code.
alter table members add column factor_secret bytea;
alter table members add column factor_step bigint;
alter table members add column factor_since timestamptz;
alter table members add column factor_recovery text collate "C";

-- A session that began before has no name: it can be ended with all others, or by signing out in its own browser.
alter table member_sessions add column name text collate "C" not null default '';
alter table member_sessions add column way text collate "C" not null default 'password';
alter table member_sessions add column confirmed_at timestamptz;
alter table member_sessions add column network text collate "C";

create table member_steps (
    digest bytea primary key not null,
    member text collate "C" not null,
    site text collate "C" not null,
    began_at timestamptz not null
);

create index member_steps_of_member on member_steps (member);

-- down
drop table member_steps;
alter table member_sessions drop column network;
alter table member_sessions drop column confirmed_at;
alter table member_sessions drop column way;
alter table member_sessions drop column name;
alter table members drop column factor_recovery;
alter table members drop column factor_since;
alter table members drop column factor_step;
alter table members drop column factor_secret;
