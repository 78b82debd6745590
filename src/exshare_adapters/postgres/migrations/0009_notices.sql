-- Where members get notices.
alter table members add column address text collate "C";

-- down
alter table members drop column address;
