package io.daybook.bench.peers;

import io.daybook.Daybook;
import io.daybook.bench.DaybookWriter;
import io.daybook.bench.Daybooks;
import io.daybook.bench.Life;
import io.daybook.bench.PlainWriter;
import io.daybook.bench.Server;
import io.daybook.bench.Suite;
import io.daybook.bench.Writer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Small and large transactions, of one writer and of several: the peer's, plain JDBC's and Daybook's, its sequencer running. */
record Appends(Server server, Suite.Plan plan, Suite.Report report, String peer, String comment) {

    private static final List<Shape> SHAPES =
            List.of(new Shape(1, 1), new Shape(16, 1), new Shape(1, 100), new Shape(4, 100));

    /** How many writers, and of how many events each of their transactions is. */
    record Shape(int writers, int events) {
        String text() {
            return "%d × %d".formatted(writers, events);
        }
    }

    /** The peer, set up for that many writers in tables of its own. */
    interface Peer extends AutoCloseable {

        /** One that says this life. */
        Writer writer(Life life) throws Exception;

        /** Number of what all its writers have stored. */
        long stored() throws SQLException;

        @Override
        void close();
    }

    /** Opens a peer on an empty schema. */
    interface Opening {
        Peer open(int writers) throws Exception;
    }

    /** All shapes, or the first and the last of them if a rough answer will do. */
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
            List<Writer> peers = new ArrayList<>();
            List<Writer> plains = new ArrayList<>();
            List<Writer> daybooks = new ArrayList<>();
            for (int i = 0; i < shape.writers(); i++) {
                peers.add(other.writer(new Life("w" + i)));
                plains.add(new PlainWriter(server, Room.PLAIN, new Life("w" + i)));
                daybooks.add(new DaybookWriter(daybook, new Life("w" + i)));
            }
            try (Turns peerTurns = new Turns(peers, shape.events());
                    Turns plainTurns = new Turns(plains, shape.events());
                    Turns daybookTurns = new Turns(daybooks, shape.events())) {
                Turns.warmUp(plan, List.of(peerTurns, plainTurns, daybookTurns));
                Contest contest = new Contest(
                        new Contest.Named(peer, () -> peerTurns.work(plan.slice())),
                        () -> plainTurns.work(plan.slice()),
                        List.of(new Contest.Named("Daybook", () -> {
                            double rate = daybookTurns.work(plan.slice());
                            // What is left to number must not slow down the others' turns.
                            Daybooks.awaitSequenced(server, Room.DAYBOOK);
                            return rate;
                        })));
                Daybooks.awaitSequenced(server, Room.DAYBOOK);
                contest.run(plan.pairs());
                Check.count("events stored by " + peer, peerTurns.done(), other.stored());
                Check.count("rows stored by plain JDBC", plainTurns.done(), rows(Room.PLAIN));
                Check.count("events stored by Daybook", daybookTurns.done(), rows(Room.DAYBOOK + ".ledger"));
                contest.report(report, "append " + shape.text(), "events/s", comment);
            }
        } finally {
            Room.leave(server);
        }
    }

    private long rows(String table) throws SQLException {
        return server.number("select count(*) from " + table);
    }
}
