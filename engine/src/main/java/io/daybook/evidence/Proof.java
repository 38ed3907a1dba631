package io.daybook.evidence;

import io.daybook.event.EntityRef;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Value;
import io.daybook.ledger.EventRow;
import io.daybook.ledger.LedgerHash;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks the proof of an entity's history, without a database, in one pass and bounded memory. The file may come from an enemy; its
 * format is in docs/evidence.md. One use only; not thread-safe.
 */
public final class Proof {

    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    private final StrictJson json;
    private final AnchorTrust trust;
    private final @Nullable UUID daybookId;
    private final LedgerHash hash = new LedgerHash();

    private Proof(StrictJson json, AnchorTrust trust, @Nullable UUID daybookId) {
        this.json = json;
        this.trust = trust;
        this.daybookId = daybookId;
    }

    /**
     * What that file proves.
     *
     * @param trust whose anchors are believed
     * @param daybookId the daybook that it has to be of; null = the anchor says it
     * @throws InvalidEvidence if it proves nothing; the message says why
     * @throws UncheckedIOException if the file cannot be read
     */
    public static ProvedHistory check(Path file, AnchorTrust trust, @Nullable UUID daybookId) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
                StrictJson json = new StrictJson(
                        "The proof", StrictJson.utf8(in), ProofFormat.LONGEST_TEXT, ProofFormat.LARGEST)) {
            return new Proof(json, trust, daybookId).check();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ProvedHistory check() {
        json.beginObject();
        String format = json.text("format");
        if (!format.equals(ProofFormat.FORMAT)) {
            throw json.invalid("its format is \"%s\", and only %s is known".formatted(format, ProofFormat.FORMAT));
        }
        json.beginObject("anchor");
        Anchor anchor = Anchor.read(json);
        boolean signed = isSigned(anchor);
        if (daybookId != null && !daybookId.equals(anchor.daybookId())) {
            throw json.invalid("it is a proof of daybook %s, not of %s".formatted(anchor.daybookId(), daybookId));
        }
        EntityRef entity = entity(json.text("entity_type"), json.text("entity_id"));
        json.beginArray("events");
        long version = 0;
        long first = 0;
        long last = 0;
        long erased = 0;
        while (json.nextObject()) {
            version++;
            if (version > ProofFormat.MOST_EVENTS) {
                throw json.invalid("it has more than %,d events".formatted(ProofFormat.MOST_EVENTS));
            }
            long position = json.number("position");
            if (position <= last) {
                throw json.invalid("position %d comes after position %d".formatted(position, last));
            }
            erased += checkEvent(entity, anchor, position, version) ? 1 : 0;
            first = version == 1 ? position : first;
            last = position;
        }
        json.endObject();
        json.end();
        if (version == 0) {
            throw json.invalid("it has no events");
        }
        return new ProvedHistory(entity, version, first, last, erased, anchor, signed);
    }

    private boolean isSigned(Anchor anchor) {
        return switch (trust.in(anchor)) {
            case SIGNED -> true;
            case UNKNOWN_KEY -> false;
            case FORGED ->
                throw json.invalid("its anchor is forged or damaged: the signature is not that of key %s"
                        .formatted(anchor.keyId()));
            case UNTRUSTED_KEY ->
                throw json.invalid("its anchor names key %s, which is not one of those that are trusted"
                        .formatted(anchor.keyId()));
        };
    }

    private EntityRef entity(String type, String id) {
        try {
            return EntityRef.of(type, id);
        } catch (InvalidEvent e) {
            throw json.invalid("no entity is called so (%s)".formatted(e.getMessage()));
        }
    }

    /** @return whether it is erased */
    private boolean checkEvent(EntityRef entity, Anchor anchor, long position, long version) {
        byte[] previousHash = hash(json.text("previous_hash"), "previous_hash");
        Instant recordedAt = micros("recorded_at");
        EventRow event = event(entity);
        List<byte[]> path = path();
        json.endObject();
        if (event.version() != version) {
            throw json.invalid("version %d stands where version %d should".formatted(event.version(), version));
        }
        String unlike = EventForm.problem(event);
        if (unlike != null) {
            throw json.invalid("version %d of %s %s".formatted(version, entity, unlike));
        }
        byte[] root;
        try {
            byte[] ledgerHash = hash.of(previousHash, position, recordedAt, event);
            root = MerkleTree.rootOf(ledgerHash, position, anchor.position(), path);
        } catch (InvalidEvent e) {
            throw json.invalid("version %d of %s is not legal (%s)".formatted(version, entity, e.getMessage()));
        }
        if (root == null || !HexFormat.of().formatHex(root).equals(anchor.merkleRoot())) {
            throw json.invalid(
                    "version %d of %s does not lead to the anchor: it is not what stands at position %d, or not there"
                            .formatted(version, entity, position));
        }
        return EventForm.isErased(event);
    }

    private EventRow event(EntityRef entity) {
        return new EventRow(
                json.number("event_id"),
                entity.type().name(),
                entity.id(),
                json.number("version"),
                json.text("operation"),
                json.textOrNull("attribute_name"),
                canonical("attribute_value"),
                canonical("metadata"),
                micros("creation_date"),
                Anchor.uuid(json, "transaction_id"),
                json.textOrNull("actor"),
                json.textOrNull("reason"),
                json.textOrNull("correlation_id"),
                json.numberOrNull("causation_position"),
                canonical("context"),
                bytes("salt"),
                bytes("value_digest"),
                bytes("metadata_digest"));
    }

    /** JSON as it enters the hash, and no other way of writing it. */
    private @Nullable String canonical(String name) {
        String text = json.textOrNull(name);
        try {
            if (text == null || Value.stored(text).json().equals(text)) {
                return text;
            }
        } catch (InvalidEvent e) {
            throw json.invalid("\"%s\" is not legal (%s)".formatted(name, e.getMessage()));
        }
        throw json.invalid("\"%s\" is no canonical JSON".formatted(name));
    }

    private Instant micros(String name) {
        Instant instant = Anchor.instant(json, name);
        if (!instant.equals(instant.truncatedTo(ChronoUnit.MICROS))) {
            throw json.invalid("\"%s\" is finer than a microsecond".formatted(name));
        }
        return instant;
    }

    private byte @Nullable [] bytes(String name) {
        String text = json.textOrNull(name);
        if (text == null) {
            return null;
        }
        if (text.length() > 64 || !text.matches("([0-9a-f]{2})*")) {
            throw json.invalid("\"%s\" is not lower-case hex digits".formatted(name));
        }
        return HexFormat.of().parseHex(text);
    }

    private List<byte[]> path() {
        json.beginArray("audit_path");
        List<byte[]> path = new ArrayList<>();
        for (String node = json.nextText(); node != null; node = json.nextText()) {
            path.add(hash(node, "audit_path"));
            if (path.size() > ProofFormat.LONGEST_PATH) {
                throw json.invalid("an audit path has more than %d hashes".formatted(ProofFormat.LONGEST_PATH));
            }
        }
        return path;
    }

    private byte[] hash(String text, String name) {
        if (!HASH.matcher(text).matches()) {
            throw json.invalid("\"%s\" has something that is not 64 lower-case hex digits".formatted(name));
        }
        return HexFormat.of().parseHex(text);
    }
}
