package io.daybook.evidence;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys as text (RFC 7468). */
final class Pem {

    private static final int LARGEST = 16_384;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\\s]*+)-----END \\1-----");

    private Pem() {}

    /** @throws UncheckedIOException if it cannot be read */
    static String read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new InvalidEvidence("%s is no key: it has more than %d bytes.".formatted(file, LARGEST));
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String encode(String label, byte[] key) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(label, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key), label);
    }

    /** @throws InvalidEvidence if the text is not one such block */
    static byte[] decode(String pem, String label, String where) {
        Matcher block = BLOCK.matcher(pem);
        if (!block.find()) {
            throw new InvalidEvidence("There is no key in %s: it has no \"BEGIN %s\".".formatted(where, label));
        }
        if (!block.group(1).equals(label)) {
            throw new InvalidEvidence(
                    "%s should have a \"%s\", and has a \"%s\". Give the other half of the pair, unencrypted."
                            .formatted(where, label, block.group(1)));
        }
        try {
            return Base64.getMimeDecoder().decode(block.group(2));
        } catch (IllegalArgumentException e) {
            throw new InvalidEvidence("The key in %s is no Base64: %s.".formatted(where, e.getMessage()), e);
        }
    }
}
