package io.daybook.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.daybook.Daybook;
import io.daybook.database.Database;
import io.daybook.event.EntityRef;
import io.daybook.ledger.LedgerPoint;
import io.daybook.notifier.Registration;
import java.io.StringWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProofWriterTest {

    private static final AnchorKey KEY = AnchorKey.generate(new SecureRandom());
    private static final Instant TIME = Instant.parse("2026-01-31T12:00:00Z");

    @TempDir
    Path folder;

    @Test
    void a_proof_that_nobody_would_read_is_not_written() throws InterruptedException {
        String url = "jdbc:h2:file:" + folder.resolve("daybook");
        UUID id;
        LedgerPoint head;
        try (Daybook daybook = Daybook.open(url)) {
            Registration reader = daybook.notifier().register("reader");
            daybook.transact(tx -> tx.create("order", "o-1", Map.of("note", "x".repeat(1_000))));
            assertThat(reader.poll(Duration.ofSeconds(30))).isPresent();
            id = daybook.id();
            head = daybook.headPoint();
        }
        assertThat(head.position()).isEqualTo(1);
        try (Database database = Database.open(url, null, null, 2, "daybook")) {
            StringWriter whole = new StringWriter();
            prove(database, id, head, ProofFormat.LARGEST, whole);
            int length = whole.toString().length();

            StringWriter again = new StringWriter();
            prove(database, id, head, length, again);
            assertThat(again.toString()).hasSize(length);

            StringWriter cut = new StringWriter();
            assertThatExceptionOfType(NoEvidence.class)
                    .isThrownBy(() -> prove(database, id, head, length - 1L, cut))
                    .withMessageContaining("more than %,d characters".formatted(length - 1));
            assertThat(cut.toString()).hasSizeLessThan(length);
        }
    }

    private static void prove(Database database, UUID id, LedgerPoint head, long limit, StringWriter out) {
        new ProofWriter(database, new LedgerHashes(database), EntityRef.of("order", "o-1"), limit)
                .write(1, out, root -> Anchor.sign(id, 1, head.hash(), root, TIME, TIME, KEY));
    }
}
