package io.daybook.bench.peers;

import com.zaxxer.hikari.HikariDataSource;
import io.daybook.bench.Life;
import io.daybook.bench.Server;
import io.daybook.bench.Suite;
import io.daybook.bench.Writer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.axonframework.common.jdbc.ConnectionProvider;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.EventProcessor;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.SimpleEventHandlerInvoker;
import org.axonframework.eventhandling.TrackingEventProcessor;
import org.axonframework.eventhandling.TrackingEventProcessorConfiguration;
import org.axonframework.eventhandling.pooled.PooledStreamingEventProcessor;
import org.axonframework.eventhandling.tokenstore.jdbc.JdbcTokenStore;
import org.axonframework.eventhandling.tokenstore.jdbc.PostgresTokenTableFactory;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcEventStorageEngine;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcSQLErrorCodesResolver;
import org.axonframework.eventsourcing.eventstore.jdbc.PostgresEventTableFactory;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.serialization.json.JacksonSerializer;
import org.axonframework.spring.jdbc.SpringDataSourceConnectionProvider;
import org.axonframework.spring.messaging.unitofwork.SpringTransactionManager;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * Axon Framework: its event store on JDBC with the tables for PostgreSQL, events as JSON by Jackson, transactions by Spring; read by
 * tracking and pooled streaming processors with tokens on JDBC.
 */
public final class AxonPeer implements Suite {

    private static final String NAME = "Axon";
    private static final String NO_ORDER =
            "Axon's global index is handed out at INSERT, and its readers wait for gaps up to 60 s, then pass them";

    /** As its reference guide tells those who want a processor to catch up fast. */
    private static final int TUNED_BATCH = 1_000;

    /** A default processor makes a transaction of every event. */
    private static final int MOST_BY_DEFAULT = 10_000;

    private static final int MOST_BY_DEFAULT_QUICK = 2_000;

    /** What its events say, the same as Daybook's. */
    public record Change(String operation, @Nullable String attribute, String value) {}

    /** Is called with every event. */
    public static final class Handler {

        private final Consumer<DomainEventMessage<Change>> then;

        Handler(Consumer<DomainEventMessage<Change>> then) {
            this.then = then;
        }

        /** By Axon, which finds it by its annotation. */
        @EventHandler(payloadType = Change.class)
        public void on(DomainEventMessage<Change> message) {
            then.accept(message);
        }
    }

    @Override
    public String name() {
        return "peer-axon";
    }

    @Override
    public String description() {
        return "Axon Framework's JDBC event store, tracking and pooled streaming processors.";
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        new Appends(server, plan, report, NAME, NO_ORDER).measure(writers -> {
            Store store = new Store(server, writers, 100);
            return new Appends.Peer() {
                @Override
                public Writer writer(Life life) {
                    return store.writer(life);
                }

                @Override
                public long stored() throws SQLException {
                    return server.number("select count(*) from %s.domainevententry".formatted(Room.PEER));
                }

                @Override
                public void close() {
                    store.close();
                }
            };
        });
        catchUp(server, plan, report);
        new Latencies(server, plan, report, NAME, "tracking processor; its own process wakes it").measure(arrivals -> {
            Store store = new Store(server, Latencies.CONNECTIONS, 100);
            EventProcessor processor =
                    store.tracking(1, new Handler(message -> arrivals.handled(message.getAggregateIdentifier())));
            processor.start();
            return new Latencies.Peer() {
                @Override
                public Latencies.Publisher publisher() {
                    return id -> store.append(List.of(message(id, 1, "CREATION", null, "{\"status\":\"new\"}")));
                }

                @Override
                public void close() {
                    processor.shutDown();
                    store.close();
                }
            };
        });
    }

    private static void catchUp(Server server, Plan plan, Report report) throws Exception {
        Room.clear(server);
        CatchUp catchUp = new CatchUp(server, plan, report, NAME);
        catchUp.fill();
        new Store(server, 2, 100).close();
        server.execute("""
                insert into %1$s.domainevententry (
                    eventidentifier, metadata, payload, payloadtype, timestamp, aggregateidentifier, sequencenumber, type)
                select gen_random_uuid(),
                       convert_to('{"actor":"bench"}', 'UTF8'),
                       convert_to(jsonb_build_object(
                           'operation', case n %% 10 when 0 then 'CREATION' else 'UPDATE' end,
                           'attribute', case n %% 10 when 0 then null else 'status' end,
                           'value', (%3$s)::text)::text, 'UTF8'),
                       '%4$s',
                       '2026-01-01T00:00:00.000Z',
                       'e-' || (n / 10),
                       n %% 10,
                       'order'
                from generate_series(0, %2$d - 1) n
                """.formatted(Room.PEER, catchUp.events(), CatchUp.json("n"), Change.class.getName()));
        server.execute("vacuum analyze %s.domainevententry".formatted(Room.PEER));
        long all = catchUp.events();
        long few = plan.quick() ? MOST_BY_DEFAULT_QUICK : MOST_BY_DEFAULT;
        measure(
                server,
                catchUp,
                "tracking processor, default",
                few,
                100,
                (store, handler) -> store.tracking(1, handler));
        measure(
                server,
                catchUp,
                "tracking processor, batches of 1,000",
                all,
                TUNED_BATCH,
                (store, handler) -> store.tracking(TUNED_BATCH, handler));
        if (!plan.quick()) {
            measure(
                    server,
                    catchUp,
                    "pooled streaming processor, default",
                    few,
                    100,
                    (store, handler) -> store.pooled(1, 16, handler));
            measure(
                    server,
                    catchUp,
                    "pooled streaming processor, batches of 1,000",
                    all,
                    TUNED_BATCH,
                    (store, handler) -> store.pooled(TUNED_BATCH, 4, handler));
        }
        Room.leave(server);
    }

    private interface Processors {
        EventProcessor open(Store store, Handler handler);
    }

    private static void measure(
            Server server, CatchUp catchUp, String what, long most, int readingBatch, Processors processors)
            throws Exception {
        catchUp.measure(what, most, "", counter -> {
            try (Store store = new Store(server, 10, readingBatch)) {
                EventProcessor processor = processors.open(
                        store,
                        new Handler(
                                message -> counter.handled(message.getPayload().value())));
                processor.start();
                counter.await();
                processor.shutDown();
                server.execute("delete from %s.tokenentry".formatted(Room.PEER));
            }
        });
    }

    private static EventMessage<Change> message(
            String id, long version, String operation, @Nullable String attribute, String json) {
        return new GenericDomainEventMessage<>(
                Life.ENTITY_TYPE, id, version - 1, new Change(operation, attribute, json), Map.of("actor", Life.ACTOR));
    }

    /** An event store with connections of its own. */
    private static final class Store implements AutoCloseable {

        private final HikariDataSource connections;
        private final TransactionManager transactions;
        private final JdbcTokenStore tokens;
        private final EmbeddedEventStore events;
        private final List<ScheduledExecutorService> threads = new ArrayList<>();

        /** @param readingBatch how many events it reads at once; 100 by default */
        Store(Server server, int size, int readingBatch) {
            this.connections = Room.connections(server, size, true);
            this.transactions = new SpringTransactionManager(new JdbcTransactionManager(connections));
            ConnectionProvider provider = new SpringDataSourceConnectionProvider(connections);
            JacksonSerializer serializer = JacksonSerializer.defaultSerializer();
            JdbcEventStorageEngine engine = JdbcEventStorageEngine.builder()
                    .eventSerializer(serializer)
                    .snapshotSerializer(serializer)
                    .persistenceExceptionResolver(new JdbcSQLErrorCodesResolver())
                    .connectionProvider(provider)
                    .transactionManager(transactions)
                    .batchSize(readingBatch)
                    .build();
            engine.createSchema(PostgresEventTableFactory.INSTANCE);
            this.tokens = JdbcTokenStore.builder()
                    .connectionProvider(provider)
                    .serializer(serializer)
                    .build();
            tokens.createSchema(PostgresTokenTableFactory.INSTANCE);
            this.events = EmbeddedEventStore.builder().storageEngine(engine).build();
        }

        Writer writer(Life life) {
            return count -> {
                List<EventMessage<Change>> messages = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    life.next();
                    messages.add(message(
                            life.entityId(), life.version(), life.operation(), life.attributeName(), life.json()));
                }
                append(messages);
            };
        }

        void append(List<EventMessage<Change>> messages) {
            UnitOfWork<?> unit = DefaultUnitOfWork.startAndGet(null);
            unit.attachTransaction(transactions);
            unit.execute(() -> events.publish(messages));
        }

        EventProcessor tracking(int batch, Handler handler) {
            return TrackingEventProcessor.builder()
                    .name("bench")
                    .eventHandlerInvoker(invoker(handler))
                    .errorHandler(PropagatingErrorHandler.instance())
                    .messageSource(events)
                    .tokenStore(tokens)
                    .transactionManager(transactions)
                    .trackingEventProcessorConfiguration(
                            TrackingEventProcessorConfiguration.forSingleThreadedProcessing()
                                    .andBatchSize(batch))
                    .build();
        }

        EventProcessor pooled(int batch, int segments, Handler handler) {
            ScheduledExecutorService coordinator = Executors.newScheduledThreadPool(1);
            ScheduledExecutorService worker = Executors.newScheduledThreadPool(4);
            threads.add(coordinator);
            threads.add(worker);
            return PooledStreamingEventProcessor.builder()
                    .name("bench")
                    .eventHandlerInvoker(invoker(handler))
                    .errorHandler(PropagatingErrorHandler.instance())
                    .messageSource(events)
                    .tokenStore(tokens)
                    .transactionManager(transactions)
                    .coordinatorExecutor(coordinator)
                    .workerExecutor(worker)
                    .initialSegmentCount(segments)
                    .initialToken(source -> source.createTailToken())
                    .batchSize(batch)
                    .build();
        }

        private static EventHandlerInvoker invoker(Handler handler) {
            return SimpleEventHandlerInvoker.builder()
                    .eventHandlers(List.of(handler))
                    .build();
        }

        @Override
        public void close() {
            threads.forEach(ScheduledExecutorService::shutdown);
            for (ScheduledExecutorService thread : threads) {
                try {
                    thread.awaitTermination(10, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            events.shutDown();
            connections.close();
        }
    }
}
