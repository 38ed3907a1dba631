-- The history table, as Flyway makes it, and with comments. The runner fills the schema in.
create table if not exists "${schema}".migrations (
    installed_rank integer                     not null constraint migrations_pk primary key,
    version        varchar(50),
    description    varchar(200)                not null,
    type           varchar(20)                 not null,
    script         varchar(1000)               not null,
    checksum       integer,
    installed_by   varchar(100)                not null,
    installed_on   timestamp without time zone not null default now(),
    execution_time integer                     not null,
    success        boolean                     not null
);

comment on table "${schema}".migrations is 'The migrations that this schema has had, one row each, written by Flyway.';
comment on column "${schema}".migrations.installed_rank is 'Order in which they ran.';
comment on column "${schema}".migrations.version is 'Number of the migration; null for what is no migration.';
comment on column "${schema}".migrations.description is 'Name of the migration.';
comment on column "${schema}".migrations.type is 'SQL for a migration.';
comment on column "${schema}".migrations.script is 'Name of its file.';
comment on column "${schema}".migrations.checksum is 'CRC-32 of the lines of its file.';
comment on column "${schema}".migrations.installed_by is 'Database user that ran it.';
comment on column "${schema}".migrations.installed_on is 'When it ran (local time of the session that ran it).';
comment on column "${schema}".migrations.execution_time is 'How long it took, in milliseconds.';
comment on column "${schema}".migrations.success is 'Whether it succeeded; failures are kept on H2 only.';
