-- The roles of one daybook and their privileges, on PostgreSQL. For the owner of the schema (and with CREATEROLE, where
-- the roles are not there yet) to run, after every migration; running it again does no harm. Then, for example:
--
--     grant "${schema}_application" to my_application;

begin;

-- Two runs at once would fail on each other's catalogue rows.
do $$ begin perform pg_advisory_xact_lock(hashtextextended('daybook roles of ${schema}', 0)); end $$;

-- Roles belong to the whole server, so a run in another database may be first between the question and the answer.
do
$$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = '${schema}_application') then
        create role "${schema}_application" nologin;
    end if;
exception
    when duplicate_object or unique_violation then null;
end
$$;

do
$$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = '${schema}_operator') then
        create role "${schema}_operator" nologin;
    end if;
exception
    when duplicate_object or unique_violation then null;
end
$$;

-- Begin with nothing, so that what is granted below is all there is, whatever an earlier version of this script granted.
revoke all on all tables in schema "${schema}" from "${schema}_application", "${schema}_operator";
revoke all on all sequences in schema "${schema}" from "${schema}_application", "${schema}_operator";
revoke all on all functions in schema "${schema}" from "${schema}_application", "${schema}_operator";

-- Functions are for everybody unless somebody says otherwise.
revoke execute on function "${schema}".append from public;
revoke execute on function "${schema}".append_one from public;
revoke execute on function "${schema}".append_group from public;

-- ---------------------------------------------------------------------------------------------------------------------
-- The application: appends, numbers and delivers events
-- ---------------------------------------------------------------------------------------------------------------------

-- To name anything in the schema.
grant usage on schema "${schema}" to "${schema}_application";

-- To read history and state, and to check that the schema is migrated.
grant select on all tables in schema "${schema}" to "${schema}_application";

-- To check, before anything is appended, that ids go on behind the last one. No nextval, no setval.
grant select on all sequences in schema "${schema}" to "${schema}_application";

-- To append. Column by column: event_id and database_txid come from the database itself, because a row with a transaction
-- id that is not its own is never seen by the sequencer. No UPDATE, DELETE or TRUNCATE: what was said stays said.
grant insert (
    entity_type, entity_id, version, operation, attribute_name, attribute_value, metadata, creation_date, transaction_id,
    actor, reason, correlation_id, causation_position, context, salt, value_digest, metadata_digest)
    on "${schema}".events to "${schema}_application";

-- To ask what was, as of some moment; for databases where functions are not for everybody.
grant execute on function "${schema}".state_as_of, "${schema}".states_as_of, "${schema}".difference_as_of, "${schema}".differences_as_of
    to "${schema}_application", "${schema}_operator";

-- To append in one round trip; it runs with the caller's privileges, so it can do no more than the line above.
grant execute on function "${schema}".append to "${schema}_application";
grant execute on function "${schema}".append_one to "${schema}_application";
grant execute on function "${schema}".append_group to "${schema}_application";

-- To give events their positions. No UPDATE, DELETE or TRUNCATE: a position is final.
grant insert on "${schema}".ledger to "${schema}_application";

-- SELECT ... FOR UPDATE, the fence between nodes, asks for UPDATE though nothing is updated.
grant update on "${schema}".sequencer to "${schema}_application";

-- To register and to forget.
grant insert, update, delete on "${schema}".registrations to "${schema}_application";

-- To move cursors and to hold leases.
grant insert, update, delete on "${schema}".cursors to "${schema}_application";

-- To take part in delivery: to say that a node is there, and what it wants to deliver.
grant insert, update, delete on "${schema}".nodes to "${schema}_application";
grant insert, update, delete on "${schema}".candidates to "${schema}_application";

-- To remember what was done outside the database, and to forget it when it is old.
grant insert, update, delete on "${schema}".processed_events to "${schema}_application";

-- To set events aside, and to take them up again.
grant insert, update, delete on "${schema}".parked_events to "${schema}_application";

-- To declare what is sensitive. No UPDATE or DELETE: taking it back is not the application's.
grant insert on "${schema}".sensitive_attributes to "${schema}_application";

-- To keep the current state of every entity; DELETE, because a projection may be built again from the beginning.
grant insert, update, delete on "${schema}".entity_states to "${schema}_application";

-- ---------------------------------------------------------------------------------------------------------------------
-- The operator: reads
-- ---------------------------------------------------------------------------------------------------------------------

-- To name anything in the schema.
grant usage on schema "${schema}" to "${schema}_operator";

-- To ask the history questions, and to see how far everybody is.
grant select on all tables in schema "${schema}" to "${schema}_operator";

-- So that the doctor can tell whether ids go on behind the last one.
grant select on all sequences in schema "${schema}" to "${schema}_operator";

commit;
