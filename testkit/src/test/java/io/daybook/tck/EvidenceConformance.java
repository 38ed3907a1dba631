package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.daybook.Daybook;
import io.daybook.event.Change;
import io.daybook.event.Operation;
import io.daybook.evidence.Anchor;
import io.daybook.evidence.AnchorFiles;
import io.daybook.evidence.AnchorFinding;
import io.daybook.evidence.AnchorFinding.Verdict;
import io.daybook.evidence.AnchorKey;
import io.daybook.evidence.AnchorSchedule;
import io.daybook.evidence.AnchorTrust;
import io.daybook.evidence.AnchoredVerification;
import io.daybook.evidence.InvalidEvidence;
import io.daybook.evidence.NoEvidence;
import io.daybook.evidence.Proof;
import io.daybook.evidence.ProvedHistory;
import io.daybook.ledger.EventRow;
import io.daybook.ledger.LedgerHash;
import io.daybook.ledger.Verification;
import io.daybook.testkit.Await;
import io.daybook.testkit.TestDatabase;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Somebody who may do everything to the database, hashes included, is found out by anchors that were kept elsewhere; and what is proved is so. */
abstract class EvidenceConformance extends Conformance {

    private static final AnchorKey KEY = AnchorKey.generate(new SecureRandom());
    private static final AnchorKey OTHER_KEY = AnchorKey.generate(new SecureRandom());
    private static final AnchorTrust TRUST = AnchorTrust.of(KEY.publicKey());
    private static final JsonMapper MAPPER = new JsonMapper();

    /** Quotes, a path, a right-to-left override, four bytes in UTF-8, a line feed. */
    private static final String HOSTILE = "../../o'1\"; drop table x; -- \u202e\uD83D\uDE80\n\\?";

    @TempDir
    Path folder;

    private final List<Anchor> anchors = new ArrayList<>();

    /** Eight events, and anchors at 3, 5 and 8. */
    @BeforeEach
    void say() {
        daybook()
                .as("kim?")
                .because(HOSTILE)
                .correlatedWith("c-1?")
                .causedBy(1)
                .within(Map.of("host", "h"))
                .transact(tx -> {
                    tx.append(Change.create("order", HOSTILE)
                            .value(Map.of("total", 42, HOSTILE, HOSTILE))
                            .metadata(Map.of("source", "till 7")));
                    tx.create("order", "o-2");
                    tx.update("order", HOSTILE, "total", 43);
                });
        anchor();
        daybook().transact(tx -> {
            tx.update("order", HOSTILE, "total", null);
            tx.update("order", "o-2", "n", 123);
        });
        anchor();
        daybook().transact(tx -> {
            tx.record("order", HOSTILE, Operation.of("APPROVAL"));
            tx.update("order", "o-2", "total", 1);
            tx.delete("order", HOSTILE);
        });
        anchor();
        assertThat(daybook().head()).isEqualTo(8);
    }

    private void anchor() {
        Await.sequenced(daybook());
        anchors.add(daybook().evidence().anchor(KEY));
    }

    private AnchoredVerification verify() {
        return daybook().verify(anchors, TRUST);
    }

    private void assertVerdicts(AnchoredVerification found, Verdict... verdicts) {
        assertThat(found.findings()).extracting(AnchorFinding::verdict).containsExactly(verdicts);
    }

    private long eventAt(long position) throws SQLException {
        return Long.parseLong(text("select event_id from daybook.ledger where position = " + position));
    }

    private String bytes(String hex) {
        return isPostgresql() ? "decode('" + hex + "', 'hex')" : "X'" + hex + "'";
    }

    private String json(String json) {
        return isPostgresql() ? "'" + json + "'::jsonb" : "json '" + json + "'";
    }

    /** What a superuser who has read docs/ledger-format.md does after a change: every hash from there on fits again. */
    private void rewriteHashesFrom(long position) throws SQLException {
        LedgerHash hash = new LedgerHash();
        byte[] previous = position == 1
                ? hash.beginning(daybook().id())
                : daybook().ledger().point(position - 1).orElseThrow().hash();
        String query = "select " + EventRow.COLUMNS
                + ", l.position, l.recorded_at from daybook.ledger l join daybook.events e on e.event_id = l.event_id"
                + " where l.position >= " + position + " order by l.position";
        try (Connection connection = database().connect();
                PreparedStatement statement = connection.prepareStatement(query);
                ResultSet row = statement.executeQuery();
                PreparedStatement update =
                        connection.prepareStatement("update daybook.ledger set hash = ? where position = ?")) {
            while (row.next()) {
                long at = row.getLong(EventRow.COLUMN_COUNT + 1);
                previous = hash.of(previous, at, EventRow.instant(row, EventRow.COLUMN_COUNT + 2), EventRow.read(row));
                update.setBytes(1, previous);
                update.setLong(2, at);
                update.executeUpdate();
            }
        }
        assertThat(daybook().verify().problem())
                .as("the chain alone finds nothing")
                .isEmpty();
    }

    private void cutAfter(long position) throws SQLException {
        execute(
                "delete from daybook.events where event_id in (select event_id from daybook.ledger where position > %d)"
                        .formatted(position),
                "delete from daybook.ledger where position > " + position);
    }

    @Test
    void anchors_that_were_kept_elsewhere_prove_that_the_history_is_unchanged_and_all_there() {
        AnchoredVerification found = verify();

        assertVerdicts(found, Verdict.FITS, Verdict.FITS, Verdict.FITS);
        assertThat(found.isClean()).isTrue();
        assertThat(found.provedUntil()).isEqualTo(8);
        assertThat(anchors).extracting(Anchor::position).containsExactly(3L, 5L, 8L);
        assertThat(anchors.get(2).point()).isEqualTo(daybook().headPoint());
        assertThat(anchors.get(2).recordedAt())
                .isEqualTo(daybook()
                        .ledger()
                        .entry(8)
                        .orElseThrow()
                        .event()
                        .recordedAt()
                        .orElseThrow());
    }

    @Test
    void a_stale_anchor_proves_the_history_up_to_where_it_stands() {
        AnchoredVerification found = daybook().verify(anchors.subList(0, 1), TRUST);

        assertThat(found.isClean()).isTrue();
        assertThat(found.provedUntil()).isEqualTo(3);
        assertThat(daybook().verify(List.of(), TRUST).isClean())
                .as("without anchors nothing is proved")
                .isFalse();
    }

    @Test
    void a_tampered_event_is_found_and_the_anchors_before_it_still_prove() throws Exception {
        execute("update daybook.events set actor = 'lee' where event_id = " + eventAt(5));

        AnchoredVerification found = verify();

        assertThat(found.verification().problem().orElseThrow().position()).isEqualTo(5);
        assertVerdicts(found, Verdict.FITS, Verdict.NOT_REACHED, Verdict.NOT_REACHED);
        assertThat(found.provedUntil()).isEqualTo(3);
        assertThat(found.isClean()).isFalse();
    }

    @Test
    void a_removed_event_is_found() throws Exception {
        execute(
                "delete from daybook.events where event_id = " + eventAt(4),
                "delete from daybook.ledger where position = 4");

        AnchoredVerification found = verify();

        assertThat(found.verification().problem().orElseThrow().position()).isEqualTo(4);
        assertThat(found.provedUntil()).isEqualTo(3);
    }

    @Test
    void a_cut_tail_is_found() throws Exception {
        cutAfter(6);
        assertThat(daybook().verify().problem()).isEmpty();

        AnchoredVerification found = verify();

        assertVerdicts(found, Verdict.FITS, Verdict.FITS, Verdict.CUT);
        assertThat(found.provedUntil()).isEqualTo(5);
        assertThat(found.oldestContradicted().orElseThrow().anchor().position()).isEqualTo(8);
        assertThat(found.oldestContradicted().orElseThrow().what()).contains("ends at position 6");
        assertThat(found.isClean()).isFalse();
    }

    @Test
    void a_history_that_was_rewritten_with_all_its_hashes_is_found_between_two_anchors() throws Exception {
        execute("update daybook.events set actor = 'lee' where event_id = " + eventAt(4));
        rewriteHashesFrom(4);

        AnchoredVerification found = verify();

        assertThat(found.verification().isClean()).isTrue();
        assertVerdicts(found, Verdict.FITS, Verdict.REWRITTEN, Verdict.REWRITTEN);
        assertThat(found.provedUntil()).isEqualTo(3);
        assertThat(found.oldestContradicted().orElseThrow().anchor().position()).isEqualTo(5);
        assertThat(found.isClean()).isFalse();
    }

    @Test
    void an_older_state_that_was_restored_and_went_on_is_found() throws Exception {
        cutAfter(5);
        daybook().transact(tx -> {
            for (int i = 0; i < 6; i++) {
                tx.create("order", UUID.randomUUID().toString());
            }
        });
        Await.sequenced(daybook());
        assertThat(daybook().verify().problem()).isEmpty();

        AnchoredVerification found = verify();

        assertVerdicts(found, Verdict.FITS, Verdict.FITS, Verdict.REWRITTEN);
        assertThat(found.provedUntil()).isEqualTo(5);
        anchor();
        AnchoredVerification later = verify();
        assertVerdicts(later, Verdict.FITS, Verdict.FITS, Verdict.REWRITTEN, Verdict.FITS);
        assertThat(later.provedUntil()).as("a newer anchor does not heal it").isEqualTo(5);
    }

    @Test
    void a_forged_anchor_is_found() {
        Anchor last = anchors.get(2);
        Anchor unsigned = new Anchor(
                last.daybookId(),
                last.position(),
                "00".repeat(32),
                last.merkleRoot(),
                last.recordedAt(),
                last.signedAt(),
                last.keyId(),
                last.signature());
        Anchor ofSomebody = daybook().evidence().anchor(OTHER_KEY);
        Anchor renamed = new Anchor(
                last.daybookId(),
                last.position(),
                last.hash(),
                last.merkleRoot(),
                last.recordedAt(),
                last.signedAt(),
                last.keyId(),
                ofSomebody.signature());

        AnchoredVerification found = daybook().verify(List.of(unsigned, ofSomebody, renamed), TRUST);

        assertVerdicts(found, Verdict.FORGED, Verdict.UNTRUSTED_KEY, Verdict.FORGED);
        assertThat(found.isClean()).isFalse();
        assertThat(found.provedUntil()).isZero();
        AnchoredVerification unknown = daybook().verify(List.of(ofSomebody), AnchorTrust.anybody());
        assertVerdicts(unknown, Verdict.FITS_UNKNOWN_KEY);
        assertThat(unknown.findings().get(0).what()).contains("SIGNED BY AN UNKNOWN KEY");
        assertThat(unknown.provedUntil()).as("nobody looked at the signature").isZero();
        assertThat(unknown.consistentUntil()).isEqualTo(8);
        assertThat(verify().consistentUntil()).isEqualTo(8);
    }

    @Test
    void an_anchor_whose_root_never_was_is_found() {
        Anchor last = anchors.get(2);
        Anchor contradictory = new Anchor(
                last.daybookId(),
                last.position(),
                last.hash(),
                "00".repeat(32),
                last.recordedAt(),
                last.signedAt(),
                last.keyId(),
                last.signature());
        Anchor late = new Anchor(
                last.daybookId(),
                last.position(),
                last.hash(),
                last.merkleRoot(),
                last.recordedAt().plusSeconds(1),
                last.signedAt(),
                last.keyId(),
                last.signature());
        assertVerdicts(
                daybook().verify(List.of(contradictory, late), AnchorTrust.anybody()),
                Verdict.CONTRADICTORY,
                Verdict.CONTRADICTORY);
    }

    @Test
    void an_anchor_and_a_proof_of_another_daybook_are_found() throws Exception {
        try (var other = newDatabase()) {
            // All databases of the tests are copies of one, and have its identity.
            try (Connection connection = other.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute(
                        "update daybook.daybook set id = cast('00000000-0000-4000-8000-000000000000' as uuid)");
            }
            findForeign(other);
        }
    }

    private void findForeign(TestDatabase other) throws Exception {
        try (Daybook daybook = other.daybook().open()) {
            assertThatExceptionOfType(NoEvidence.class)
                    .isThrownBy(() -> daybook.evidence().anchor(KEY))
                    .withMessageContaining("The ledger is empty");
            daybook.transact(tx -> tx.create("order", HOSTILE));
            Await.sequenced(daybook);
            Anchor foreign = daybook.evidence().anchor(KEY);
            assertVerdicts(daybook().verify(List.of(foreign), TRUST), Verdict.FOREIGN);
            assertThatExceptionOfType(NoEvidence.class)
                    .isThrownBy(() -> daybook().evidence().prove("order", HOSTILE, foreign, new StringWriter()))
                    .withMessageContaining("The anchor is of daybook " + daybook.id());

            StringWriter proof = new StringWriter();
            daybook.evidence().prove("order", HOSTILE, KEY, proof);
            Path file = Files.writeString(folder.resolve("foreign.json"), proof.toString());
            assertThat(Proof.check(file, TRUST, daybook.id()).versions()).isEqualTo(1);
            assertThatExceptionOfType(InvalidEvidence.class)
                    .isThrownBy(() -> Proof.check(file, TRUST, daybook().id()))
                    .withMessageContaining("it is a proof of daybook " + daybook.id());
        }
    }

    /** Salt and value are hashed one after the other: with a salt of any length the digit 7 could go from one to the other. */
    @Test
    void a_byte_that_went_from_the_salt_to_the_value_is_found() throws Exception {
        String salt = "000102030405060708090a0b0c0d0e";
        execute("update daybook.events set salt = %s where event_id = %d".formatted(bytes(salt + "37"), eventAt(5)));
        rewriteHashesFrom(5);
        execute("update daybook.events set salt = %s, attribute_value = %s, metadata = %s where event_id = %d"
                .formatted(bytes(salt), json("7123"), json("7"), eventAt(5)));

        Verification.Problem problem = daybook().verify().problem().orElseThrow();

        assertThat(problem.position()).isEqualTo(5);
        assertThat(problem.what()).contains("salt");
    }

    /** A range of the verification has 8,192 positions. */
    @Test
    void any_number_of_threads_finds_the_same_first_position() throws Exception {
        for (int unit = 0; unit < 2; unit++) {
            daybook().transact(tx -> {
                for (int i = 0; i < 4_250; i++) {
                    tx.record("order", "many", Operation.of("ACT"));
                }
            });
        }
        anchor();
        for (int threads : new int[] {1, 4}) {
            List<Long> progress = new ArrayList<>();
            AnchoredVerification found =
                    daybook().evidence().verify(anchors, TRUST, threads, (position, head) -> progress.add(position));
            assertThat(found.isClean()).as("%d threads", threads).isTrue();
            assertThat(found.provedUntil()).isEqualTo(8_508);
            assertThat(progress).containsExactly(8_192L, 8_508L);
        }
        execute("update daybook.events set actor = 'lee' where event_id = " + eventAt(8_193));
        assertFirstBad(8_193, "hash");
        execute("update daybook.ledger set hash = %s where position = 8192".formatted(bytes("00".repeat(32))));
        assertFirstBad(8_192, "hash");
        execute("delete from daybook.ledger where position = 8192");
        assertFirstBad(8_192, "missing");
        execute("update daybook.events set actor = 'lee' where event_id = " + eventAt(7));
        assertFirstBad(7, "hash");
    }

    private void assertFirstBad(long position, String word) {
        for (int threads : new int[] {1, 3}) {
            Verification found = daybook().evidence().verify(threads, (at, head) -> {});
            assertThat(found.problem().orElseThrow().position())
                    .as("%d threads", threads)
                    .isEqualTo(position);
            assertThat(found.problem().orElseThrow().what()).contains(word);
            assertThat(found.verified()).isEqualTo(position - 1);
        }
    }

    @Test
    void more_threads_than_the_pool_can_spare_are_refused() {
        assertThat(daybook().evidence().threads()).isBetween(1, 8);
        for (int threads : new int[] {0, 9}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> daybook().evidence().verify(threads, (at, head) -> {}))
                    .withMessageContaining("Set them to 1 to 8");
        }
    }

    private Path prove(String id) throws Exception {
        StringWriter proof = new StringWriter();
        daybook().evidence().prove("order", id, anchors.get(2), proof);
        return Files.writeString(folder.resolve("proof.json"), proof.toString());
    }

    @Test
    void a_proof_proves_an_entity_of_any_name_without_the_database() throws Exception {
        Path file = prove(HOSTILE);

        ProvedHistory proved = Proof.check(file, TRUST, daybook().id());

        assertThat(proved.entity().id()).isEqualTo(HOSTILE);
        assertThat(proved.versions()).isEqualTo(5);
        assertThat(proved.firstPosition()).isEqualTo(1);
        assertThat(proved.lastPosition()).isEqualTo(8);
        assertThat(proved.erased()).isZero();
        assertThat(proved.anchor()).isEqualTo(anchors.get(2));
        assertThat(proved.signed()).isTrue();
        assertThat(Proof.check(file, AnchorTrust.anybody(), null).signed()).isFalse();
        assertThatExceptionOfType(InvalidEvidence.class)
                .isThrownBy(() -> Proof.check(file, AnchorTrust.of(OTHER_KEY.publicKey()), null))
                .withMessageContaining("not one of those that are trusted");
    }

    @Test
    void a_proof_ends_at_its_anchor() throws Exception {
        StringWriter proof = new StringWriter();
        daybook().evidence().prove("order", HOSTILE, anchors.get(0), proof);
        Path file = Files.writeString(folder.resolve("proof.json"), proof.toString());
        assertThat(Proof.check(file, TRUST, null).versions()).isEqualTo(2);

        assertThatExceptionOfType(NoEvidence.class)
                .isThrownBy(() -> daybook().evidence().prove("order", "nobody", KEY, new StringWriter()))
                .withMessageContaining("Nothing happened to order nobody");
    }

    @Test
    void every_single_thing_that_is_changed_in_a_proof_is_found() throws Exception {
        byte[] proof = Files.readAllBytes(prove(HOSTILE));
        JsonNode root = MAPPER.readTree(proof);
        int mutations = mutate(root, root, "");
        assertThat(mutations).isGreaterThan(250);
        assertThat(MAPPER.readTree(proof)).as("every mutation was taken back").isEqualTo(root);
        assertFits(root);
    }

    /** Changes each leaf, leaves each member out, and puts each member twice or a digest beside its content. */
    private int mutate(JsonNode root, JsonNode node, String path) throws Exception {
        int mutations = 0;
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                JsonNode before = array.get(i);
                if (before.isString()) {
                    array.set(i, "00".repeat(32));
                    assertFound(root, path + i);
                    array.set(i, before);
                    mutations++;
                }
                mutations += mutate(root, before, path + i + "/");
                boolean last = path.endsWith("events/") && i == array.size() - 1;
                if (!last) {
                    array.remove(i);
                    assertFound(root, "without " + path + i);
                    array.insert(i, before);
                    array.insert(i, before);
                    assertFound(root, "twice " + path + i);
                    array.remove(i);
                    mutations += 2;
                }
            }
        } else if (node instanceof ObjectNode object) {
            for (String name : List.copyOf(object.propertyNames())) {
                JsonNode before = object.get(name);
                for (JsonNode other : others(before)) {
                    object.set(name, other);
                    assertFound(root, path + name + " = " + other);
                    mutations++;
                }
                object.set(name, before);
                mutations += mutate(root, before, path + name + "/");
            }
            List<Map.Entry<String, JsonNode>> members = List.copyOf(object.properties());
            for (Map.Entry<String, JsonNode> left : members) {
                object.removeAll();
                members.stream().filter(m -> !m.equals(left)).forEach(m -> object.set(m.getKey(), m.getValue()));
                assertFound(root, "without " + path + left.getKey());
                mutations++;
            }
            object.removeAll();
            members.forEach(m -> object.set(m.getKey(), m.getValue()));
        }
        return mutations;
    }

    private static List<JsonNode> others(JsonNode before) {
        var nodes = MAPPER.getNodeFactory();
        if (before.isString()) {
            String text = before.asString();
            char last = text.isEmpty() ? 'x' : text.charAt(text.length() - 1);
            String changed = text.isEmpty() ? "x" : text.substring(0, text.length() - 1) + (last == '0' ? '1' : '0');
            List<JsonNode> others = new ArrayList<>(List.of(
                    nodes.stringNode(changed), nodes.stringNode(text + " "), nodes.stringNode(""), nodes.nullNode()));
            if (text.contains("?")) {
                // What Java encodes half of a surrogate pair as.
                others.add(nodes.stringNode(text.replace('?', '\uD83D')));
            }
            return others;
        }
        if (before.isNumber()) {
            long number = before.asLong();
            return List.of(
                    nodes.numberNode(number + 1),
                    nodes.numberNode(-number),
                    nodes.numberNode(Long.MAX_VALUE),
                    nodes.nullNode(),
                    nodes.stringNode("" + number));
        }
        return before.isNull()
                ? List.of(
                        nodes.stringNode(""),
                        nodes.stringNode("{}"),
                        nodes.stringNode("00".repeat(32)),
                        nodes.numberNode(0))
                : List.of(nodes.nullNode());
    }

    private void assertFound(JsonNode proof, String what) throws Exception {
        Path file = Files.writeString(
                folder.resolve("mutated.json"),
                MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII).writeValueAsString(proof));
        assertThatExceptionOfType(InvalidEvidence.class).as(what).isThrownBy(() -> Proof.check(file, TRUST, null));
    }

    private ProvedHistory assertFits(JsonNode proof) throws Exception {
        return Proof.check(
                Files.writeString(folder.resolve("fits.json"), MAPPER.writeValueAsString(proof)), TRUST, null);
    }

    /** The digests are right and would stand in for the value, so a lie beside them would have the right hash. */
    @Test
    void a_lie_beside_the_right_digests_is_found() throws Exception {
        ObjectNode root = (ObjectNode) MAPPER.readTree(Files.readAllBytes(prove("o-2")));
        ObjectNode event = (ObjectNode) root.get("events").get(1);
        byte[] salt = HexFormat.of().parseHex(event.get("salt").asString());
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        event.put("metadata_digest", HexFormat.of().formatHex(sha256.digest(salt)));
        sha256.update(salt);
        byte[] value = "123".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        event.put("value_digest", HexFormat.of().formatHex(sha256.digest(value)));
        event.put("attribute_value", "999");
        assertFound(root, "a lie beside the digests");
        event.putNull("salt");
        assertFound(root, "without its salt");
        event.putNull("attribute_value");
        assertThat(assertFits(root).erased()).isEqualTo(1);
    }

    /** docs/evidence.md says so: a proof does not show that there is nothing after it. */
    @Test
    void a_proof_without_its_last_event_is_a_proof_of_fewer() throws Exception {
        ObjectNode root = (ObjectNode) MAPPER.readTree(Files.readAllBytes(prove(HOSTILE)));
        ArrayNode events = (ArrayNode) root.get("events");
        events.remove(events.size() - 1);
        assertThat(assertFits(root).versions()).isEqualTo(4);
        events.removeAll();
        assertFound(root, "no events");
    }

    @Test
    void hostile_files_are_refused_in_bounded_memory() throws Exception {
        String proof = Files.readString(prove(HOSTILE));
        for (String hostile : List.of(
                "",
                "[".repeat(100_000),
                "{\"format\":\"" + "x".repeat(20_000_000) + "\"}",
                proof.replace("proof-1", "proof-2"),
                proof + proof,
                proof.substring(0, proof.length() / 2),
                proof.replaceFirst(
                        "\"audit_path\":\\[", "\"audit_path\":[" + ("\"" + "00".repeat(32) + "\",").repeat(200)),
                proof.replaceFirst(
                        "\"creation_date\":\"[^\"]*\"",
                        "\"creation_date\":\"" + Instant.MAX.truncatedTo(java.time.temporal.ChronoUnit.MICROS)
                                + "\""))) {
            Path file = Files.writeString(folder.resolve("hostile.json"), hostile);
            assertThatExceptionOfType(InvalidEvidence.class).isThrownBy(() -> Proof.check(file, TRUST, null));
        }
        Path file = Files.write(folder.resolve("hostile.json"), new byte[] {'{', (byte) 0xff, (byte) 0xfe});
        assertThatExceptionOfType(InvalidEvidence.class).isThrownBy(() -> Proof.check(file, TRUST, null));
    }

    @Test
    void an_erased_event_is_proved_by_its_digests() throws Exception {
        String salt = text("select %s from daybook.events where event_id = %d"
                .formatted(isPostgresql() ? "encode(salt, 'hex')" : "rawtohex(salt)", eventAt(5)));
        byte[] saltBytes = HexFormat.of().parseHex(salt.toLowerCase(java.util.Locale.ROOT));
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        String metadata = HexFormat.of().formatHex(sha256.digest(saltBytes));
        sha256.update(saltBytes);
        String value = HexFormat.of().formatHex(sha256.digest("123".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        execute(
                "update daybook.events set salt = null, attribute_value = null, value_digest = %s, metadata_digest = %s where event_id = %d"
                        .formatted(bytes(value), bytes(metadata), eventAt(5)));

        assertThat(verify().isClean()).isTrue();
        ProvedHistory proved = Proof.check(prove("o-2"), TRUST, null);
        assertThat(proved.versions()).isEqualTo(3);
        assertThat(proved.erased()).isEqualTo(1);
    }

    @Test
    void what_is_not_as_it_was_written_cannot_be_proved() throws Exception {
        execute("update daybook.events set actor = 'lee' where event_id = " + eventAt(4));
        assertThatExceptionOfType(NoEvidence.class)
                .isThrownBy(() -> prove(HOSTILE))
                .withMessageContaining("Version 3");
        assertThat(Proof.check(prove("o-2"), TRUST, null).versions())
                .as("another entity can")
                .isEqualTo(3);
        rewriteHashesFrom(4);
        assertThatExceptionOfType(NoEvidence.class)
                .isThrownBy(() -> prove("o-2"))
                .withMessageContaining("not what the anchor of position 8 says");
    }

    private List<Anchor> anchorsIn(Path directory) {
        return Files.isDirectory(directory)
                ? AnchorFiles.read(List.of(directory)).anchors()
                : List.of();
    }

    private Daybook anchoring(Path directory, Duration interval) {
        return database()
                .daybook()
                .anchors(AnchorSchedule.every(interval).to(directory).signedWith(KEY))
                .open();
    }

    @Test
    void nodes_write_anchors_on_their_own_whenever_the_ledger_has_grown() {
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        try (Daybook first = anchoring(one, Duration.ofMillis(5));
                Daybook second = anchoring(two, Duration.ofMillis(5))) {
            for (int i = 0; i < 3; i++) {
                first.transact(tx -> tx.create("order", UUID.randomUUID().toString()));
                long head = Await.sequenced(first);
                Await.until(
                        () -> anchorsIn(one).stream().anyMatch(a -> a.position() == head)
                                && anchorsIn(two).stream().anyMatch(a -> a.position() == head),
                        () -> "no anchor of position " + head);
            }
            assertThat(second.anchorFailure()).isEmpty();
        }
        assertThat(one.toFile().list()).allMatch(name -> name.matches("anchor-\\d{19}\\.json"));
        List<Anchor> all = new ArrayList<>(anchorsIn(one));
        all.addAll(anchorsIn(two));
        assertThat(all).hasSizeGreaterThanOrEqualTo(6);
        AnchoredVerification found = daybook().verify(all, TRUST);
        assertThat(found.isClean()).isTrue();
        assertThat(found.provedUntil()).isEqualTo(11);
    }

    @Test
    void closing_writes_a_last_anchor() {
        Path directory = folder.resolve("anchors");
        try (Daybook node = anchoring(directory, Duration.ofHours(1))) {
            Await.until(() -> !anchorsIn(directory).isEmpty(), () -> "no first anchor");
            node.transact(tx -> tx.create("order", "late"));
        }
        assertThat(anchorsIn(directory)).extracting(Anchor::position).containsExactly(8L, 9L);
        assertThat(daybook().verify(anchorsIn(directory), TRUST).provedUntil()).isEqualTo(9);
    }

    @Test
    void a_directory_that_cannot_be_written_for_a_while_stops_nothing() throws Exception {
        Path directory = Files.writeString(folder.resolve("anchors"), "in the way");
        try (Daybook node = anchoring(directory, Duration.ofMillis(5))) {
            Await.until(() -> node.anchorFailure().isPresent(), () -> "nobody says that it fails");
            node.transact(tx -> tx.create("order", "meanwhile"));
            Files.delete(directory);
            Await.until(
                    () -> anchorsIn(directory).stream().anyMatch(a -> a.position() == 9), () -> "no anchor afterwards");
            Await.until(() -> node.anchorFailure().isEmpty(), () -> "the failure stays");
        }
    }

    @Test
    void a_database_that_was_set_back_under_a_running_node_does_not_overwrite_anchors() throws Exception {
        Path directory = folder.resolve("anchors");
        try (Daybook node = anchoring(directory, Duration.ofMillis(5))) {
            Await.until(() -> !anchorsIn(directory).isEmpty(), () -> "no first anchor");
            Anchor before = anchorsIn(directory).get(0);
            cutAfter(5);
            node.transact(tx -> {
                tx.create("order", "x-1");
                tx.create("order", "x-2");
                tx.create("order", "x-3");
            });
            Await.until(() -> node.anchorFailure().isPresent(), () -> "nobody notices");
            assertThat(node.anchorFailure().orElseThrow()).hasMessageContaining("was not overwritten");
            assertThat(anchorsIn(directory)).contains(before);
        }
    }
}
