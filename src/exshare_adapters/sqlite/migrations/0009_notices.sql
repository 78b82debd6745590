-- Where members get notices.
alter table members add column address text;

-- down
alter table members drop column address;
