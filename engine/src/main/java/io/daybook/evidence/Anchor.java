package io.daybook.evidence;

import io.daybook.ledger.LedgerPoint;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A signed statement of what the ledger was: at that position, that hash, and that Merkle root of all hashes up to it. Whoever keeps it
 * where the database's owner cannot change it can prove later that the history up to it is the same, and is all there
 * (docs/evidence.md).
 *
 * @param daybookId the daybook
 * @param position the last position that it speaks of, from 1 on
 * @param hash {@code ledger.hash} of that position, 64 lower-case hex digits
 * @param merkleRoot the tree hash of RFC 6962 over the hashes of positions 1 to that one, 64 lower-case hex digits
 * @param recordedAt when that position was recorded, by the clock of the database; microseconds
 * @param signedAt when it was signed, by the clock of whoever did; microseconds
 * @param keyId the public key that the signature can be checked with: {@link AnchorPublicKey#id()}
 * @param signature Ed25519, 128 lower-case hex digits
 */
public record Anchor(
        UUID daybookId,
        long position,
        String hash,
        String merkleRoot,
        Instant recordedAt,
        Instant signedAt,
        String keyId,
        String signature) {

    /** What an anchor of this version begins with. */
    public static final String FORMAT = "daybook-anchor-1";

    /** More than any anchor has. */
    static final int MOST_CHARACTERS = 2_000;

    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SIGNATURE = Pattern.compile("[0-9a-f]{128}");

    /** Refuses what can be no anchor. @throws InvalidEvidence if a member is not as it has to be; the signature is not checked */
    public Anchor {
        require(position >= 1, "position is less than 1");
        require(HASH.matcher(hash).matches(), "hash is not 64 lower-case hex digits");
        require(HASH.matcher(merkleRoot).matches(), "merkle_root is not 64 lower-case hex digits");
        require(HASH.matcher(keyId).matches(), "key is not 64 lower-case hex digits");
        require(SIGNATURE.matcher(signature).matches(), "signature is not 128 lower-case hex digits");
        require(isMicroseconds(recordedAt), "recorded_at is finer than a microsecond");
        require(isMicroseconds(signedAt), "signed_at is finer than a microsecond");
    }

    private static boolean isMicroseconds(Instant instant) {
        return instant.equals(instant.truncatedTo(ChronoUnit.MICROS));
    }

    private static void require(boolean legal, String otherwise) {
        if (!legal) {
            throw new InvalidEvidence("The anchor is not valid: %s.".formatted(otherwise));
        }
    }

    static Anchor sign(
            UUID daybookId,
            long position,
            byte[] hash,
            byte[] root,
            Instant recordedAt,
            Instant signedAt,
            AnchorKey key) {
        HexFormat hex = HexFormat.of();
        Anchor unsigned = new Anchor(
                daybookId,
                position,
                hex.formatHex(hash),
                hex.formatHex(root),
                recordedAt,
                signedAt.truncatedTo(ChronoUnit.MICROS),
                key.publicKey().id(),
                "0".repeat(128));
        return new Anchor(
                daybookId,
                position,
                unsigned.hash,
                unsigned.merkleRoot,
                recordedAt,
                unsigned.signedAt,
                unsigned.keyId,
                hex.formatHex(key.sign(unsigned.signedBytes())));
    }

    /**
     * The anchor that this JSON says: an object with the members of {@link #json()} in its order, and nothing else.
     *
     * @throws InvalidEvidence if it is none; the signature is not checked
     */
    public static Anchor parse(String json) {
        if (json.length() > MOST_CHARACTERS) {
            throw new InvalidEvidence(
                    "The anchor is not valid: it has more than %d characters.".formatted(MOST_CHARACTERS));
        }
        try (StrictJson reader =
                new StrictJson("The anchor", new StringReader(json), MOST_CHARACTERS, MOST_CHARACTERS)) {
            reader.beginObject();
            Anchor anchor = read(reader);
            reader.end();
            return anchor;
        }
    }

    /** The object that has just begun, to its end. */
    static Anchor read(StrictJson reader) {
        String format = reader.text("format");
        if (!format.equals(FORMAT)) {
            throw reader.invalid("its format is \"%s\", and only %s is known".formatted(format, FORMAT));
        }
        Anchor anchor = new Anchor(
                uuid(reader, "daybook"),
                reader.number("position"),
                reader.text("hash"),
                reader.text("merkle_root"),
                instant(reader, "recorded_at"),
                instant(reader, "signed_at"),
                reader.text("key"),
                reader.text("signature"));
        reader.endObject();
        return anchor;
    }

    /** In its one form. */
    static UUID uuid(StrictJson reader, String name) {
        String text = reader.text(name);
        try {
            UUID uuid = UUID.fromString(text);
            if (uuid.toString().equals(text)) {
                return uuid;
            }
        } catch (IllegalArgumentException e) {
            throw reader.invalid("\"%s\" is no UUID".formatted(name));
        }
        throw reader.invalid("\"%s\" is no UUID as it is written here".formatted(name));
    }

    /** In its one form. */
    static Instant instant(StrictJson reader, String name) {
        String text = reader.text(name);
        try {
            Instant instant = Instant.parse(text);
            if (instant.toString().equals(text)) {
                return instant;
            }
        } catch (DateTimeException e) {
            throw reader.invalid("\"%s\" is no time".formatted(name));
        }
        throw reader.invalid("\"%s\" is no time as it is written here".formatted(name));
    }

    /** What is signed: eight lines of UTF-8, each ended by a line feed, in the order of the members of {@link #json()}. */
    byte[] signedBytes() {
        return (String.join(
                                "\n",
                                FORMAT,
                                daybookId.toString(),
                                Long.toString(position),
                                hash,
                                merkleRoot,
                                recordedAt.toString(),
                                signedAt.toString(),
                                keyId)
                        + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Whether that key signed it. */
    public boolean isSignedBy(AnchorPublicKey key) {
        return key.id().equals(keyId) && key.isSignature(HexFormat.of().parseHex(signature), signedBytes());
    }

    /** The place in the ledger. */
    public LedgerPoint point() {
        return new LedgerPoint(position, HexFormat.of().parseHex(hash));
    }

    /** One line of JSON. */
    public String json() {
        return """
                {"format":"%s","daybook":"%s","position":%d,"hash":"%s","merkle_root":"%s","recorded_at":"%s","signed_at":"%s",\
                "key":"%s","signature":"%s"}""".formatted(FORMAT, daybookId, position, hash, merkleRoot, recordedAt, signedAt, keyId, signature);
    }
}
