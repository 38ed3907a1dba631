package io.daybook.bench.peers;

import com.gruelbox.transactionoutbox.Dialect;
import com.gruelbox.transactionoutbox.Instantiator;
import com.gruelbox.transactionoutbox.Persistor;
import com.gruelbox.transactionoutbox.Submitter;
import com.gruelbox.transactionoutbox.ThreadLocalContextTransactionManager;
import com.gruelbox.transactionoutbox.TransactionManager;
import com.gruelbox.transactionoutbox.TransactionOutbox;
import com.zaxxer.hikari.HikariDataSource;
import io.daybook.bench.Life;
import io.daybook.bench.Server;
import io.daybook.bench.Suite;
import io.daybook.bench.Writer;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Gruelbox transaction-outbox: a call of a method is written down with the application's own rows, and made once they are committed. */
public final class TransactionOutboxPeer implements Suite {

    private static final String NAME = "transaction-outbox";

    @Override
    public String name() {
        return "peer-transaction-outbox";
    }

    @Override
    public String description() {
        return "Gruelbox transaction-outbox.";
    }

    /** What is called later; the parameters are what the events of Daybook say. */
    public static class Handler {

        private final Latencies.@Nullable Arrivals arrivals;

        Handler(Latencies.@Nullable Arrivals arrivals) {
            this.arrivals = arrivals;
        }

        /** The attribute is empty where the event speaks of the entity as a whole. */
        public void handle(
                String entityType,
                String id,
                long version,
                String operation,
                String attribute,
                String value,
                String actor) {
            if (arrivals != null) {
                arrivals.handled(id);
            }
        }
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        new Appends(
                        server,
                        plan,
                        report,
                        NAME,
                        "not like for like: an outbox keeps calls until they are made, without order, and no history; its calls are not made here")
                .measure(writers -> {
                    Outbox outbox = new Outbox(server, writers, (entry, call) -> {}, new Handler(null));
                    return new Appends.Peer() {
                        @Override
                        public Writer writer(Life life) {
                            return outbox.writer(life);
                        }

                        @Override
                        public long stored() throws SQLException {
                            return server.number("select count(*) from %s.txno_outbox".formatted(Room.PEER));
                        }

                        @Override
                        public void close() {
                            outbox.close();
                        }
                    };
                });
        new Latencies(
                        server,
                        plan,
                        report,
                        NAME,
                        "not like for like: called in the process that committed, from memory, without order")
                .measure(arrivals -> {
                    ExecutorService calls = Executors.newFixedThreadPool(Latencies.THREADS);
                    Outbox outbox = new Outbox(
                            server, Latencies.CONNECTIONS, Submitter.withExecutor(calls), new Handler(arrivals));
                    return new Latencies.Peer() {
                        @Override
                        public Latencies.Publisher publisher() {
                            return outbox::publish;
                        }

                        @Override
                        public void close() {
                            // Calls in hand need their connections.
                            calls.shutdown();
                            Check.finished(calls);
                            outbox.close();
                        }
                    };
                });
    }

    private static final class Outbox {

        private final HikariDataSource connections;
        private final ThreadLocalContextTransactionManager transactions;
        private final TransactionOutbox outbox;

        Outbox(Server server, int size, Submitter submitter, Handler handler) {
            this.connections = Room.connections(server, size, true);
            this.transactions = TransactionManager.fromDataSource(connections);
            this.outbox = TransactionOutbox.builder()
                    .transactionManager(transactions)
                    .persistor(Persistor.forDialect(Dialect.POSTGRESQL_9))
                    .instantiator(Instantiator.using(type -> handler))
                    .submitter(submitter)
                    .build();
        }

        Writer writer(Life life) {
            return count -> transactions.inTransaction(() -> {
                for (int i = 0; i < count; i++) {
                    life.next();
                    String attribute = life.attributeName();
                    say(
                            life.entityId(),
                            life.version(),
                            life.operation(),
                            attribute == null ? "" : attribute,
                            life.json());
                }
            });
        }

        void publish(String id) {
            transactions.inTransaction(() -> say(id, 1, "CREATION", "", "{\"status\":\"new\"}"));
        }

        private void say(String id, long version, String operation, String attribute, String json) {
            outbox.schedule(Handler.class)
                    .handle(Life.ENTITY_TYPE, id, version, operation, attribute, json, Life.ACTOR);
        }

        void close() {
            connections.close();
        }
    }
}
