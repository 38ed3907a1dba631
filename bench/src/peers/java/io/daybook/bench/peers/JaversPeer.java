package io.daybook.bench.peers;

import com.zaxxer.hikari.HikariDataSource;
import io.daybook.bench.Life;
import io.daybook.bench.Server;
import io.daybook.bench.Suite;
import io.daybook.bench.Writer;
import java.sql.Connection;
import java.sql.SQLException;
import org.javers.core.Javers;
import org.javers.core.JaversBuilder;
import org.javers.core.metamodel.annotation.Id;
import org.javers.repository.sql.DialectName;
import org.javers.repository.sql.JaversSqlRepository;
import org.javers.repository.sql.SqlRepositoryBuilder;

/** JaVers on SQL: each save compares the object with the newest snapshot, and keeps a snapshot of what it is now. */
public final class JaversPeer implements Suite {

    @Override
    public String name() {
        return "peer-javers";
    }

    @Override
    public String description() {
        return "JaVers: audited saves.";
    }

    /** An entity of JaVers. */
    public static final class Order {

        @Id
        private final String id;

        private final String status;
        private final long total;

        Order(String id, String status, long total) {
            this.id = id;
            this.status = status;
            this.total = total;
        }

        @Override
        public String toString() {
            return id + " " + status + " " + total;
        }
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        new Saves(
                        server,
                        plan,
                        report,
                        "JaVers",
                        "JaVers is handed the object and finds its newest snapshot itself; the entity's own table is left out")
                .measure(writers -> {
                    HikariDataSource connections = Room.connections(server, writers, false);
                    Auditing auditing = new Auditing(connections);
                    return new Saves.Peer() {
                        @Override
                        public Writer writer(Fleet fleet) {
                            return saves -> auditing.save(fleet);
                        }

                        @Override
                        public long stored() throws SQLException {
                            return server.number("select count(*) from %s.jv_snapshot".formatted(Room.PEER));
                        }

                        @Override
                        public void close() {
                            connections.close();
                        }
                    };
                });
    }

    /** JaVers takes part in the transaction of whoever calls it: that of the thread. */
    private static final class Auditing {

        private static final ThreadLocal<Connection> CURRENT = new ThreadLocal<>();

        private final HikariDataSource connections;
        private final Javers javers;

        Auditing(HikariDataSource connections) throws SQLException {
            this.connections = connections;
            JaversSqlRepository repository = SqlRepositoryBuilder.sqlRepository()
                    .withConnectionProvider(CURRENT::get)
                    .withDialect(DialectName.POSTGRES)
                    .withSchema(Room.PEER)
                    .build();
            // It looks for its tables, and makes them, when it is built.
            try (Connection connection = connections.getConnection()) {
                CURRENT.set(connection);
                this.javers = JaversBuilder.javers()
                        .registerJaversRepository(repository)
                        .registerEntity(Order.class)
                        .build();
                connection.commit();
            } finally {
                CURRENT.remove();
            }
        }

        void save(Fleet fleet) throws SQLException {
            fleet.next();
            try (Connection connection = connections.getConnection()) {
                CURRENT.set(connection);
                for (int i = 0; i < fleet.size(); i++) {
                    javers.commit(Life.ACTOR, new Order(fleet.id(i), fleet.status(), fleet.total(i)));
                }
                connection.commit();
            } finally {
                CURRENT.remove();
            }
        }
    }
}
