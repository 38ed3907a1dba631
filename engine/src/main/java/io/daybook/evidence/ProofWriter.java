package io.daybook.evidence;

import io.daybook.database.Database;
import io.daybook.event.EntityRef;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Value;
import io.daybook.ledger.EventRow;
import io.daybook.ledger.LedgerHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes the proof of one entity. One use only; not thread-safe. */
final class ProofWriter {

    /** Each event may be as large as the largest value. */
    private static final int PAGE = 50;

    private final Database database;
    private final LedgerHashes hashes;
    private final EntityRef entity;
    private final long limit;
    private final HexFormat hex = HexFormat.of();

    /** @param limit most characters of the proof */
    ProofWriter(Database database, LedgerHashes hashes, EntityRef entity, long limit) {
        this.database = database;
        this.hashes = hashes;
        this.entity = entity;
        this.limit = limit;
    }

    /** An event as the proof needs it. */
    @SuppressWarnings("ArrayRecordComponent") // In transit: never compared.
    private record Entry(EventRow event, long position, Instant recordedAt, byte @Nullable [] previousHash) {}

    /**
     * Writes it.
     *
     * @param until the last position of the anchor
     * @param anchoring gives the anchor for the root of the tree up to there, or throws
     */
    ProvedHistory write(long until, Writer out, Function<byte[], Anchor> anchoring) {
        long[] positions = positions(until);
        MerkleTree tree = new MerkleTree(positions);
        hashes.between(0, until, tree::append);
        Anchor anchor = anchoring.apply(tree.root());
        List<List<byte[]>> paths = tree.auditPaths();
        try {
            return write(positions, paths, anchor, new LimitedWriter(out, limit, this::tooLarge));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long[] positions(long until) {
        String sql = database.sql("""
                select e.version, l.position
                from daybook.events e
                join daybook.ledger l on l.event_id = e.event_id
                where e.entity_type = ?
                  and e.entity_id = ?
                  and l.position <= ?
                order by e.version
                limit ?
                """);
        return database.call("Reading the positions of " + entity, c -> {
            try (PreparedStatement query = c.prepareStatement(sql)) {
                query.setString(1, entity.type().name());
                query.setString(2, entity.id());
                query.setLong(3, until);
                query.setInt(4, ProofFormat.MOST_EVENTS + 1);
                try (ResultSet rows = query.executeQuery()) {
                    return positions(rows, until);
                }
            }
        });
    }

    private long[] positions(ResultSet rows, long until) throws SQLException {
        List<Long> positions = new ArrayList<>();
        long last = 0;
        while (rows.next()) {
            long position = rows.getLong(2);
            if (rows.getLong(1) != positions.size() + 1L || position <= last) {
                throw notInOrder(positions.size() + 1L);
            }
            positions.add(position);
            last = position;
        }
        if (positions.isEmpty()) {
            throw new NoEvidence(
                    "Nothing happened to %s up to position %d. Nothing was written; check type and id, or take a newer anchor."
                            .formatted(entity, until));
        }
        if (positions.size() > ProofFormat.MOST_EVENTS) {
            throw new NoEvidence(
                    "%s has more than %,d events, which is more than a proof may have. Nothing was written."
                            .formatted(entity, ProofFormat.MOST_EVENTS));
        }
        return positions.stream().mapToLong(Long::longValue).toArray();
    }

    private NoEvidence tooLarge() {
        return new NoEvidence(
                "The proof of %s would have more than %,d characters, which nobody would read. Nothing is proved; take an older anchor, up to which less happened."
                        .formatted(entity, limit));
    }

    private NoEvidence notInOrder(long version) {
        return new NoEvidence(
                "Version %d of %s is not where it should be in the ledger. Nothing is proved; run `daybook verify`."
                        .formatted(version, entity));
    }

    private ProvedHistory write(long[] positions, List<List<byte[]>> paths, Anchor anchor, Writer out)
            throws IOException {
        out.write("{\"format\":\"%s\",\n \"anchor\":%s,\n \"entity_type\":%s,\"entity_id\":%s,\n \"events\":[\n"
                .formatted(
                        ProofFormat.FORMAT, anchor.json(), quoted(entity.type().name()), quoted(entity.id())));
        LedgerHash hash = new LedgerHash();
        byte[] beginning = hash.beginning(anchor.daybookId());
        int written = 0;
        long erased = 0;
        while (written < positions.length) {
            List<Entry> page = page(written, anchor.position());
            for (Entry entry : page) {
                EventRow event = entry.event;
                byte[] previous = entry.position == 1 ? beginning : entry.previousHash;
                // What cannot be proved is not written, so that a proof which does not hold is never the database's
                // fault.
                if (event.version() != written + 1L
                        || entry.position != positions[written]
                        || previous == null
                        || EventForm.problem(event) != null
                        || !leadsTo(anchor, hash, previous, entry, paths.get(written))) {
                    throw notInOrder(written + 1L);
                }
                out.write(written == 0 ? "  " : ",\n  ");
                write(entry, event, previous, paths.get(written), out);
                written++;
                erased += EventForm.isErased(event) ? 1 : 0;
            }
            if (page.isEmpty()) {
                throw notInOrder(written + 1L);
            }
        }
        out.write("\n ]}\n");
        return new ProvedHistory(
                entity, positions.length, positions[0], positions[positions.length - 1], erased, anchor, true);
    }

    private boolean leadsTo(Anchor anchor, LedgerHash hash, byte[] previous, Entry entry, List<byte[]> path) {
        byte[] ledgerHash;
        try {
            ledgerHash = hash.of(previous, entry.position, entry.recordedAt, entry.event);
        } catch (InvalidEvent e) {
            return false;
        }
        byte[] root = MerkleTree.rootOf(ledgerHash, entry.position, anchor.position(), path);
        return root != null && hex.formatHex(root).equals(anchor.merkleRoot());
    }

    private List<Entry> page(long afterVersion, long until) {
        String sql = database.sql("""
                select %s, l.position, l.recorded_at, p.hash
                from daybook.events e
                join daybook.ledger l on l.event_id = e.event_id
                left join daybook.ledger p on p.position = l.position - 1
                where e.entity_type = ?
                  and e.entity_id = ?
                  and e.version > ?
                  and l.position <= ?
                order by e.entity_type, e.entity_id, e.version
                limit ?
                """.formatted(EventRow.COLUMNS));
        return database.call("Reading the history of " + entity, c -> {
            try (PreparedStatement query = c.prepareStatement(sql)) {
                query.setString(1, entity.type().name());
                query.setString(2, entity.id());
                query.setLong(3, afterVersion);
                query.setLong(4, until);
                query.setInt(5, PAGE);
                try (ResultSet rows = query.executeQuery()) {
                    List<Entry> page = new ArrayList<>();
                    while (rows.next()) {
                        page.add(new Entry(
                                EventRow.read(rows),
                                rows.getLong(EventRow.COLUMN_COUNT + 1),
                                EventRow.instant(rows, EventRow.COLUMN_COUNT + 2),
                                rows.getBytes(EventRow.COLUMN_COUNT + 3)));
                    }
                    return page;
                }
            }
        });
    }

    private void write(Entry entry, EventRow event, byte[] previous, List<byte[]> path, Writer out) throws IOException {
        out.write("{\"position\":" + entry.position);
        member("previous_hash", hex.formatHex(previous), out);
        member("recorded_at", entry.recordedAt.toString(), out);
        out.write(",\"event_id\":" + event.eventId());
        out.write(",\"version\":" + event.version());
        member("operation", event.operation(), out);
        member("attribute_name", event.attributeName(), out);
        member("attribute_value", canonical(event.attributeValue()), out);
        member("metadata", canonical(event.metadata()), out);
        member("creation_date", event.creationDate().toString(), out);
        member("transaction_id", event.transactionId().toString(), out);
        member("actor", event.actor(), out);
        member("reason", event.reason(), out);
        member("correlation_id", event.correlationId(), out);
        out.write(",\"causation_position\":" + event.causationPosition());
        member("context", canonical(event.context()), out);
        member("salt", hexOrNull(event.salt()), out);
        member("value_digest", hexOrNull(event.valueDigest()), out);
        member("metadata_digest", hexOrNull(event.metadataDigest()), out);
        out.write(",\"audit_path\":[");
        String separator = "";
        for (byte[] node : path) {
            out.write(separator + "\"" + hex.formatHex(node) + "\"");
            separator = ",";
        }
        out.write("]}");
    }

    private @Nullable String hexOrNull(byte @Nullable [] bytes) {
        return bytes == null ? null : hex.formatHex(bytes);
    }

    private static @Nullable String canonical(@Nullable String json) {
        return json == null ? null : Value.stored(json).json();
    }

    private void member(String name, @Nullable String text, Writer out) throws IOException {
        if (text != null && text.length() > ProofFormat.LONGEST_TEXT) {
            throw new NoEvidence(
                    "%s of an event of %s has more than %,d characters, which is more than a proof may have. Nothing is proved."
                            .formatted(name, entity, ProofFormat.LONGEST_TEXT));
        }
        out.write(",\"" + name + "\":" + (text == null ? "null" : quoted(text)));
    }

    private static String quoted(String text) {
        return Value.of(text).json();
    }
}
