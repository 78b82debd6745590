-- What becomes of the links of members who leave, and whose they are then.
alter table policies add column leavers text not null default 'stop';
alter table policies add column heir text;

-- down
alter table policies drop column heir;
alter table policies drop column leavers;
