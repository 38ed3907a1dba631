-- The history table, as Flyway makes it, and with comments. The runner fills the schema in. Every statement may run again.
create table if not exists "${schema}".migrations (
    "installed_rank" integer       not null primary key,
    "version"        varchar(50),
    "description"    varchar(200)  not null,
    "type"           varchar(20)   not null,
    "script"         varchar(1000) not null,
    "checksum"       integer,
    "installed_by"   varchar(100)  not null,
    "installed_on"   timestamp     not null default current_timestamp,
    "execution_time" integer       not null,
    "success"        boolean       not null
);

-- H2 cannot lock an empty table: this row is what Flyway locks while it runs, and otherwise passes over.
insert into "${schema}".migrations (
    "installed_rank", "description", "type", "script", "installed_by", "execution_time", "success")
select -1, '<< Flyway Schema History table created >>', 'TABLE', '', current_user, 0, true
where not exists (select 1 from "${schema}".migrations where "installed_rank" = -1);

-- A migration that failed may be run again, as each of its statements may; Flyway would refuse while this row is there.
delete from "${schema}".migrations where not "success";

comment on table "${schema}".migrations is 'The migrations that this schema has had, one row each, written by Flyway.';
comment on column "${schema}".migrations."installed_rank" is 'Order in which they ran.';
comment on column "${schema}".migrations."version" is 'Number of the migration; null for what is no migration.';
comment on column "${schema}".migrations."description" is 'Name of the migration.';
comment on column "${schema}".migrations."type" is 'SQL for a migration; TABLE for the row that Flyway locks.';
comment on column "${schema}".migrations."script" is 'Name of its file.';
comment on column "${schema}".migrations."checksum" is 'CRC-32 of the lines of its file.';
comment on column "${schema}".migrations."installed_by" is 'Database user that ran it.';
comment on column "${schema}".migrations."installed_on" is 'When it ran (local time of the session that ran it).';
comment on column "${schema}".migrations."execution_time" is 'How long it took, in milliseconds.';
comment on column "${schema}".migrations."success" is 'Whether it succeeded; failures are kept on H2 only.';
