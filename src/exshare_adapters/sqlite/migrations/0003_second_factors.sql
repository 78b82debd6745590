-- Second factors of members, what a member sees of their own sessions, and sign-ins that owe a code.
alter table members add column factor_secret blob;
alter table members add column factor_step integer;
alter table members add column factor_since integer;
alter table members add column factor_recovery text;

-- A session that began before has no name: it can be ended with all others, or by signing out in its own browser.
alter table member_sessions add column name text not null default '';
alter table member_sessions add column way text not null default 'password';
alter table member_sessions add column confirmed_at integer;
alter table member_sessions add column network text;

create table member_steps (
    digest blob primary key not null,
    member text not null,
    site text not null,
    began_at integer not null
) strict;

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
