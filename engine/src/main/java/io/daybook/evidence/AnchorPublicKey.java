package io.daybook.evidence;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The Ed25519 key that tells whether an anchor was signed with its {@link AnchorKey}. Give it to whoever verifies. Immutable. */
public final class AnchorPublicKey {

    private static final String LABEL = "PUBLIC KEY";

    private final PublicKey key;
    private final String id;

    AnchorPublicKey(PublicKey key) {
        this.key = key;
        this.id = HexFormat.of().formatHex(Sha256.digest().digest(key.getEncoded()));
    }

    /**
     * The key of a PEM file ({@code BEGIN PUBLIC KEY}, X.509).
     *
     * @throws InvalidEvidence if it is none of Ed25519
     * @throws UncheckedIOException if it cannot be read
     */
    public static AnchorPublicKey read(Path file) {
        return of(Pem.read(file), file.toString());
    }

    /** The same of its text. @throws InvalidEvidence if it is none of Ed25519 */
    public static AnchorPublicKey of(String pem) {
        return of(pem, "this text");
    }

    private static AnchorPublicKey of(String pem, String where) {
        byte[] encoded = Pem.decode(pem, LABEL, where);
        try {
            return new AnchorPublicKey(
                    KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
        } catch (GeneralSecurityException e) {
            throw new InvalidEvidence(
                    "The public key in %s is no Ed25519 key: %s.".formatted(where, e.getMessage()), e);
        }
    }

    /** SHA-256 of its X.509 form, 64 lower-case hex digits: what an anchor names it by. */
    public String id() {
        return id;
    }

    /** As a PEM file. */
    public String pem() {
        return Pem.encode(LABEL, key.getEncoded());
    }

    boolean isSignature(byte[] signature, byte[] signed) {
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(signed);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            // Bytes that are no signature at all.
            return false;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AnchorPublicKey that && id.equals(that.id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    /** Its id. */
    @Override
    public String toString() {
        return id;
    }
}
