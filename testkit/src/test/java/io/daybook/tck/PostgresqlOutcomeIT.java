package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.daybook.Daybook;
import io.daybook.OutcomeUnknown;
import io.daybook.Tx;
import io.daybook.event.Receipt;
import io.daybook.tck.CuttingProxy.Cut;
import io.daybook.testkit.Await;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The connection breaks while a unit of work is committed, and Daybook finds out what became of it. */
class PostgresqlOutcomeIT extends Conformance implements Store.OnPostgresql {

    private static final String WORD = "cut-me";

    private URI server() {
        return URI.create(database().url().substring("jdbc:".length()));
    }

    /** A daybook of the same database, whose connections go through the proxy. */
    private Daybook through(CuttingProxy proxy) {
        return database()
                .daybook()
                .url("jdbc:postgresql://localhost:" + proxy.port() + server().getPath())
                .open();
    }

    private CuttingProxy proxy(Cut cut) throws Exception {
        return new CuttingProxy(server().getPort(), WORD, cut);
    }

    private static OutcomeUnknown cut(Daybook daybook, Tx.Work<RuntimeException> work) {
        OutcomeUnknown unknown = catchThrowableOfType(OutcomeUnknown.class, () -> daybook.transact(work));
        assertThat(unknown).isNotNull();
        return unknown;
    }

    @Test
    void what_the_server_never_heard_of_did_not_happen() throws Exception {
        try (CuttingProxy proxy = proxy(Cut.BEFORE_THE_SERVER_HEARS);
                Daybook daybook = through(proxy)) {
            OutcomeUnknown unknown = cut(daybook, tx -> tx.create("order", WORD));
            assertThat(daybook.outcome(unknown.transactionId())).isEmpty();
            assertThat(daybook.history("order", WORD)).isEmpty();
            daybook.transact(tx -> tx.create("order", WORD));
            assertThat(versions(WORD)).containsExactly(1L);
        }
    }

    @Test
    void what_the_server_did_and_nobody_heard_of_happened() throws Exception {
        try (CuttingProxy proxy = proxy(Cut.BEFORE_THE_CLIENT_HEARS);
                Daybook daybook = through(proxy)) {
            OutcomeUnknown unknown = cut(daybook, tx -> {
                tx.create("order", WORD, Map.of("n", 1));
                tx.update("order", WORD, "n", 2);
            });
            Receipt receipt = daybook.outcome(unknown.transactionId()).orElseThrow();
            assertThat(receipt.transactionId()).isEqualTo(unknown.transactionId());
            assertThat(receipt.events()).extracting(Receipt.Appended::version).containsExactly(1L, 2L);
            assertThat(daybook.await(receipt, LONG)).isEqualTo(2);
            assertThat(versions(WORD)).containsExactly(1L, 2L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"BEFORE_THE_SERVER_HEARS", "BEFORE_THE_CLIENT_HEARS"})
    void a_unit_with_a_key_is_simply_tried_again(Cut cut) throws Exception {
        try (CuttingProxy proxy = proxy(cut);
                Daybook daybook = through(proxy)) {
            assertThat(catchThrowableOfType(
                            OutcomeUnknown.class, () -> daybook.once("k").transact(tx -> tx.create("order", WORD))))
                    .isNotNull();
            Receipt receipt = daybook.once("k").transact(tx -> tx.create("order", WORD));
            assertThat(receipt.repeated()).isEqualTo(cut == Cut.BEFORE_THE_CLIENT_HEARS);
            assertThat(versions(WORD)).containsExactly(1L);
        }
    }

    private long waiting() {
        try {
            return Long.parseLong(
                    text(
                            "select count(*) from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())"));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Several entities and a unit of very many, because what is locked first depends on them. */
    @ParameterizedTest(name = "a unit of {0} entities")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 601})
    void a_unit_that_waits_for_another_on_the_server_has_an_outcome_only_afterwards(int entities) throws Exception {
        String held = WORD + "-" + (entities - 1);
        daybook().transact(tx -> {
            for (int i = 0; i < entities; i++) {
                tx.create("order", "cut-me-" + i);
            }
        });
        try (CuttingProxy proxy = proxy(Cut.OF_THE_CLIENT_ALONE);
                Daybook daybook = through(proxy);
                Connection holder = transaction()) {
            daybook().join(holder, tx -> tx.update("order", held, "n", 1));
            CompletableFuture<OutcomeUnknown> cut = CompletableFuture.supplyAsync(() -> cut(daybook, tx -> {
                for (int i = 0; i < entities; i++) {
                    tx.update("order", "cut-me-" + i, "n", 2);
                }
            }));
            Await.until(() -> waiting() == 1, () -> "the unit does not wait: " + waiting());
            proxy.cutOffClient();
            OutcomeUnknown unknown = cut.get(LONG.toMillis(), TimeUnit.MILLISECONDS);
            CompletableFuture<Optional<Receipt>> outcome =
                    CompletableFuture.supplyAsync(() -> daybook().outcome(unknown.transactionId()));
            Await.until(() -> outcome.isDone() || waiting() == 2, () -> "the question waits for something else");
            assertThat(outcome).as("nobody can know yet").isNotDone();
            holder.commit();
            assertThat(outcome.get(LONG.toMillis(), TimeUnit.MILLISECONDS)
                            .orElseThrow()
                            .events())
                    .hasSize(entities);
        }
        assertThat(versions(held)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void a_session_that_an_administrator_ended_while_it_waited_wrote_nothing() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1"));
        try (Connection holder = transaction()) {
            daybook().join(holder, tx -> tx.update("order", "o-1", "n", 1));
            CompletableFuture<OutcomeUnknown> unknown = CompletableFuture.supplyAsync(() -> catchThrowableOfType(
                    OutcomeUnknown.class, () -> daybook().transact(tx -> tx.update("order", "o-1", "n", 2))));
            Await.until(() -> waiting() == 1, () -> "the unit does not wait");
            assertThat(
                            text(
                                    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())"))
                    .isEqualTo("t");
            OutcomeUnknown thrown = unknown.get(LONG.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(thrown).isNotNull();
            assertThat(daybook().outcome(thrown.transactionId())).isEmpty();
            holder.commit();
        }
        assertThat(versions("o-1")).containsExactly(1L, 2L);
    }

    @Test
    void a_broken_joined_transaction_is_the_callers_to_ask_about() throws Exception {
        Connection connection = transaction();
        Receipt receipt = daybook().join(connection, tx -> tx.create("order", "o-1"));
        connection.abort(Runnable::run);
        Await.until(() -> daybook().outcome(receipt.transactionId()).isEmpty(), () -> "it was committed by nobody");
        assertThat(versions("o-1")).isEmpty();
    }
}
