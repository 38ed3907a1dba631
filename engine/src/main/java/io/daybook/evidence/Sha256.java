package io.daybook.evidence;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The one hash that everything here is made with. */
final class Sha256 {

    /** Length of a hash. */
    static final int BYTES = 32;

    private Sha256() {}

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }
}
