package io.daybook.testkit.torture;

import io.daybook.Daybook;
import io.daybook.OutcomeUnknown;
import io.daybook.Tx;
import io.daybook.database.DatabaseFailure;
import io.daybook.event.DaybookException;
import io.daybook.event.Receipt;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that appends in every way there is, and says what it was told. */
final class TortureWriter {

    private static final Logger LOG = LoggerFactory.getLogger(TortureWriter.class);

    private static final int ENTITIES = 300;
    private static final int HOT = 10;
    private static final int ASKS = 50;

    private final TortureNode node;
    private final Daybook daybook;
    private final int number;
    private final Random random;
    private int units;

    TortureWriter(TortureNode node, Daybook daybook, int number, Random random) {
        this.node = node;
        this.daybook = daybook;
        this.number = number;
        this.random = random;
    }

    private record Planned(String entity, boolean rare) {}

    void run() {
        try {
            while (!node.isQuiet()) {
                unit();
                Thread.sleep(10 + random.nextInt(50));
            }
        } catch (InterruptedException e) {
            LOG.debug("Interrupted.");
        } catch (RuntimeException | Error e) {
            LOG.error("A writer ends: {}", e.toString(), e);
        }
    }

    private void unit() throws InterruptedException {
        String unit = "%s/w%d/%d".formatted(node.name(), number, ++units);
        if (node.has(Fault.THROW) && random.nextInt(400) == 0) {
            unit = Schedule.poisoned(unit, System.currentTimeMillis() + 500 + random.nextInt(2_000));
        }
        int kind = random.nextInt(100);
        boolean joined = kind >= 65;
        int size = kind >= 50 && kind < 65 ? 20 + random.nextInt(30) : 1 + random.nextInt(4);
        List<Planned> planned = new ArrayList<>();
        for (int change = 0; change < size; change++) {
            planned.add(new Planned(
                    "a" + random.nextInt(random.nextInt(4) == 0 ? HOT : ENTITIES), random.nextInt(400) == 0));
        }
        TortureNode.say("try %d %s %d %s".formatted(System.nanoTime(), unit, size, joined ? "joined" : "own"));
        if (joined) {
            joined(unit, planned, kind);
        } else {
            own(unit, planned, node.has(Fault.ROLLBACK) && random.nextInt(20) == 0);
        }
    }

    private void append(Tx tx, List<Planned> planned) {
        for (Planned change : planned) {
            if (random.nextInt(4) == 0) {
                tx.record(
                        Schedule.ENTITY_TYPE,
                        change.entity(),
                        change.rare() ? Schedule.RARE : Schedule.CREDIT,
                        Map.of("amount", random.nextInt(1_000)));
            } else {
                tx.record(Schedule.ENTITY_TYPE, change.entity(), change.rare() ? Schedule.RARE : Schedule.CREDIT);
            }
        }
    }

    private void own(String unit, List<Planned> planned, boolean fails) throws InterruptedException {
        try {
            acknowledged(unit, daybook.unitOfWork().correlatedWith(unit).transact(tx -> {
                append(tx, planned);
                if (fails) {
                    throw new TortureNode.Injected("thrown in a unit of work");
                }
            }));
        } catch (OutcomeUnknown e) {
            unknown(unit, e.transactionId());
        } catch (DaybookException | TortureNode.Injected e) {
            refused(unit, e);
        }
    }

    private void joined(String unit, List<Planned> planned, int kind) throws InterruptedException {
        boolean slow = node.has(Fault.SLOW) && kind >= 89 && kind < 93;
        boolean rolledBack = node.has(Fault.ROLLBACK) && kind >= 93;
        Connection open;
        try {
            open = node.connect();
        } catch (SQLException e) {
            refused(unit, e);
            return;
        }
        try (Connection connection = open) {
            List<Receipt> receipts = new ArrayList<>();
            try {
                try (PreparedStatement insert =
                        connection.prepareStatement("insert into torture.own (unit) values (?)")) {
                    insert.setString(1, unit);
                    insert.executeUpdate();
                }
                int cut = planned.size() / 2;
                if (cut > 0) {
                    receipts.add(join(connection, unit, planned.subList(0, cut)));
                }
                receipts.add(join(connection, unit, planned.subList(cut, planned.size())));
                if (slow) {
                    Thread.sleep(100 + random.nextInt(1_400));
                }
                if (rolledBack) {
                    connection.rollback();
                    refused(unit, new TortureNode.Injected("rolled back"));
                    return;
                }
            } catch (SQLException | DaybookException e) {
                rollBack(connection);
                refused(unit, e);
                return;
            }
            try {
                connection.commit();
            } catch (SQLException e) {
                unknown(unit, receipts.get(0).transactionId());
                return;
            }
            acknowledged(unit, receipts.toArray(Receipt[]::new));
        } catch (SQLException e) {
            LOG.debug("Not closed: {}", e.getMessage());
        }
    }

    private Receipt join(Connection connection, String unit, List<Planned> planned) {
        return daybook.unitOfWork().correlatedWith(unit).join(connection, tx -> append(tx, planned));
    }

    private static void rollBack(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // Its connection broke: the server rolls back, and it was never told to commit.
            LOG.debug("Not rolled back: {}", e.getMessage());
        }
    }

    private static void acknowledged(String unit, Receipt... receipts) {
        StringBuilder line = new StringBuilder("ack %d %s".formatted(System.nanoTime(), unit));
        for (Receipt receipt : receipts) {
            receipt.events()
                    .forEach(event ->
                            line.append(" %s:%d:%d".formatted(event.entity().id(), event.version(), event.eventId())));
        }
        TortureNode.say(line.toString());
    }

    private static void refused(String unit, Exception why) {
        String sqlState = why instanceof DatabaseFailure failure
                ? String.valueOf(failure.sqlState())
                : why instanceof SQLException sql ? String.valueOf(sql.getSQLState()) : "-";
        TortureNode.say("refused %d %s %s %s %s"
                .formatted(
                        System.nanoTime(),
                        unit,
                        why.getClass().getSimpleName(),
                        sqlState.isEmpty() ? "-" : sqlState,
                        cut(String.valueOf(why.getMessage()).replaceAll("\\s+", "_"))));
    }

    private static String cut(String text) {
        return text.length() <= 300 ? text : text.substring(0, 300);
    }

    /** Asks what became of it, as the error says, until the database answers. */
    private void unknown(String unit, UUID transactionId) throws InterruptedException {
        TortureNode.say("unknown %d %s".formatted(System.nanoTime(), unit));
        for (int ask = 0; ask < ASKS; ask++) {
            Thread.sleep(200);
            try {
                Optional<Receipt> outcome = daybook.outcome(transactionId);
                TortureNode.say(
                        "resolved %d %s %s".formatted(System.nanoTime(), unit, outcome.isPresent() ? "yes" : "no"));
                return;
            } catch (DaybookException e) {
                LOG.debug("No answer yet: {}", e.getMessage());
            }
        }
    }
}
