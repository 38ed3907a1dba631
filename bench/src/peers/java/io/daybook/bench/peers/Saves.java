package io.daybook.bench.peers;

import io.daybook.Daybook;
import io.daybook.bench.Daybooks;
import io.daybook.bench.Life;
import io.daybook.bench.PlainWriter;
import io.daybook.bench.Server;
import io.daybook.bench.Suite;
import io.daybook.bench.Writer;
import io.daybook.repository.Loaded;
import io.daybook.repository.Repository;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Saves of audited entities: the peer's; plain JDBC, which only inserts a row of history for each; and Daybook's, once through a
 * repository, which finds the entities of a transaction at once before it saves them, and once by {@code transact}, which says what changes.
 */
record Saves(Server server, Suite.Plan plan, Suite.Report report, String peer, String comment) {

    private static final List<Shape> SHAPES =
            List.of(new Shape(1, 1), new Shape(16, 1), new Shape(1, 100), new Shape(4, 100));

    /** How many writers, and of how many saves each of their transactions is. */
    private record Shape(int writers, int saves) {}

    /** An entity of Daybook. */
    record Order(String id, String status, long total) {
        Order status(String newStatus) {
            return new Order(id, newStatus, total);
        }
    }

    /** The peer, set up for that many writers. */
    interface Peer extends AutoCloseable {

        /** One that saves these. */
        Writer writer(Fleet fleet) throws Exception;

        /** Number of what all its writers have kept of the history. */
        long stored() throws SQLException;

        @Override
        void close();
    }

    /** Opens a peer on an empty schema. */
    interface Opening {
        Peer open(int writers) throws Exception;
    }

    void measure(Opening opening) throws Exception {
        List<Shape> shapes = plan.quick() ? List.of(SHAPES.get(0), SHAPES.get(SHAPES.size() - 1)) : SHAPES;
        for (Shape shape : shapes) {
            measure(shape, opening);
        }
    }

    private void measure(Shape shape, Opening opening) throws Exception {
        Room.clear(server);
        try (Daybook daybook = Daybooks.open(server, Room.DAYBOOK, true, shape.writers());
                Peer other = opening.open(shape.writers())) {
            Room.plainTable(server);
            Repository<Order> orders = daybook.repository(Order.class).as(Life.ACTOR);
            List<Writer> peers = new ArrayList<>();
            List<Writer> plains = new ArrayList<>();
            List<Writer> repositories = new ArrayList<>();
            List<Writer> units = new ArrayList<>();
            for (int i = 0; i < shape.writers(); i++) {
                peers.add(other.writer(new Fleet("w" + i, shape.saves())));
                plains.add(new PlainWriter(server, Room.PLAIN, new Life("w" + i)));
                repositories.add(save(daybook, orders, new Fleet("r" + i, shape.saves())));
                units.add(say(daybook, new Fleet("u" + i, shape.saves())));
            }
            try (Turns peerTurns = new Turns(peers, shape.saves());
                    Turns plainTurns = new Turns(plains, shape.saves());
                    Turns repositoryTurns = new Turns(repositories, shape.saves());
                    Turns unitTurns = new Turns(units, shape.saves())) {
                Turns.warmUp(plan, List.of(peerTurns, plainTurns, repositoryTurns, unitTurns));
                Daybooks.awaitSequenced(server, Room.DAYBOOK);
                Contest contest = new Contest(
                        new Contest.Named(peer, () -> peerTurns.work(plan.slice())),
                        () -> plainTurns.work(plan.slice()),
                        List.of(
                                new Contest.Named("Daybook's repository", () -> numbered(repositoryTurns)),
                                new Contest.Named("Daybook's transact", () -> numbered(unitTurns))));
                contest.run(plan.pairs());
                Check.count("revisions kept by " + peer, peerTurns.done(), other.stored());
                Check.count("rows stored by plain JDBC", plainTurns.done(), rows(Room.PLAIN));
                Check.count(
                        "events stored by Daybook",
                        repositoryTurns.done() + unitTurns.done(),
                        rows(Room.DAYBOOK + ".ledger"));
                contest.report(
                        report, "audited saves %d × %d".formatted(shape.writers(), shape.saves()), "saves/s", comment);
            }
        } finally {
            Room.leave(server);
        }
    }

    /** What is left to number must not slow down the others' turns. */
    private double numbered(Turns turns) throws Exception {
        double rate = turns.work(plan.slice());
        Daybooks.awaitSequenced(server, Room.DAYBOOK);
        return rate;
    }

    private static Writer save(Daybook daybook, Repository<Order> orders, Fleet fleet) {
        return saves -> {
            fleet.next();
            if (fleet.isNew()) {
                daybook.as(Life.ACTOR).transact(tx -> {
                    for (int i = 0; i < saves; i++) {
                        orders.in(tx).create(new Order(fleet.id(i), fleet.status(), fleet.total(i)));
                    }
                });
                return;
            }
            List<Loaded<Order>> found = orders.findAll(fleet.ids());
            daybook.as(Life.ACTOR).transact(tx -> {
                for (Loaded<Order> order : found) {
                    orders.in(tx).save(order.with(order.entity().status(fleet.status())));
                }
            });
        };
    }

    private static Writer say(Daybook daybook, Fleet fleet) {
        return saves -> {
            fleet.next();
            daybook.as(Life.ACTOR).transact(tx -> {
                for (int i = 0; i < saves; i++) {
                    if (fleet.isNew()) {
                        tx.create(
                                Life.ENTITY_TYPE,
                                fleet.id(i),
                                Map.of("status", fleet.status(), "total", fleet.total(i)));
                    } else {
                        tx.update(Life.ENTITY_TYPE, fleet.id(i), "status", fleet.status());
                    }
                }
            });
        };
    }

    private long rows(String table) throws SQLException {
        return server.number("select count(*) from " + table);
    }
}
