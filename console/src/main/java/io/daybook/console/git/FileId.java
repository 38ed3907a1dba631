package io.daybook.console.git;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a path is called in the daybook. Nearly always itself. No path in git has two slashes in a row, so what has them here is never
 * taken for another path:
 *
 * <ul>
 *   <li>a path that is no UTF-8 is {@code //} and its bytes, those that are no printable ASCII as {@code \351} (octal, as git shows them);
 *   <li>a path of more than 200 characters is its beginning, {@code //sha256:} and the digest of its bytes.
 * </ul>
 *
 * @param id the entity id
 * @param path the whole path as text
 * @param isPath whether both are the same
 */
record FileId(String id, String path, boolean isPath) {

    private static final int LONGEST = 200;
    private static final String DIGEST_MARK = "//sha256:";

    static FileId of(byte[] rawPath) {
        String path;
        boolean utf8 = true;
        try {
            path = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(rawPath))
                    .toString();
        } catch (CharacterCodingException e) {
            path = "//" + escaped(rawPath);
            utf8 = false;
        }
        int length = path.codePointCount(0, path.length());
        if (length <= LONGEST) {
            return new FileId(path, path, utf8);
        }
        String digest = HexFormat.of().formatHex(sha256(rawPath));
        int kept = LONGEST - DIGEST_MARK.length() - digest.length();
        return new FileId(path.substring(0, path.offsetByCodePoints(0, kept)) + DIGEST_MARK + digest, path, false);
    }

    private static String escaped(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length * 2);
        for (byte b : bytes) {
            int c = b & 0xFF;
            if (c < 0x20 || c > 0x7E || c == '\\') {
                text.append('\\').append((char) ('0' + (c >> 6)));
                text.append((char) ('0' + ((c >> 3) & 7))).append((char) ('0' + (c & 7)));
            } else {
                text.append((char) c);
            }
        }
        return text.toString();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }
}
