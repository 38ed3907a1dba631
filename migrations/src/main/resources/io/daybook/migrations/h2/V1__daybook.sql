-- Daybook on H2 2.3 and later. The same tables as on PostgreSQL (../postgresql/V1__daybook.sql), column by column.
-- Only here: pending (H2 has no transaction snapshots), durable_head (H2 shows commits before they are on disk) and entity_locks
-- (H2 has no advisory locks).
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
    constraint events_entity_version unique (entity_type, entity_id, version)
);

create index if not exists events_transaction on events (transaction_id);

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
comment on column events.transaction_id is 'Groups a unit of work: one id per database transaction.';
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
    position    bigint                      not null primary key,
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
