-- Daybook on H2 2.3 and later. The same tables as on PostgreSQL (../postgresql/V1__daybook.sql), column by column.
-- Only here: pending (H2 has no transaction snapshots), durable_head (H2 shows commits before they are on disk) and entity_locks
-- (H2 has no advisory locks), and the view creation_attributes (H2 has no jsonb_each); the functions
-- that answer what was as of some moment are PostgreSQL's alone: here daybook state and daybook diff do it.
-- H2 commits each statement that defines something by itself, so a migration that is cut off leaves a part of itself behind
-- and is run again from its beginning: every statement must do no harm the second time.

-- ---------------------------------------------------------------------------------------------------------------------
-- daybook: who this log is
-- ---------------------------------------------------------------------------------------------------------------------
create table if not exists daybook (
    id      uuid                        not null primary key,
    format  integer                     not null,
    created timestamp(6) with time zone not null
);

comment on table daybook is 'One row: the identity of this daybook. Copied with the database, so a restored copy has the same id.';
comment on column daybook.id is 'Identity of this daybook; event ids for the outside world are <id>/<position>.';
comment on column daybook.format is 'Version of the bytes that ledger.hash is computed from (docs/ledger-format.md).';
comment on column daybook.created is 'When the first migration ran (database clock).';

insert into daybook (id, format, created)
select random_uuid(), 1, current_timestamp(6)
where not exists (select 1 from daybook);

-- ---------------------------------------------------------------------------------------------------------------------
-- events: what was said; insert-only
-- ---------------------------------------------------------------------------------------------------------------------
-- The cache of a sequence is shared by all sessions of an H2 database: ids come in the order they are asked for, as with cache 1. But
-- cache 1 writes the sequence to the file for every event, in a commit of its own: 60 % of the time of an import.
create table if not exists events (
    event_id           bigint generated always as identity (cache 1000) not null primary key,
    entity_type        varchar                     not null,
    entity_id          varchar                     not null,
    version            bigint                      not null,
    operation          varchar                     not null,
    attribute_name     varchar,
    attribute_value    json,
    metadata           json,
    creation_date      timestamp(6) with time zone not null,
    transaction_id     uuid                        not null,
    actor              varchar,
    reason             varchar,
    correlation_id     varchar,
    causation_position bigint,
    context            json,
    salt               varbinary(16),
    value_digest       varbinary(32),
    metadata_digest    varbinary(32),
    database_txid      bigint,
    constraint events_entity_version unique (entity_type, entity_id, version),
    constraint events_version check (version >= 1),
    -- What Daybook writes, and no infinity: a time that cannot be hashed would hold up the sequencer.
    constraint events_creation_date_in_range check (creation_date between timestamp with time zone '0001-01-01 00:00:00+00'
                                                                  and timestamp with time zone '9999-12-31 23:59:59.999999+00')
);

create index if not exists events_transaction on events (transaction_id);
-- What an event led to. H2 has no partial indexes. With event_id, so that a page is read in its order.
create index if not exists events_causation on events (causation_position, event_id);

comment on table events is 'Every change of every entity, as it was said. Insert-only: no row is ever updated or deleted.';
comment on column events.event_id is 'Number given at INSERT. Has gaps, and is not the official order: that is ledger.position.';
comment on column events.entity_type is 'Kind of entity: a lower-case word such as order or data_node.';
comment on column events.entity_id is 'Identity of the entity within its type.';
comment on column events.version is 'Place of this event in its entity: 1, 2, 3 ... without holes.';
comment on column events.operation is 'CREATION, UPDATE, DELETION, SUBMISSION, or an upper-case word of the application: an act that changes no state.';
comment on column events.attribute_name is 'The attribute that an UPDATE sets; null where the event speaks of the entity as a whole.';
comment on column events.attribute_value is 'New value as JSON: of the attribute, or for a CREATION the object of the initial attributes. SQL null = no value; JSON null is a value.';
comment on column events.metadata is 'JSON object with whatever the writer wants to say about the event; null = none.';
comment on column events.creation_date is 'When it happened (occurred), to the microsecond; an importer may supply it.';
comment on column events.transaction_id is 'Groups a unit of work; what joins one database transaction of an application is one unit.';
comment on column events.actor is 'Who did it; null = not told.';
comment on column events.reason is 'Why; null = not told.';
comment on column events.correlation_id is 'The business conversation this belongs to; null = none.';
comment on column events.causation_position is 'Ledger position of the event that this one reacts to; null = none.';
comment on column events.context is 'JSON object: application, host and whatever else surrounds the change; null = none.';
comment on column events.salt is '16 random bytes that value and metadata are hashed with; null once the value was erased.';
comment on column events.value_digest is 'Digest of attribute_value, kept when the value was erased; else null.';
comment on column events.metadata_digest is 'Digest of metadata, kept when the metadata were erased; else null.';
comment on column events.database_txid is 'Always null on H2; on PostgreSQL the inserting transaction, an accelerator of the sequencer.';

-- ---------------------------------------------------------------------------------------------------------------------
-- ledger: the official order; insert-only
-- ---------------------------------------------------------------------------------------------------------------------
create table if not exists ledger (
    position    bigint                      not null primary key constraint ledger_position check (position >= 1),
    event_id    bigint                      not null constraint ledger_event unique,
    hash        varbinary(32)               not null,
    recorded_at timestamp(6) with time zone not null,
    snapshot    varchar
);

comment on table ledger is 'The official order of events: gap-free, final, hash-chained. Insert-only, written by the sequencer alone.';
comment on column ledger.position is 'Place in the ledger: 1, 2, 3 ... without gaps, the same for every reader, for ever.';
comment on column ledger.event_id is 'The event at this place.';
comment on column ledger.hash is 'SHA-256 over the previous hash, the position, recorded_at and the event (docs/ledger-format.md).';
comment on column ledger.recorded_at is 'When the event entered the ledger (database clock); never decreases with position.';
comment on column ledger.snapshot is 'Always null on H2; on PostgreSQL what the next round starts from. Only an accelerator, not hashed.';

-- ---------------------------------------------------------------------------------------------------------------------
-- pending (H2 only): committed events that wait for their position
-- ---------------------------------------------------------------------------------------------------------------------
create table if not exists pending (
    event_id bigint not null primary key
);

comment on table pending is 'Events without a position: each append inserts its ids here, a round of the sequencer takes them away.';
comment on column pending.event_id is 'The event that waits.';

-- ---------------------------------------------------------------------------------------------------------------------
-- durable_head (H2 only): up to where positions are final
-- ---------------------------------------------------------------------------------------------------------------------
create table if not exists durable_head (
    id       smallint not null primary key check (id = 1),
    position bigint   not null,
    flushes  bigint   not null
);

comment on table durable_head is 'One row. H2 shows a commit to others before it is on disk: a round moves this on in a second transaction, and nobody hears of a position before.';
comment on column durable_head.id is 'Always 1.';
comment on column durable_head.position is 'Every position up to here is on disk, and final.';
comment on column durable_head.flushes is 'Counts writes that had no other purpose than to bring what was committed before to disk.';

insert into durable_head (id, position, flushes)
select 1, 0, 0
where not exists (select 1 from durable_head);

-- ---------------------------------------------------------------------------------------------------------------------
-- entity_locks (H2 only): one writer per entity at a time
-- ---------------------------------------------------------------------------------------------------------------------
create table if not exists entity_locks (
    lock_key bigint not null primary key
);

comment on table entity_locks is 'Always empty: an append inserts and deletes the key of its entity, which makes others with the same key wait until it commits.';
comment on column entity_locks.lock_key is 'Hash of daybook, entity type and entity id.';

-- ---------------------------------------------------------------------------------------------------------------------
-- sequencer: the fence between nodes
-- ---------------------------------------------------------------------------------------------------------------------
create table if not exists sequencer (
    id smallint not null primary key check (id = 1)
);

comment on table sequencer is 'One row, locked FOR UPDATE by a round of the sequencer for as long as it runs; nothing in it is ever updated.';
comment on column sequencer.id is 'Always 1.';

insert into sequencer (id)
select 1
where not exists (select 1 from sequencer);

-- ---------------------------------------------------------------------------------------------------------------------
-- registrations, cursors, parked_events: who wants to hear what, and how far they are
-- ---------------------------------------------------------------------------------------------------------------------
create table if not exists registrations (
    name           varchar                     not null primary key,
    topics         json                        not null,
    start_position bigint                      not null,
    partitions     integer                     not null,
    created        timestamp(6) with time zone not null,
    paused         timestamp(6) with time zone,
    pause_reason   varchar,
    drain_until    bigint
);

comment on table registrations is 'Durable registrations: a name, what it wants to hear, where it began.';
comment on column registrations.name is 'Name, and id, of the registration.';
comment on column registrations.topics is 'JSON array of topics, each an object of entity_type, entity_id, operation, attribute_name, where given; an empty array is everything.';
comment on column registrations.start_position is 'The position after which it began: 0 = from the beginning.';
comment on column registrations.partitions is 'Number of shares that its entities are divided into.';
comment on column registrations.created is 'When it was registered first (database clock).';
comment on column registrations.paused is 'Since when nothing is delivered (database clock); null = it is delivered.';
comment on column registrations.pause_reason is 'Why nothing is delivered: what the operator said, or the failure that stopped it; null = it is delivered, or nobody said.';
comment on column registrations.drain_until is 'Position that all partitions come to and stop at, so that their number can be changed; null = none.';

create table if not exists cursors (
    registration varchar                     not null references registrations (name) on delete cascade,
    partition    integer                     not null,
    position     bigint                      not null,
    hash         varbinary(32),
    owner        varchar,
    epoch        bigint                      not null,
    saved        timestamp(6) with time zone not null,
    primary key (registration, partition)
);

comment on table cursors is 'How far each partition of each registration has come.';
comment on column cursors.registration is 'Name of the registration.';
comment on column cursors.partition is 'Number of the partition, from 0.';
comment on column cursors.position is 'Last ledger position finished; the next event delivered comes after it.';
comment on column cursors.hash is 'ledger.hash at that position, which tells whether this is still the same history; null at position 0.';
comment on column cursors.owner is 'Node that delivers this partition, for as long as its lease in nodes lasts; null = nobody.';
comment on column cursors.epoch is 'Counts the owners, and the moves that operators make; a write of an earlier epoch is refused.';
comment on column cursors.saved is 'When position was written last (database clock).';

create table if not exists nodes (
    node        varchar                     not null primary key,
    process     varchar                     not null,
    host        varchar                     not null,
    pid         bigint                      not null,
    started     timestamp(6) with time zone not null,
    lease_until timestamp(6) with time zone not null
);

comment on table nodes is 'Nodes that deliver, or want to: an open daybook each, until its lease ends. A node whose lease has ended never comes back; it begins again as another one.';
comment on column nodes.node is 'Identity of the node: new for every open daybook, and for one that has lost its lease.';
comment on column nodes.process is 'Identity of its process (a Java virtual machine).';
comment on column nodes.host is 'Name of the machine that it runs on.';
comment on column nodes.pid is 'Process id on that machine.';
comment on column nodes.started is 'When it began (database clock).';
comment on column nodes.lease_until is 'Until when it owns what cursors.owner says (database clock). Renewed every few seconds.';

create table if not exists candidates (
    number       bigint generated always as identity not null primary key,
    registration varchar not null references registrations (name) on delete cascade,
    node         varchar not null references nodes (node) on delete cascade,
    unique (registration, node)
);

create index if not exists candidates_node on candidates (node);

comment on table candidates is 'Which nodes want to deliver which registration: its partitions are divided among those whose lease lasts.';
comment on column candidates.number is 'Order in which they came; where the division leaves a remainder, the earlier ones have it.';
comment on column candidates.registration is 'Name of the registration.';
comment on column candidates.node is 'The node.';

create table if not exists parked_events (
    registration varchar                     not null references registrations (name) on delete cascade,
    position     bigint                      not null,
    partition    integer                     not null,
    entity_type  varchar                     not null,
    entity_id    varchar                     not null,
    attempts     integer                     not null,
    error        varchar,
    stack_trace  varchar,
    parked       timestamp(6) with time zone not null,
    retry        timestamp(6) with time zone,
    primary key (registration, position)
);

create index if not exists parked_events_entity on parked_events (registration, entity_type, entity_id, position);

comment on table parked_events is 'Events set aside for one registration, with their followers of the same entity.';
comment on column parked_events.registration is 'Name of the registration.';
comment on column parked_events.position is 'Ledger position of the event set aside.';
comment on column parked_events.partition is 'Partition that it belongs to.';
comment on column parked_events.entity_type is 'Entity type of the event.';
comment on column parked_events.entity_id is 'Entity id of the event.';
comment on column parked_events.attempts is 'How often it was tried; 0 = parked because an earlier event of the entity is.';
comment on column parked_events.error is 'Message of the last failure; null for a follower.';
comment on column parked_events.stack_trace is 'Stack trace of the last failure; null for a follower.';
comment on column parked_events.parked is 'When it was set aside (database clock).';
comment on column parked_events.retry is 'Since when an operator wants it tried again (database clock); null = it waits for one.';

create table if not exists processed_events (
    consumer  varchar                     not null,
    position  bigint                      not null,
    processed timestamp(6) with time zone not null,
    primary key (consumer, position)
);

comment on table processed_events is 'What consumers with effects outside the database remember to have done, where they want to.';
comment on column processed_events.consumer is 'Name that the consumer chose.';
comment on column processed_events.position is 'Ledger position of the event.';
comment on column processed_events.processed is 'When it was done (database clock).';

-- ---------------------------------------------------------------------------------------------------------------------
-- sensitive_attributes: what is not shown to everybody
-- ---------------------------------------------------------------------------------------------------------------------
create table if not exists sensitive_attributes (
    entity_type    varchar                     not null,
    attribute_name varchar                     not null,
    declared_at    timestamp(6) with time zone not null,
    primary key (entity_type, attribute_name)
);

comment on table sensitive_attributes is 'Attributes whose values commands do not show unless they are asked to. Only grows; taking one back is the owner''s (docs/operations.md).';
comment on column sensitive_attributes.entity_type is 'Kind of entity.';
comment on column sensitive_attributes.attribute_name is 'Name of the attribute.';
comment on column sensitive_attributes.declared_at is 'When it was declared first (database clock).';

-- ---------------------------------------------------------------------------------------------------------------------
-- entity_states: current state of every entity, kept by a built-in projection
-- ---------------------------------------------------------------------------------------------------------------------
create table if not exists entity_states (
    entity_type varchar                     not null,
    entity_id   varchar                     not null,
    version     bigint                      not null,
    position    bigint                      not null,
    deleted     boolean                     not null,
    attributes  json                        not null,
    created     timestamp(6) with time zone,
    changed     timestamp(6) with time zone,
    primary key (entity_type, entity_id)
);

comment on table entity_states is 'Current state of every entity, as of the position of the projection that keeps it.';
comment on column entity_states.entity_type is 'Kind of entity.';
comment on column entity_states.entity_id is 'Identity of the entity within its type.';
comment on column entity_states.version is 'Version of the newest event of the entity that was looked at, acts included.';
comment on column entity_states.position is 'Ledger position of that event.';
comment on column entity_states.deleted is 'Whether the entity does not exist: deleted, and attributes show its last state; or, where created is null, never created.';
comment on column entity_states.attributes is 'JSON object: attribute name to value.';
comment on column entity_states.created is 'When this life of the entity began (creation_date of its CREATION); null = it was never created, only acts were recorded.';
comment on column entity_states.changed is 'When its state changed last (creation_date of its last CREATION, UPDATE or DELETION); null = never.';

-- ---------------------------------------------------------------------------------------------------------------------
-- creation_attributes (H2 only): the attributes that lives of entities begin with
--
--   H2 cannot take an object apart by names that it does not know (PostgreSQL has jsonb_each). So this looks for where the members
--   begin and end, and lets H2's own parser decide: a comma stands between two members exactly if what is before it, with a brace
--   behind, is an object; and a value ends where what was read so far is JSON and a comma or the last brace follows. The effort
--   grows with the square of the object's size: seconds for hundreds of kilobytes.
-- ---------------------------------------------------------------------------------------------------------------------
create or replace view creation_attributes as
select m.event_id,
       -- The escapes of a string are the same in Java and JSON.
       stringdecode(substring(m.name from 2 for char_length(m.name) - 2)) as attribute_name,
       -- The case: a condition from outside may be looked at before those below.
       case when substring(m.json from m.value_at for ends.place - m.value_at) is json
                then substring(m.json from m.value_at for ends.place - m.value_at) format json
       end as attribute_value
from (select s.event_id, s.json, s.name, s.place + char_length(s.name) + 1 as value_at
      from (select o.event_id, o.json, starts.place, regexp_substr(substring(o.json from starts.place), '^"([^"\\]|\\.)*+"') as name
            from (select e.event_id, cast(e.attribute_value as varchar) as json
                  from events e
                  where e.operation = 'CREATION'
                    and e.attribute_value is json object) o
                     -- Outer joins, because H2 does not change their order.
                     left join system_range(2, 1048576) as starts (place)
                               on starts.place < char_length(o.json)
                                   and substring(o.json from starts.place - 1 for 1) in ('{', ',')
                                   and (starts.place = 2
                                       or substring(o.json from 1 for starts.place - 2) || '}' is json object)) s) m
         left join system_range(2, 1048576) as ends (place)
                   -- coalesce: no name in {}, and H2 cannot have a range begin at null.
                   on ends.place > coalesce(m.value_at, 0)
                       and ends.place <= char_length(m.json)
                       and substring(m.json from ends.place for 1) in ('}', ',')
                       and substring(m.json from m.value_at for ends.place - m.value_at) is json
where ends.place is not null;

comment on view creation_attributes is 'One row for each initial attribute of each CREATION. For entity_history.';
comment on column creation_attributes.event_id is 'The CREATION.';
comment on column creation_attributes.attribute_name is 'Name of the attribute.';
comment on column creation_attributes.attribute_value is 'Its value as JSON.';

-- ---------------------------------------------------------------------------------------------------------------------
-- Views for operators and auditors (docs/sql.md). The same names, columns and types as on PostgreSQL; nothing of Daybook's own reads
-- them. A position counts once it is durable (durable_head). H2 forgets the comments on columns of a view when the database is closed.
-- ---------------------------------------------------------------------------------------------------------------------
create or replace view event_history as
select l.position,
       e.event_id,
       cast(case when l.position is null then 'waiting' else 'recorded' end as varchar) as state,
       l.recorded_at,
       e.creation_date as occurred_at,
       e.entity_type,
       e.entity_id,
       e.version,
       e.operation,
       e.attribute_name,
       e.attribute_value,
       -- The escapes of a string are the same in Java and JSON.
       case
           when cast(e.attribute_value as varchar) like '"%'
               then stringdecode(substring(cast(e.attribute_value as varchar)
                                           from 2 for char_length(cast(e.attribute_value as varchar)) - 2))
           else cast(e.attribute_value as varchar)
       end as value_text,
       e.metadata,
       e.actor,
       e.reason,
       e.correlation_id,
       e.causation_position,
       e.transaction_id,
       e.context,
       -- An erased event keeps the digests of what it said, and nothing else has them.
       e.value_digest is not null or e.metadata_digest is not null as erased,
       -- JSON null says nothing here, as ->> has it on PostgreSQL.
       case
           when cast((e.context)."application" as varchar) like '"%'
               then stringdecode(substring(cast((e.context)."application" as varchar)
                                           from 2 for char_length(cast((e.context)."application" as varchar)) - 2))
           else nullif(cast((e.context)."application" as varchar), 'null')
       end as application,
       case
           when cast((e.context)."application_version" as varchar) like '"%'
               then stringdecode(substring(cast((e.context)."application_version" as varchar)
                                           from 2 for char_length(cast((e.context)."application_version" as varchar)) - 2))
           else nullif(cast((e.context)."application_version" as varchar), 'null')
       end as application_version,
       case
           when cast((e.context)."host" as varchar) like '"%'
               then stringdecode(substring(cast((e.context)."host" as varchar)
                                           from 2 for char_length(cast((e.context)."host" as varchar)) - 2))
           else nullif(cast((e.context)."host" as varchar), 'null')
       end as host,
       case
           when cast((e.context)."database_user" as varchar) like '"%'
               then stringdecode(substring(cast((e.context)."database_user" as varchar)
                                           from 2 for char_length(cast((e.context)."database_user" as varchar)) - 2))
           else nullif(cast((e.context)."database_user" as varchar), 'null')
       end as database_user
from events e
         left join ledger l
                   on l.event_id = e.event_id
                       and l.position <= (select d.position from durable_head d);

comment on view event_history is 'Every event in words, those that wait for their position too.';
comment on column event_history.position is 'Place in the ledger; null = it has none yet.';
comment on column event_history.event_id is 'Number given at INSERT; not the official order.';
comment on column event_history.state is 'recorded = it has its position; waiting = it is committed, and the sequencer has not come to it.';
comment on column event_history.recorded_at is 'When it entered the ledger (database clock); null = it waits.';
comment on column event_history.occurred_at is 'When it happened: events.creation_date.';
comment on column event_history.entity_type is 'Kind of entity.';
comment on column event_history.entity_id is 'Identity of the entity within its type.';
comment on column event_history.version is 'Place of this event in its entity: 1, 2, 3 ... without holes.';
comment on column event_history.operation is 'CREATION, UPDATE, DELETION, or an act: SUBMISSION or a word of the application.';
comment on column event_history.attribute_name is 'The attribute that an UPDATE sets; null where the event speaks of the entity as a whole.';
comment on column event_history.attribute_value is 'New value as JSON; of a CREATION the object of the initial attributes; null = no value. JSON null is a value.';
comment on column event_history.value_text is 'attribute_value as text: a JSON string without quotes and escapes, else the JSON as the database writes it; null = no value.';
comment on column event_history.metadata is 'JSON object with what the writer says about the event; null = none.';
comment on column event_history.actor is 'Who did it; null = not told.';
comment on column event_history.reason is 'Why; null = not told.';
comment on column event_history.correlation_id is 'The business conversation this belongs to; null = none.';
comment on column event_history.causation_position is 'Ledger position of the event that this one reacts to; null = none.';
comment on column event_history.transaction_id is 'The unit of work.';
comment on column event_history.context is 'JSON object: application, host and whatever else surrounds the change; null = none.';
comment on column event_history.erased is 'Whether value and metadata were erased: they are null then, and the digests of what they were still verify.';
comment on column event_history.application is 'Application that said it, as far as it is known: member of context.';
comment on column event_history.application_version is 'Its version: member of context; null = not told.';
comment on column event_history.host is 'Host that it ran on: member of context; null = not told.';
comment on column event_history.database_user is 'Database user of a transaction that was joined: member of context; null = not told.';

create or replace view entity_history as
select change.entity_type,
       change.entity_id,
       change.version,
       l.position,
       change.occurred_at,
       l.recorded_at,
       change.operation,
       change.attribute_name,
       change.old_value,
       change.new_value,
       case
           when cast(change.old_value as varchar) like '"%'
               then stringdecode(substring(cast(change.old_value as varchar)
                                           from 2 for char_length(cast(change.old_value as varchar)) - 2))
           else cast(change.old_value as varchar)
       end as old_value_text,
       case
           when cast(change.new_value as varchar) like '"%'
               then stringdecode(substring(cast(change.new_value as varchar)
                                           from 2 for char_length(cast(change.new_value as varchar)) - 2))
           else cast(change.new_value as varchar)
       end as new_value_text,
       change.actor,
       change.reason,
       change.transaction_id,
       change.old_value_erased,
       change.new_value_erased
from (select e.event_id,
             e.entity_type,
             e.entity_id,
             e.version,
             e.creation_date as occurred_at,
             e.operation,
             coalesce(e.attribute_name, initial.attribute_name) as attribute_name,
             case before.operation
                 when 'UPDATE' then before.attribute_value
                 when 'CREATION' then begun.attribute_value
             end as old_value,
             case e.operation
                 when 'UPDATE' then e.attribute_value
                 when 'CREATION' then initial.attribute_value
             end as new_value,
             e.actor,
             e.reason,
             e.transaction_id,
             before.value_digest is not null as old_value_erased,
             e.value_digest is not null and e.operation in ('CREATION', 'UPDATE') as new_value_erased
      from events e
               -- The attributes that a life begins with.
               left join creation_attributes initial
                         on e.operation = 'CREATION'
                             and initial.event_id = e.event_id
               -- The newest event before that says something of the attribute, or that a life begins or ends with.
               left join events before
                         on e.operation = 'UPDATE'
                             and before.entity_type = e.entity_type
                             and before.entity_id = e.entity_id
                             and before.version = (select max(b.version)
                                                   from events b
                                                   where b.entity_type = e.entity_type
                                                     and b.entity_id = e.entity_id
                                                     and b.version < e.version
                                                     and (b.operation in ('CREATION', 'DELETION')
                                                       or (b.operation = 'UPDATE' and b.attribute_name = e.attribute_name)))
               left join creation_attributes begun
                         on before.operation = 'CREATION'
                             and begun.event_id = before.event_id
                             and begun.attribute_name = e.attribute_name
      where e.operation in ('CREATION', 'UPDATE', 'DELETION')) change
         left join ledger l
                   on l.event_id = change.event_id
                       and l.position <= (select d.position from durable_head d);

comment on view entity_history is 'One row per change of an attribute, with the value before; and one per DELETION, and per CREATION without attributes. No acts.';
comment on column entity_history.entity_type is 'Kind of entity.';
comment on column entity_history.entity_id is 'Identity of the entity within its type.';
comment on column entity_history.version is 'Version of the event; a CREATION has a row for each initial attribute, all of one version.';
comment on column entity_history.position is 'Place in the ledger; null = it has none yet.';
comment on column entity_history.occurred_at is 'When it happened: events.creation_date.';
comment on column entity_history.recorded_at is 'When it entered the ledger (database clock); null = it waits.';
comment on column entity_history.operation is 'CREATION, UPDATE or DELETION.';
comment on column entity_history.attribute_name is 'The attribute that changed; null = the entity as a whole: a DELETION, or a CREATION without attributes.';
comment on column entity_history.old_value is 'Value before, as JSON: of the same life of the entity; null = the attribute had none, or it was erased.';
comment on column entity_history.new_value is 'Value after, as JSON; null = none, or it was erased. JSON null is a value.';
comment on column entity_history.old_value_text is 'old_value as text: a JSON string without quotes and escapes, else the JSON as the database writes it.';
comment on column entity_history.new_value_text is 'new_value as text, in the same way.';
comment on column entity_history.actor is 'Who did it; null = not told.';
comment on column entity_history.reason is 'Why; null = not told.';
comment on column entity_history.transaction_id is 'The unit of work.';
comment on column entity_history.old_value_erased is 'Whether the value before is null because it was erased; of an erased CREATION nobody knows which attributes it had.';
comment on column entity_history.new_value_erased is 'Whether the value after is null because it was erased; an erased CREATION has one row, without attribute_name.';

create or replace view units_of_work as
select e.transaction_id,
       min(l.position) as first_position,
       max(l.position) as last_position,
       count(*) as events,
       count(distinct (e.entity_type, e.entity_id)) as entities,
       -- One, except where units of several actors joined one transaction.
       string_agg(distinct e.actor, ', ' order by e.actor) as actor,
       string_agg(distinct e.reason, ', ' order by e.reason) as reason,
       string_agg(distinct e.correlation_id, ', ' order by e.correlation_id) as correlation_id,
       min(e.creation_date) as occurred_at,
       max(l.recorded_at) as recorded_at
from events e
         left join ledger l
                   on l.event_id = e.event_id
                       and l.position <= (select d.position from durable_head d)
group by e.transaction_id;

comment on view units_of_work is 'One row per unit of work: what was committed together. Units that joined one transaction of the caller are one row.';
comment on column units_of_work.transaction_id is 'The unit of work.';
comment on column units_of_work.first_position is 'Least ledger position of its events; null = all of them wait.';
comment on column units_of_work.last_position is 'Greatest ledger position of its events; null = all of them wait.';
comment on column units_of_work.events is 'Number of its events.';
comment on column units_of_work.entities is 'Number of entities that they are about.';
comment on column units_of_work.actor is 'Who did it, several separated by commas; null = not told.';
comment on column units_of_work.reason is 'Why, several separated by commas; null = not told.';
comment on column units_of_work.correlation_id is 'The business conversation this belongs to, several separated by commas; null = none.';
comment on column units_of_work.occurred_at is 'When the first of its events happened: events.creation_date.';
comment on column units_of_work.recorded_at is 'When the last of its events entered the ledger (database clock); null = all of them wait.';

create or replace view activity as
select a.utc_day,
       a.actor,
       a.entity_type,
       a.operation,
       count(*) as events
-- Not cast(... as date), which gives the day in the time zone of the session.
from (select dateadd(day, cast(floor(extract(epoch from e.creation_date) / 86400) as integer), date '1970-01-01') as utc_day,
             e.actor,
             e.entity_type,
             e.operation
      from events e) a
group by a.utc_day, a.actor, a.entity_type, a.operation;

comment on view activity is 'How many events there were per day, actor, entity type and operation.';
comment on column activity.utc_day is 'Day on which the events happened (creation_date), in UTC.';
comment on column activity.actor is 'Who did it; null = not told.';
comment on column activity.entity_type is 'Kind of entity.';
comment on column activity.operation is 'CREATION, UPDATE, DELETION, or an act.';
comment on column activity.events is 'Number of events.';

create or replace view registration_lag as
select r.name as registration,
       r.partitions,
       coalesce(c.position, r.start_position) as position,
       h.position as head,
       greatest(h.position - coalesce(c.position, r.start_position), 0) as lag,
       coalesce(c.owners, 0) as owners,
       r.paused,
       r.pause_reason,
       (select count(*)
        from parked_events p
        where p.registration = r.name) as parked
from registrations r
         cross join durable_head h
         left join (select c.registration, min(c.position) as position, count(distinct n.node) as owners
                    from cursors c
                             left join nodes n on n.node = c.owner and n.lease_until > current_timestamp
                    group by c.registration) c on c.registration = r.name;

comment on view registration_lag is 'How far each registration is, and whether somebody delivers it.';
comment on column registration_lag.registration is 'Name of the registration.';
comment on column registration_lag.partitions is 'Number of shares that its entities are divided into.';
comment on column registration_lag.position is 'Last ledger position that all its partitions have finished: the least of its cursors.';
comment on column registration_lag.head is 'Last position of the ledger; 0 = it is empty.';
comment on column registration_lag.lag is 'Positions that the slowest partition has before it, whether or not they are for this registration.';
comment on column registration_lag.owners is 'Number of nodes that deliver it and whose lease lasts; 0 = nobody does.';
comment on column registration_lag.paused is 'Since when nothing is delivered (database clock); null = it is delivered.';
comment on column registration_lag.pause_reason is 'Why nothing is delivered; null = it is delivered, or nobody said.';
comment on column registration_lag.parked is 'Number of events set aside for it, followers included.';

create or replace view ledger_tail as
select l.position,
       l.event_id,
       l.recorded_at,
       e.entity_type,
       e.entity_id,
       e.version,
       e.operation,
       e.attribute_name,
       e.actor
from ledger l
         join events e on e.event_id = l.event_id
-- Positions have no gaps.
where l.position > (select d.position - 100 from durable_head d)
  and l.position <= (select d.position from durable_head d)
order by l.position desc;

comment on view ledger_tail is 'The last 100 positions, newest first.';
comment on column ledger_tail.position is 'Place in the ledger.';
comment on column ledger_tail.event_id is 'Number given at INSERT; not the official order.';
comment on column ledger_tail.recorded_at is 'When it entered the ledger (database clock).';
comment on column ledger_tail.entity_type is 'Kind of entity.';
comment on column ledger_tail.entity_id is 'Identity of the entity within its type.';
comment on column ledger_tail.version is 'Place of the event in its entity.';
comment on column ledger_tail.operation is 'CREATION, UPDATE, DELETION, or an act.';
comment on column ledger_tail.attribute_name is 'The attribute that an UPDATE sets; null where the event speaks of the entity as a whole.';
comment on column ledger_tail.actor is 'Who did it; null = not told.';
