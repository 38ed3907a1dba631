-- Daybook on PostgreSQL 14 and later. One schema = one daybook = one tenant.
-- The same tables as on H2 (../h2/V1__daybook.sql), column by column; what only one of the two has is said there.

-- ---------------------------------------------------------------------------------------------------------------------
-- daybook: who this log is
-- ---------------------------------------------------------------------------------------------------------------------
create table daybook (
    id      uuid                     not null primary key,
    format  integer                  not null,
    created timestamp with time zone not null
);

comment on table daybook is 'One row: the identity of this daybook. Copied with the database, so a restored copy has the same id.';
comment on column daybook.id is 'Identity of this daybook; event ids for the outside world are <id>/<position>.';
comment on column daybook.format is 'Version of the bytes that ledger.hash is computed from (docs/ledger-format.md).';
comment on column daybook.created is 'When the first migration ran (database clock).';

insert into daybook (id, format, created)
values (gen_random_uuid(), 1, clock_timestamp());

-- ---------------------------------------------------------------------------------------------------------------------
-- events: what was said; insert-only
-- ---------------------------------------------------------------------------------------------------------------------
create table events (
    event_id           bigint generated always as identity (cache 1) not null primary key,
    entity_type        varchar                  not null,
    entity_id          varchar                  not null,
    version            bigint                   not null,
    operation          varchar                  not null,
    attribute_name     varchar,
    attribute_value    jsonb,
    metadata           jsonb,
    creation_date      timestamp with time zone not null,
    transaction_id     uuid                     not null,
    actor              varchar,
    reason             varchar,
    correlation_id     varchar,
    causation_position bigint,
    context            jsonb,
    salt               bytea,
    value_digest       bytea,
    metadata_digest    bytea,
    -- Filled by the database itself, never by a client: a window of the sequencer trusts it.
    database_txid      bigint                   not null default pg_current_xact_id()::text::bigint,
    constraint events_entity_version unique (entity_type, entity_id, version),
    constraint events_version check (version >= 1),
    -- What Daybook writes, and no infinity: a time that cannot be hashed would hold up the sequencer.
    constraint events_creation_date_in_range check (creation_date between timestamp with time zone '0001-01-01 00:00:00+00'
                                                                  and timestamp with time zone '9999-12-31 23:59:59.999999+00')
);

create index events_transaction on events (transaction_id);
-- What an event led to. Partial: an event that reacts to none costs nothing here. With event_id, so that a page is read in its order.
create index events_causation on events (causation_position, event_id) where causation_position is not null;
create index events_database_txid on events (database_txid);
-- Costs only those who name a conversation.
create index events_correlation on events (correlation_id) where correlation_id is not null;
-- Events come about in the order of time, so a few bytes per hundred pages find the time that is asked for.
create index events_creation_date on events using brin (creation_date);

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
comment on column events.database_txid is 'Transaction that inserted the row. Only an accelerator of the sequencer, no part of any contract, not hashed.';

-- ---------------------------------------------------------------------------------------------------------------------
-- ledger: the official order; insert-only
-- ---------------------------------------------------------------------------------------------------------------------
create table ledger (
    position    bigint                   not null primary key constraint ledger_position check (position >= 1),
    -- No foreign key: its check would lock every event row again, in every round.
    event_id    bigint                   not null constraint ledger_event unique,
    hash        bytea                    not null,
    recorded_at timestamp with time zone not null,
    snapshot    varchar
);

create index ledger_recorded_at on ledger using brin (recorded_at);

comment on table ledger is 'The official order of events: gap-free, final, hash-chained. Insert-only, written by the sequencer alone.';
comment on column ledger.position is 'Place in the ledger: 1, 2, 3 ... without gaps, the same for every reader, for ever.';
comment on column ledger.event_id is 'The event at this place.';
comment on column ledger.hash is 'SHA-256 over the previous hash, the position, recorded_at and the event (docs/ledger-format.md).';
comment on column ledger.recorded_at is 'When the event entered the ledger (database clock); never decreases with position.';
comment on column ledger.snapshot is 'On the last row of a round: cluster, snapshot and floor that the next round starts from. Only an accelerator, not hashed.';

-- ---------------------------------------------------------------------------------------------------------------------
-- sequencer: the fence between nodes
-- ---------------------------------------------------------------------------------------------------------------------
create table sequencer (
    id smallint not null primary key check (id = 1)
);

comment on table sequencer is 'One row, locked FOR UPDATE by a round of the sequencer for as long as it runs; nothing in it is ever updated.';
comment on column sequencer.id is 'Always 1.';

insert into sequencer (id)
values (1);

-- ---------------------------------------------------------------------------------------------------------------------
-- registrations, cursors, parked_events: who wants to hear what, and how far they are
-- ---------------------------------------------------------------------------------------------------------------------
create table registrations (
    name           varchar                  not null primary key,
    topics         jsonb                    not null,
    start_position bigint                   not null,
    partitions     integer                  not null,
    created        timestamp with time zone not null,
    paused         timestamp with time zone,
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

create table cursors (
    registration varchar                  not null references registrations (name) on delete cascade,
    partition    integer                  not null,
    position     bigint                   not null,
    hash         bytea,
    owner        varchar,
    epoch        bigint                   not null,
    saved        timestamp with time zone not null,
    primary key (registration, partition)
) with (
    -- Rows are updated every second: room for HOT updates, and vacuumed often.
    fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000
);

comment on table cursors is 'How far each partition of each registration has come.';
comment on column cursors.registration is 'Name of the registration.';
comment on column cursors.partition is 'Number of the partition, from 0.';
comment on column cursors.position is 'Last ledger position finished; the next event delivered comes after it.';
comment on column cursors.hash is 'ledger.hash at that position, which tells whether this is still the same history; null at position 0.';
comment on column cursors.owner is 'Node that delivers this partition, for as long as its lease in nodes lasts; null = nobody.';
comment on column cursors.epoch is 'Counts the owners, and the moves that operators make; a write of an earlier epoch is refused.';
comment on column cursors.saved is 'When position was written last (database clock).';

create table nodes (
    node        varchar                  not null primary key,
    process     varchar                  not null,
    host        varchar                  not null,
    pid         bigint                   not null,
    started     timestamp with time zone not null,
    lease_until timestamp with time zone not null
) with (
    -- A row per node is updated every few seconds: room for HOT updates, and vacuumed often.
    fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000
);

comment on table nodes is 'Nodes that deliver, or want to: an open daybook each, until its lease ends. A node whose lease has ended never comes back; it begins again as another one.';
comment on column nodes.node is 'Identity of the node: new for every open daybook, and for one that has lost its lease.';
comment on column nodes.process is 'Identity of its process (a Java virtual machine).';
comment on column nodes.host is 'Name of the machine that it runs on.';
comment on column nodes.pid is 'Process id on that machine.';
comment on column nodes.started is 'When it began (database clock).';
comment on column nodes.lease_until is 'Until when it owns what cursors.owner says (database clock). Renewed every few seconds.';

create table candidates (
    number       bigint generated always as identity not null primary key,
    registration varchar not null references registrations (name) on delete cascade,
    node         varchar not null references nodes (node) on delete cascade,
    unique (registration, node)
);

create index candidates_node on candidates (node);

comment on table candidates is 'Which nodes want to deliver which registration: its partitions are divided among those whose lease lasts.';
comment on column candidates.number is 'Order in which they came; where the division leaves a remainder, the earlier ones have it.';
comment on column candidates.registration is 'Name of the registration.';
comment on column candidates.node is 'The node.';

create table parked_events (
    registration varchar                  not null references registrations (name) on delete cascade,
    position     bigint                   not null,
    partition    integer                  not null,
    entity_type  varchar                  not null,
    entity_id    varchar                  not null,
    attempts     integer                  not null,
    error        varchar,
    stack_trace  varchar,
    parked       timestamp with time zone not null,
    retry        timestamp with time zone,
    primary key (registration, position)
);

create index parked_events_entity on parked_events (registration, entity_type, entity_id, position);

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

create table processed_events (
    consumer  varchar                  not null,
    position  bigint                   not null,
    processed timestamp with time zone not null,
    primary key (consumer, position)
);

comment on table processed_events is 'What consumers with effects outside the database remember to have done, where they want to.';
comment on column processed_events.consumer is 'Name that the consumer chose.';
comment on column processed_events.position is 'Ledger position of the event.';
comment on column processed_events.processed is 'When it was done (database clock).';

-- ---------------------------------------------------------------------------------------------------------------------
-- sensitive_attributes: what is not shown to everybody
-- ---------------------------------------------------------------------------------------------------------------------
create table sensitive_attributes (
    entity_type    varchar                     not null,
    attribute_name varchar                     not null,
    declared_at    timestamp with time zone    not null,
    primary key (entity_type, attribute_name)
);

comment on table sensitive_attributes is 'Attributes whose values commands do not show unless they are asked to. Only grows; taking one back is the owner''s (docs/operations.md).';
comment on column sensitive_attributes.entity_type is 'Kind of entity.';
comment on column sensitive_attributes.attribute_name is 'Name of the attribute.';
comment on column sensitive_attributes.declared_at is 'When it was declared first (database clock).';

-- ---------------------------------------------------------------------------------------------------------------------
-- entity_states: current state of every entity, kept by a built-in projection
-- ---------------------------------------------------------------------------------------------------------------------
create table entity_states (
    entity_type varchar                  not null,
    entity_id   varchar                  not null,
    version     bigint                   not null,
    position    bigint                   not null,
    deleted     boolean                  not null,
    attributes  jsonb                    not null,
    created     timestamp with time zone,
    changed     timestamp with time zone,
    primary key (entity_type, entity_id)
) with (fillfactor = 70);

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
-- append: one unit of work in one round trip
--
--   Parameters   entity_types .. expected_versions  one element per entity that the unit of work touches
--                entity_numbers .. salts            one element per change, in the order of the changes; entity_numbers points into the
--                                                   arrays above (from 1), places counts the changes of one entity within the unit
--                                                   (1, 2, 3 ...); an array that ends with nulls may end before them
--                creation_dates, unit_date          when a change happened; null = at unit_date. To read a text as a time costs as much as
--                                                   to write an entry of an index, so what all have in common is said once
--                requirements                       what must be true of the entity before the unit: ALIVE, NOT_ALIVE, ANY
--                expected_versions                  version it must have before the unit, null = any
--                lock_keys, stripes, stripe_class   advisory locks, in the order in which they are taken; computed by the client
--                                                   (docs/architecture.md)
--                exclusive_stripes                  true for a unit of so many entities that it locks whole stripes
--                joined                             true inside a caller's transaction: all units in it share one
--                                                   transaction id, the first one's
--                once                               true = if events of this transaction id are there already, return these
--   Returns      APPENDED (or EARLIER) and one row per event, in order; or REFUSED and one row per entity that is not as required,
--                with the version and life (ABSENT, ALIVE, DELETED) found; then nothing was written
--   Writes       events
-- ---------------------------------------------------------------------------------------------------------------------
create function append(
    entity_types varchar[], entity_ids varchar[], requirements varchar[], expected_versions bigint[],
    entity_numbers integer[], places integer[],
    operations varchar[], attribute_names varchar[], attribute_values text[], metadata_objects text[],
    creation_dates timestamp with time zone[], unit_date timestamp with time zone, salts bytea[],
    unit_id uuid, unit_actor varchar, unit_reason varchar, unit_correlation varchar, unit_causation bigint, unit_context text,
    stripe_class integer, stripes integer[], exclusive_stripes boolean, lock_keys bigint[], append_timeout varchar,
    joined boolean, once boolean)
    returns table (outcome varchar, unit uuid, event bigint, entity_number integer, entity_version bigint, life varchar)
    language plpgsql
    volatile
    -- One plan for every call, and never a scan of the table because it was empty when that plan was made.
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off
    set enable_bitmapscan = off
as
$$
#variable_conflict use_column
declare
    callers_timeout varchar;
    stripe integer;
    lock_key bigint;
    -- Read once, and not for every row.
    context_object jsonb := unit_context::jsonb;
    -- The same as the parameters; but in an array that was assigned, an element is found without counting from the first one.
    types varchar[] := entity_types;
    ids varchar[] := entity_ids;
    -- One element per entity.
    found_versions bigint[];
    found_lives varchar[];
    refusals boolean[];
begin
    -- The locks come in statements of their own, BEFORE the one that looks: under READ COMMITTED each statement of a volatile function
    -- has a snapshot of its own, and that one's must be younger than the wait, else it numbers from a version that is gone.
    -- Nearly always they are free, and then there is no time-out to set: trying first saves a third of a small append. Who has to
    -- wait does so at once, before the next lock, so that the order of the locks stays.
    foreach lock_key in array lock_keys loop
        if not pg_try_advisory_xact_lock(lock_key) then
            callers_timeout := coalesce(callers_timeout, current_setting('lock_timeout'));
            perform set_config('lock_timeout', append_timeout, true);
            perform pg_advisory_xact_lock(lock_key);
        end if;
    end loop;
    foreach stripe in array stripes loop
        if exclusive_stripes then
            if not pg_try_advisory_xact_lock(stripe_class, stripe) then
                callers_timeout := coalesce(callers_timeout, current_setting('lock_timeout'));
                perform set_config('lock_timeout', append_timeout, true);
                perform pg_advisory_xact_lock(stripe_class, stripe);
            end if;
        elsif not pg_try_advisory_xact_lock_shared(stripe_class, stripe) then
            callers_timeout := coalesce(callers_timeout, current_setting('lock_timeout'));
            perform set_config('lock_timeout', append_timeout, true);
            perform pg_advisory_xact_lock_shared(stripe_class, stripe);
        end if;
    end loop;
    if callers_timeout is not null then
        perform set_config('lock_timeout', callers_timeout, true);
    end if;

    if joined then
        unit_id := coalesce(nullif(current_setting('daybook.transaction_id', true), ''), unit_id::text)::uuid;
        perform set_config('daybook.transaction_id', unit_id::text, true);
    end if;

    if once then
        return query
            select 'EARLIER'::varchar, e.transaction_id, e.event_id, null::integer, e.version, null::varchar
            from "${flyway:defaultSchema}".events e
            where e.transaction_id = unit_id
            order by e.event_id;
        if found then
            return;
        end if;
    end if;

    select array_agg(entity.version order by entity.number),
           array_agg(entity.life order by entity.number),
           array_agg(coalesce(entity.expected_version <> entity.version, false)
                     or (entity.requirement = 'ALIVE' and entity.life <> 'ALIVE')
                     or (entity.requirement = 'NOT_ALIVE' and entity.life = 'ALIVE') order by entity.number)
    into found_versions, found_lives, refusals
    from (select a.number, a.requirement, a.expected_version,
                 coalesce(newest.version, 0) as version,
                 case
                     when newest.operation in ('CREATION', 'UPDATE') then 'ALIVE'
                     when newest.operation = 'DELETION' then 'DELETED'
                     when newest.operation is null then 'ABSENT'
                     -- The newest event is an act, which changes no state: the one before it that does decides.
                     else coalesce((select case e.operation when 'DELETION' then 'DELETED' else 'ALIVE' end
                                    from "${flyway:defaultSchema}".events e
                                    where e.entity_type = a.entity_type
                                      and e.entity_id = a.entity_id
                                      and e.operation in ('CREATION', 'UPDATE', 'DELETION')
                                    order by e.version desc
                                    limit 1), 'ABSENT')
                 end as life
          from unnest(entity_types, entity_ids, requirements, expected_versions)
                   with ordinality as a (entity_type, entity_id, requirement, expected_version, number)
                   left join lateral (select e.version, e.operation
                                      from "${flyway:defaultSchema}".events e
                                      where e.entity_type = a.entity_type
                                        and e.entity_id = a.entity_id
                                      order by e.version desc
                                      limit 1) newest on true) entity;

    if true = any (refusals) then
        return query
            select 'REFUSED'::varchar, null::uuid, null::bigint, n, found_versions[n], found_lives[n]
            from generate_subscripts(refusals, 1) n
            where refusals[n]
            order by n;
        return;
    end if;

    return query
        insert into "${flyway:defaultSchema}".events (
            entity_type, entity_id, version, operation, attribute_name, attribute_value, metadata, creation_date,
            transaction_id, actor, reason, correlation_id, causation_position, context, salt)
        select types[c.entity_number], ids[c.entity_number], found_versions[c.entity_number] + c.place, c.operation, c.attribute_name,
               c.attribute_value::jsonb, c.metadata::jsonb, coalesce(c.creation_date, unit_date),
               unit_id, unit_actor, unit_reason, unit_correlation, unit_causation, context_object, c.salt
        from unnest(entity_numbers, places, operations, attribute_names, attribute_values, metadata_objects, creation_dates, salts)
                 with ordinality as c (entity_number, place, operation, attribute_name, attribute_value, metadata, creation_date, salt,
                                       ordinal)
        -- Ids are taken in the order of the changes: a round sorts by event_id. (Costs nothing: unnest is known to come in this order.)
        order by c.ordinal
        returning 'APPENDED'::varchar, transaction_id, event_id, null::integer, version, null::varchar;
end
$$;

comment on function "${flyway:defaultSchema}".append is 'Appends one unit of work: locks its entities, checks them, inserts its events, all or nothing.';

-- ---------------------------------------------------------------------------------------------------------------------
-- append_one: a unit of one change, which is what most units are
--
--   Does what append does, in a third of the server's time: no arrays, no set of rows, no statement that fits every unit. Where the
--   entity is not plainly as required (a refusal, an act before) it writes nothing, and the client takes the unit to append, which
--   decides.
--
--   Parameters   as in append, of the one change and its entity
--   Returns      the event, its version and the unit's transaction id; nulls where append shall decide
--   Writes       events
-- ---------------------------------------------------------------------------------------------------------------------
create function append_one(
    one_type varchar, one_id varchar, requirement varchar, expected_version bigint,
    operation varchar, attribute_name varchar, attribute_value text, metadata_object text,
    creation_date timestamp with time zone, salt bytea,
    unit_id uuid, unit_actor varchar, unit_reason varchar, unit_correlation varchar, unit_causation bigint, unit_context text,
    unit_lock bigint, entity_lock bigint, stripe_class integer, stripe integer, append_timeout varchar,
    joined boolean,
    out unit uuid, out event bigint, out entity_version bigint)
    language plpgsql
    volatile
as
$$
declare
    callers_timeout varchar;
    newest_version bigint;
    newest_operation varchar;
begin
    -- As in append: the locks first, in the same order, in a statement before the one that looks.
    if not (pg_try_advisory_xact_lock(unit_lock)
            and pg_try_advisory_xact_lock(entity_lock)
            and pg_try_advisory_xact_lock_shared(stripe_class, stripe)) then
        callers_timeout := current_setting('lock_timeout');
        perform set_config('lock_timeout', append_timeout, true);
        perform pg_advisory_xact_lock(unit_lock);
        perform pg_advisory_xact_lock(entity_lock);
        perform pg_advisory_xact_lock_shared(stripe_class, stripe);
        perform set_config('lock_timeout', callers_timeout, true);
    end if;

    select e.version, e.operation
    into newest_version, newest_operation
    from "${flyway:defaultSchema}".events e
    where e.entity_type = one_type
      and e.entity_id = one_id
    order by e.version desc
    limit 1;
    if expected_version <> coalesce(newest_version, 0)
        or (requirement = 'ALIVE' and coalesce(newest_operation, '') not in ('CREATION', 'UPDATE'))
        or (requirement = 'NOT_ALIVE' and coalesce(newest_operation, 'DELETION') <> 'DELETION')
    then
        return;
    end if;

    if joined then
        unit_id := coalesce(nullif(current_setting('daybook.transaction_id', true), ''), unit_id::text)::uuid;
        perform set_config('daybook.transaction_id', unit_id::text, true);
    end if;
    insert into "${flyway:defaultSchema}".events (
        entity_type, entity_id, version, operation, attribute_name, attribute_value, metadata, creation_date,
        transaction_id, actor, reason, correlation_id, causation_position, context, salt)
    values (one_type, one_id, coalesce(newest_version, 0) + 1, append_one.operation, append_one.attribute_name,
            append_one.attribute_value::jsonb, metadata_object::jsonb, append_one.creation_date,
            unit_id, unit_actor, unit_reason, unit_correlation, unit_causation, unit_context::jsonb, append_one.salt)
    returning event_id, version into event, entity_version;
    unit := unit_id;
end
$$;

comment on function "${flyway:defaultSchema}".append_one is 'Appends a unit of one change: locks its entity, checks it, inserts the event; or leaves it to append.';

-- ---------------------------------------------------------------------------------------------------------------------
-- append_group: units of several callers, in one statement and one commit
--
--   Does what append does for each of them, and waits for nothing: none of the callers shall wait for a transaction that only another
--   one has to do with. No entity is touched by two units of a group.
--
--   Parameters   unit_*: one element per unit; key_units, stripe_units, entity_units: to which unit a lock or an entity belongs, counted
--                from 1; the rest as in append
--   Returns      BUSY (the unit: a lock was not free, nothing of it was written), REFUSED (the unit, and one row per entity that is not as
--                required, as in append; nothing of the unit was written), APPENDED (the unit, one row per event in the order of the
--                changes)
--   Writes       events
-- ---------------------------------------------------------------------------------------------------------------------
create function append_group(
    unit_ids uuid[], unit_actors varchar[], unit_reasons varchar[], unit_correlations varchar[], unit_causations bigint[],
    unit_contexts text[],
    lock_keys bigint[], key_units integer[], stripe_class integer, stripes integer[], stripe_units integer[],
    entity_types varchar[], entity_ids varchar[], requirements varchar[], expected_versions bigint[], entity_units integer[],
    entity_numbers integer[], places integer[], operations varchar[], attribute_names varchar[],
    attribute_values text[], metadata_objects text[], creation_dates timestamp with time zone[], group_date timestamp with time zone,
    salts bytea[])
    returns table (outcome varchar, unit_number integer, event bigint, entity_number integer, entity_version bigint, life varchar)
    language plpgsql
    volatile
    -- As in append.
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off
    set enable_bitmapscan = off
as
$$
#variable_conflict use_column
declare
    busy integer[];
begin
    -- In a statement of its own, BEFORE the INSERT: see append. The unit's own key is the first of its keys, and nobody has it yet.
    busy := array(select k.unit_number
                  from unnest(lock_keys, key_units) as k (lock_key, unit_number)
                  where not pg_try_advisory_xact_lock(k.lock_key))
         || array(select s.unit_number
                  from unnest(stripes, stripe_units) as s (stripe, unit_number)
                  where not pg_try_advisory_xact_lock_shared(stripe_class, s.stripe));

    return query
        with entity as materialized (
            select a.entity_type, a.entity_id, a.requirement, a.expected_version, a.unit_number, a.entity_number,
                   coalesce(newest.version, 0) as version,
                   case
                       when newest.operation in ('CREATION', 'UPDATE') then 'ALIVE'
                       when newest.operation = 'DELETION' then 'DELETED'
                       when newest.operation is null then 'ABSENT'
                       else coalesce((select case e.operation when 'DELETION' then 'DELETED' else 'ALIVE' end
                                      from "${flyway:defaultSchema}".events e
                                      where e.entity_type = a.entity_type
                                        and e.entity_id = a.entity_id
                                        and e.operation in ('CREATION', 'UPDATE', 'DELETION')
                                      order by e.version desc
                                      limit 1), 'ABSENT')
                   end as life
            from unnest(entity_types, entity_ids, requirements, expected_versions, entity_units)
                     with ordinality as a (entity_type, entity_id, requirement, expected_version, unit_number, entity_number)
                     left join lateral (select e.version, e.operation
                                        from "${flyway:defaultSchema}".events e
                                        where e.entity_type = a.entity_type
                                          and e.entity_id = a.entity_id
                                        order by e.version desc
                                        limit 1) newest on true
            where a.unit_number <> all (busy)
        ),
        refused as materialized (
            select *
            from entity
            where expected_version <> version
               or (requirement = 'ALIVE' and life <> 'ALIVE')
               or (requirement = 'NOT_ALIVE' and life = 'ALIVE')
        ),
        appended as (
            insert into "${flyway:defaultSchema}".events (
                entity_type, entity_id, version, operation, attribute_name, attribute_value, metadata, creation_date,
                transaction_id, actor, reason, correlation_id, causation_position, context, salt)
            select entity.entity_type, entity.entity_id, entity.version + c.place, c.operation, c.attribute_name,
                   c.attribute_value::jsonb, c.metadata::jsonb, coalesce(c.creation_date, group_date),
                   unit_ids[entity.unit_number], unit_actors[entity.unit_number], unit_reasons[entity.unit_number],
                   unit_correlations[entity.unit_number], unit_causations[entity.unit_number],
                   unit_contexts[entity.unit_number]::jsonb, c.salt
            from unnest(entity_numbers, places, operations, attribute_names, attribute_values, metadata_objects,
                        creation_dates, salts)
                     with ordinality as c (entity_number, place, operation, attribute_name, attribute_value, metadata,
                                           creation_date, salt, ordinal)
                     join entity on entity.entity_number = c.entity_number
            where entity.unit_number not in (select r.unit_number from refused r)
            -- Ids are taken in the order of the changes: a round sorts by event_id.
            order by c.ordinal
            returning event_id, version, transaction_id
        )
        select 'APPENDED'::varchar, array_position(unit_ids, a.transaction_id), a.event_id, null::integer, a.version, null::varchar
        from appended a
        union all
        select 'REFUSED'::varchar, r.unit_number, null::bigint, r.entity_number::integer, r.version, r.life::varchar
        from refused r
        union all
        select 'BUSY'::varchar, b.unit_number, null::bigint, null::integer, null::bigint, null::varchar
        from unnest(busy) as b (unit_number)
        order by 3, 4;
end
$$;

comment on function "${flyway:defaultSchema}".append_group is 'Appends units of work of several callers at once, each for itself all or nothing; waits for no lock.';

-- ---------------------------------------------------------------------------------------------------------------------
-- Views for operators and auditors (docs/sql.md). The same names, columns and types as on H2; nothing of Daybook's own reads them.
-- No window functions and no volatile ones: what is asked of a view (an entity, positions, a unit of work) must reach the indexes
-- of the tables.
-- ---------------------------------------------------------------------------------------------------------------------
create view event_history as
select l.position,
       e.event_id,
       (case when l.position is null then 'waiting' else 'recorded' end)::varchar as state,
       l.recorded_at,
       e.creation_date as occurred_at,
       e.entity_type,
       e.entity_id,
       e.version,
       e.operation,
       e.attribute_name,
       e.attribute_value,
       -- #>> would make an SQL null of JSON null.
       (case jsonb_typeof(e.attribute_value)
            when 'string' then e.attribute_value #>> '{}'
            else e.attribute_value::text
        end)::varchar as value_text,
       e.metadata,
       e.actor,
       e.reason,
       e.correlation_id,
       e.causation_position,
       e.transaction_id,
       e.context,
       -- An erased event keeps the digests of what it said, and nothing else has them.
       e.value_digest is not null or e.metadata_digest is not null as erased,
       (e.context ->> 'application')::varchar as application,
       (e.context ->> 'application_version')::varchar as application_version,
       (e.context ->> 'host')::varchar as host,
       (e.context ->> 'database_user')::varchar as database_user
from events e
         left join ledger l on l.event_id = e.event_id;

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

create view entity_history as
select e.entity_type,
       e.entity_id,
       e.version,
       l.position,
       e.creation_date as occurred_at,
       l.recorded_at,
       e.operation,
       change.attribute_name,
       change.old_value,
       change.new_value,
       (case jsonb_typeof(change.old_value)
            when 'string' then change.old_value #>> '{}'
            else change.old_value::text
        end)::varchar as old_value_text,
       (case jsonb_typeof(change.new_value)
            when 'string' then change.new_value #>> '{}'
            else change.new_value::text
        end)::varchar as new_value_text,
       e.actor,
       e.reason,
       e.transaction_id,
       coalesce(before.erased, false) as old_value_erased,
       e.value_digest is not null and e.operation in ('CREATION', 'UPDATE') as new_value_erased
from events e
         left join ledger l on l.event_id = e.event_id
         -- The attributes that a life begins with. The case keeps jsonb_each from what is no object.
         left join lateral jsonb_each(case
                                          when e.operation = 'CREATION' and jsonb_typeof(e.attribute_value) = 'object'
                                              then e.attribute_value
                                      end) as initial (name, value) on true
         -- The newest event before that says something of the attribute, or that a life begins or ends with. Lateral: one
         -- step in the index of the entity's versions, for each row that is asked for and for no other.
         left join lateral (select b.operation, b.attribute_value, b.value_digest is not null as erased
                            from events b
                            where e.operation = 'UPDATE'
                              and b.entity_type = e.entity_type
                              and b.entity_id = e.entity_id
                              and b.version < e.version
                              and (b.operation in ('CREATION', 'DELETION')
                                or (b.operation = 'UPDATE' and b.attribute_name = e.attribute_name))
                            order by b.version desc
                            limit 1) before on true
         cross join lateral (select coalesce(e.attribute_name, initial.name)::varchar as attribute_name,
                                    case before.operation
                                        when 'UPDATE' then before.attribute_value
                                        when 'CREATION' then before.attribute_value -> e.attribute_name
                                    end as old_value,
                                    case e.operation
                                        when 'UPDATE' then e.attribute_value
                                        when 'CREATION' then initial.value
                                    end as new_value) change
where e.operation in ('CREATION', 'UPDATE', 'DELETION');

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

create view units_of_work as
select e.transaction_id,
       min(l.position) as first_position,
       max(l.position) as last_position,
       count(*) as events,
       count(distinct (e.entity_type, e.entity_id)) as entities,
       -- One, except where units of several actors joined one transaction. Collation "C": the order is the same everywhere.
       string_agg(distinct e.actor::text collate "C", ', ' order by e.actor::text collate "C")::varchar as actor,
       string_agg(distinct e.reason::text collate "C", ', ' order by e.reason::text collate "C")::varchar as reason,
       string_agg(distinct e.correlation_id::text collate "C", ', ' order by e.correlation_id::text collate "C")::varchar as correlation_id,
       min(e.creation_date) as occurred_at,
       max(l.recorded_at) as recorded_at
from events e
         left join ledger l on l.event_id = e.event_id
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

create view activity as
select (e.creation_date at time zone 'UTC')::date as utc_day,
       e.actor,
       e.entity_type,
       e.operation,
       count(*) as events
from events e
group by 1, 2, 3, 4;

comment on view activity is 'How many events there were per day, actor, entity type and operation.';
comment on column activity.utc_day is 'Day on which the events happened (creation_date), in UTC.';
comment on column activity.actor is 'Who did it; null = not told.';
comment on column activity.entity_type is 'Kind of entity.';
comment on column activity.operation is 'CREATION, UPDATE, DELETION, or an act.';
comment on column activity.events is 'Number of events.';

create view registration_lag as
select r.name as registration,
       r.partitions,
       coalesce(c.position, r.start_position) as position,
       h.head,
       greatest(h.head - coalesce(c.position, r.start_position), 0) as lag,
       coalesce(c.owners, 0) as owners,
       r.paused,
       r.pause_reason,
       (select count(*)
        from parked_events p
        where p.registration = r.name) as parked
from registrations r
         cross join (select coalesce(max(l.position), 0) as head
                     from ledger l) h
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

create view ledger_tail as
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
-- Not "the last position less 100", as on H2: the planner takes a bound that it does not know for a third of the ledger.
order by l.position desc
limit 100;

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

-- ---------------------------------------------------------------------------------------------------------------------
-- Functions: what was, as of a position, a recorded time, a creation date, or all of them together
-- ---------------------------------------------------------------------------------------------------------------------
-- Each bound includes its end; null = no bound. What counts is folded in the order of versions (docs/sql.md). Without a bound on position or
-- recorded time, events that wait for their position count too. They are plain SQL of one SELECT, so that the planner sees through them.

create function states_as_of(
    of_type varchar, at_position bigint default null,
    recorded_by timestamp with time zone default null, occurred_by timestamp with time zone default null)
    returns table (entity_type varchar, entity_id varchar, version bigint, attributes jsonb,
                   created timestamp with time zone, changed timestamp with time zone)
    language sql
    stable
    parallel safe
begin atomic
    with counted as (select e.entity_id, e.version, e.operation, e.attribute_name, e.attribute_value, e.creation_date,
                            -- What the life that counts began with, or ended with.
                            max(e.version) filter (where e.operation in ('CREATION', 'DELETION'))
                                over (partition by e.entity_id) as life
                     from events e
                              left join ledger l on l.event_id = e.event_id
                     where e.entity_type = of_type
                       and (at_position is null or l.position <= at_position)
                       and (recorded_by is null or l.recorded_at <= recorded_by)
                       and (occurred_by is null or e.creation_date <= occurred_by))
    -- One pass, no join: the planner knows nothing of what is counted, and a join that it takes for a small one would be of the square.
    select of_type,
           c.entity_id,
           max(c.version),
           coalesce((array_agg(c.attribute_value) filter (where c.version = c.life))[1], '{}')
               -- Of several values of one name the last one stays.
               || coalesce(jsonb_object_agg(c.attribute_name, coalesce(c.attribute_value, 'null') order by c.version)
                               filter (where c.operation = 'UPDATE' and c.version > c.life), '{}'),
           min(c.creation_date) filter (where c.version = c.life),
           (array_agg(c.creation_date order by c.version desc) filter (where c.operation in ('CREATION', 'UPDATE')))[1]
    from counted c
    group by c.entity_id
    having bool_or(c.version = c.life and c.operation = 'CREATION');
end;

comment on function states_as_of is 'What all entities of a type were: one row for each that existed then. Reads all events of the type.';

create function state_as_of(
    of_type varchar, of_id varchar, at_position bigint default null,
    recorded_by timestamp with time zone default null, occurred_by timestamp with time zone default null)
    returns table (entity_type varchar, entity_id varchar, version bigint, attributes jsonb,
                   created timestamp with time zone, changed timestamp with time zone)
    language sql
    stable
    parallel safe
begin atomic
    -- The planner takes the condition down to the index of the entity's versions (ViewPlansIT).
    select s.entity_type, s.entity_id, s.version, s.attributes, s.created, s.changed
    from states_as_of(of_type, at_position, recorded_by, occurred_by) s
    where s.entity_id = of_id;
end;

comment on function state_as_of is 'What one entity was: one row, or none if it did not exist then.';

create function difference_as_of(
    of_type varchar, of_id varchar,
    from_position bigint default null, to_position bigint default null,
    from_recorded timestamp with time zone default null, to_recorded timestamp with time zone default null,
    from_occurred timestamp with time zone default null, to_occurred timestamp with time zone default null)
    returns table (entity_type varchar, entity_id varchar, difference varchar, attribute_name varchar,
                   from_value jsonb, to_value jsonb)
    language sql
    stable
    parallel safe
begin atomic
    select of_type,
           of_id,
           case when b.entity_id is null then 'deleted' when a.entity_id is null then 'created' else 'changed' end,
           attribute.name,
           a.attributes -> attribute.name,
           b.attributes -> attribute.name
    from state_as_of(of_type, of_id, from_position, from_recorded, from_occurred) a
             full join state_as_of(of_type, of_id, to_position, to_recorded, to_occurred) b on b.entity_id = a.entity_id
             left join lateral jsonb_object_keys(coalesce(a.attributes, '{}') || coalesce(b.attributes, '{}'))
        as attribute (name) on true
    where a.attributes -> attribute.name is distinct from b.attributes -> attribute.name
       or a.entity_id is null
       or b.entity_id is null;
end;

comment on function difference_as_of is 'In what one entity differs between two moments: one row per attribute; none if it is the same.';

create function differences_as_of(
    of_type varchar,
    from_position bigint default null, to_position bigint default null,
    from_recorded timestamp with time zone default null, to_recorded timestamp with time zone default null,
    from_occurred timestamp with time zone default null, to_occurred timestamp with time zone default null)
    returns table (entity_type varchar, entity_id varchar, difference varchar, attribute_name varchar,
                   from_value jsonb, to_value jsonb)
    language sql
    stable
    parallel safe
begin atomic
    select of_type,
           coalesce(b.entity_id, a.entity_id),
           case when b.entity_id is null then 'deleted' when a.entity_id is null then 'created' else 'changed' end,
           attribute.name,
           a.attributes -> attribute.name,
           b.attributes -> attribute.name
    from states_as_of(of_type, from_position, from_recorded, from_occurred) a
             full join states_as_of(of_type, to_position, to_recorded, to_occurred) b on b.entity_id = a.entity_id
             left join lateral jsonb_object_keys(coalesce(a.attributes, '{}') || coalesce(b.attributes, '{}'))
        as attribute (name) on true
    where a.attributes -> attribute.name is distinct from b.attributes -> attribute.name
       or a.entity_id is null
       or b.entity_id is null;
end;

comment on function differences_as_of is 'In what the entities of a type differ between two moments: one row per entity and attribute. Reads all events of the type, twice.';
