-- The busiest links of a site are counted in the order of this index, and from nothing but it (spec M4).
create index activity_by_busy on activity (site, link, kind, at) where link is not null;

-- down
drop index activity_by_busy;
