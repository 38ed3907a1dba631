package io.daybook.evidence;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Set;

/**
 * The Ed25519 key that anchors are signed with. Whoever has it can sign what never was: keep it away from those who can change the
 * database. Immutable and thread-safe.
 */
public final class AnchorKey {

    private static final String LABEL = "PRIVATE KEY";
    private static final byte[] PROBE = "daybook".getBytes(StandardCharsets.UTF_8);

    private final PrivateKey key;
    private final AnchorPublicKey publicKey;

    private AnchorKey(PrivateKey key, AnchorPublicKey publicKey) {
        this.key = key;
        this.publicKey = publicKey;
    }

    /** A new one. */
    public static AnchorKey generate(SecureRandom random) {
        KeyPair pair = pair(random);
        return new AnchorKey(pair.getPrivate(), new AnchorPublicKey(pair.getPublic()));
    }

    private static KeyPair pair(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java from 15 on has Ed25519.", e);
        }
    }

    /**
     * The key of a PEM file ({@code BEGIN PRIVATE KEY}, PKCS#8), such as {@link #write} or {@code openssl genpkey -algorithm ed25519}
     * makes it.
     *
     * @throws InvalidEvidence if it is none of Ed25519, or encrypted
     * @throws UncheckedIOException if it cannot be read
     */
    public static AnchorKey read(Path file) {
        byte[] encoded = Pem.decode(Pem.read(file), LABEL, file.toString());
        try {
            PrivateKey key = KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(encoded));
            byte[] secret = ((EdECPrivateKey) key).getBytes().orElseThrow();
            // Java tells nobody the public half of a private key, but makes both of the same 32 bytes.
            AnchorKey found = new AnchorKey(
                    key, new AnchorPublicKey(pair(new NoRandom(secret)).getPublic()));
            if (!found.publicKey.isSignature(found.sign(PROBE), PROBE)) {
                throw new IllegalStateException("This Java makes key pairs in a way that is not known here.");
            }
            return found;
        } catch (GeneralSecurityException e) {
            throw new InvalidEvidence(
                    "The private key in %s is no Ed25519 key: %s.".formatted(file, e.getMessage()), e);
        }
    }

    /** Gives the bytes it was given. */
    private static final class NoRandom extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final byte[] given;

        NoRandom(byte[] given) {
            this.given = given;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(given, 0, bytes, 0, bytes.length);
        }
    }

    /**
     * Writes the pair: this key to that file, which only its owner may read, and the public one beside it, to {@code <file>.pub}.
     *
     * @return the file of the public key
     * @throws UncheckedIOException if one of them is there already (nothing was written), or cannot be written
     */
    public Path write(Path file) {
        Path beside = file.resolveSibling(file.getFileName() + ".pub");
        try {
            for (Path path : Set.of(file, beside)) {
                if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                    throw new FileAlreadyExistsException(
                            path.toString(), null, path + " is there already; a key is never overwritten");
                }
            }
            boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
            FileAttribute<?>[] ownerOnly = posix
                    ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                    }
                    : new FileAttribute<?>[0];
            Files.createFile(file, ownerOnly);
            Files.writeString(file, Pem.encode(LABEL, key.getEncoded()), StandardOpenOption.WRITE);
            Files.writeString(beside, publicKey.pem(), StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return beside;
    }

    /** The other half, for whoever verifies. */
    public AnchorPublicKey publicKey() {
        return publicKey;
    }

    byte[] sign(byte[] bytes) {
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(key);
            signer.update(bytes);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 signs everything.", e);
        }
    }
}
