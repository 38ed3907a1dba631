package io.daybook.bench.peers;

import com.zaxxer.hikari.HikariDataSource;
import io.daybook.bench.Life;
import io.daybook.bench.Server;
import io.daybook.bench.Suite;
import io.daybook.bench.Writer;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.sql.SQLException;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;
import org.hibernate.envers.Audited;
import org.hibernate.envers.RevisionEntity;
import org.hibernate.envers.RevisionListener;
import org.hibernate.envers.RevisionMapping;

/**
 * Hibernate Envers: entities of Hibernate, each with a table of revisions beside its own; who made them stands with the revision. A transaction
 * has a session of its own, as Hibernate recommends, and finds all its entities at once.
 */
public final class EnversPeer implements Suite {

    @Override
    public String name() {
        return "peer-envers";
    }

    @Override
    public String description() {
        return "Hibernate Envers: audited saves.";
    }

    /** An audited entity. */
    @Entity(name = "BenchOrder")
    @Table(name = "bench_order")
    @Audited
    public static class Order {

        @Id
        private String id = "";

        private String status = "";
        private long total;

        protected Order() {}

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

    /** A revision, and who made it. */
    @Entity(name = "BenchRevision")
    @Table(name = "bench_revision")
    @RevisionEntity(Actor.class)
    public static class Revision extends RevisionMapping {
        private static final long serialVersionUID = 1L;

        private String actor = "";

        /** Never null. */
        public String getActor() {
            return actor;
        }
    }

    /** Who is writing. */
    public static final class Actor implements RevisionListener {
        @Override
        public void newRevision(Object revision) {
            ((Revision) revision).actor = Life.ACTOR;
        }
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        new Saves(
                        server,
                        plan,
                        report,
                        "Envers",
                        "each finds the entities of a transaction in one statement, as a new session of Hibernate or findAll of Daybook does, and keeps none until the next; Envers keeps the entity's own table in the same transaction, Daybook has none here: state is the log")
                .measure(writers -> {
                    HikariDataSource connections = Room.connections(server, writers, true);
                    SessionFactory sessions = sessions(connections);
                    return new Saves.Peer() {
                        @Override
                        public Writer writer(Fleet fleet) {
                            return saves -> save(sessions, fleet);
                        }

                        @Override
                        public long stored() throws SQLException {
                            return server.number("select count(*) from %s.bench_order_aud".formatted(Room.PEER));
                        }

                        @Override
                        public void close() {
                            sessions.close();
                            connections.close();
                        }
                    };
                });
    }

    private static SessionFactory sessions(HikariDataSource connections) {
        Configuration configuration = new Configuration();
        configuration.addAnnotatedClass(Order.class);
        configuration.addAnnotatedClass(Revision.class);
        configuration.getProperties().put(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, connections);
        configuration.setProperty(AvailableSettings.HBM2DDL_AUTO, "create");
        configuration.setProperty(AvailableSettings.STATEMENT_BATCH_SIZE, "50");
        configuration.setProperty(AvailableSettings.ORDER_INSERTS, "true");
        configuration.setProperty(AvailableSettings.ORDER_UPDATES, "true");
        return configuration.buildSessionFactory();
    }

    private static void save(SessionFactory sessions, Fleet fleet) {
        fleet.next();
        sessions.inTransaction(session -> {
            if (fleet.isNew()) {
                for (int i = 0; i < fleet.size(); i++) {
                    session.persist(new Order(fleet.id(i), fleet.status(), fleet.total(i)));
                }
                return;
            }
            for (Order order : session.findMultiple(Order.class, fleet.ids())) {
                order.status = fleet.status();
            }
        });
    }
}
