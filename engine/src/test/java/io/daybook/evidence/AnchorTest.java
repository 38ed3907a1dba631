package io.daybook.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnchorTest {

    private static final AnchorKey KEY = AnchorKey.generate(new SecureRandom());

    private static final Anchor ANCHOR = Anchor.sign(
            UUID.fromString("01234567-89ab-4def-8123-456789abcdef"),
            7,
            new byte[32],
            new byte[32],
            Instant.parse("2026-01-31T12:00:00.000001Z"),
            Instant.parse("2026-01-31T12:00:01Z"),
            KEY);

    @TempDir
    Path folder;

    private static void assertInvalid(String json, String why) {
        assertThatExceptionOfType(InvalidEvidence.class)
                .isThrownBy(() -> Anchor.parse(json))
                .withMessageContaining(why);
    }

    @Test
    void an_anchor_is_one_line_that_says_it_again() {
        Anchor again = Anchor.parse(ANCHOR.json());

        assertThat(again).isEqualTo(ANCHOR);
        assertThat(ANCHOR.json())
                .hasLineCount(1)
                .startsWith("{\"format\":\"daybook-anchor-1\",\"daybook\":\"01234567-");
        assertThat(again.isSignedBy(KEY.publicKey())).isTrue();
        assertThat(again.isSignedBy(AnchorKey.generate(new SecureRandom()).publicKey()))
                .isFalse();
    }

    /** docs/evidence.md says so, for who checks signatures with other tools. */
    @Test
    void what_is_signed_is_eight_lines() {
        assertThat(new String(ANCHOR.signedBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("""
                        daybook-anchor-1
                        01234567-89ab-4def-8123-456789abcdef
                        7
                        %s
                        %s
                        2026-01-31T12:00:00.000001Z
                        2026-01-31T12:00:01Z
                        %s
                        """.formatted(
                        "00".repeat(32), "00".repeat(32), KEY.publicKey().id()));
    }

    @ParameterizedTest(name = "{0} with {1}")
    @CsvSource({
        "daybook,11234567-89ab-4def-8123-456789abcdef",
        "hash,0100000000000000000000000000000000000000000000000000000000000000",
        "merkle_root,0100000000000000000000000000000000000000000000000000000000000000",
        "recorded_at,2026-01-31T12:00:00.000002Z",
        "signed_at,2026-01-31T12:00:02Z"
    })
    void a_changed_member_does_not_fit_the_signature(String member, String value) {
        String forged =
                ANCHOR.json().replaceFirst("\"" + member + "\":\"[^\"]*\"", "\"" + member + "\":\"" + value + "\"");
        assertThat(forged).isNotEqualTo(ANCHOR.json());
        assertThat(Anchor.parse(forged).isSignedBy(KEY.publicKey())).isFalse();
    }

    @Test
    void another_position_does_not_fit_the_signature() {
        assertThat(Anchor.parse(ANCHOR.json().replace("\"position\":7", "\"position\":8"))
                        .isSignedBy(KEY.publicKey()))
                .isFalse();
    }

    /** The order of the group added to S: the same signature to who does not look closely. */
    @Test
    void a_signature_has_one_form() {
        byte[] signature = HexFormat.of().parseHex(ANCHOR.signature());
        byte[] order = HexFormat.of().parseHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        int carry = 0;
        for (int i = 0; i < 32; i++) {
            int sum = (signature[32 + i] & 0xff) + (order[i] & 0xff) + carry;
            signature[32 + i] = (byte) sum;
            carry = sum >> 8;
        }
        String other = ANCHOR.json().replace(ANCHOR.signature(), HexFormat.of().formatHex(signature));
        assertThat(Anchor.parse(other).isSignedBy(KEY.publicKey())).isFalse();
    }

    @Test
    void what_is_no_anchor_is_refused_with_a_reason() {
        String json = ANCHOR.json();
        assertInvalid("", "an object should stand where the end stands");
        assertInvalid("[]", "an object should stand where");
        assertInvalid("{", "not valid");
        assertInvalid(json.replace("anchor-1", "anchor-2"), "its format is \"daybook-anchor-2\"");
        assertInvalid(json.replaceFirst("\"hash\":\"[^\"]*\",", ""), "member \"hash\" is missing");
        assertInvalid(json.replace("\"position\":7", "\"position\":7,\"position\":7"), "position");
        assertInvalid(json.replace("}", ",\"signature\":\"" + ANCHOR.signature() + "\"}"), "signature");
        assertInvalid(json.replace("}", ",\"more\":1}"), "\"more\" that nobody knows");
        assertInvalid(json + json, "something follows");
        assertInvalid(json.replace("\"position\":7", "\"position\":0"), "less than 1");
        assertInvalid(json.replace("\"position\":7", "\"position\":7.0"), "no whole number");
        assertInvalid(json.replace("\"position\":7", "\"position\":99999999999999999999"), "not valid");
        assertInvalid(json.replace("\"position\":7", "\"position\":null"), "null");
        assertInvalid(json.replace("\"position\":7", "\"position\":\"7\""), "no whole number");
        assertInvalid(json.replace("\"hash\":\"00", "\"hash\":\"0"), "64 lower-case hex digits");
        assertInvalid(json.replace("\"hash\":\"00", "\"hash\":\"AA"), "64 lower-case hex digits");
        assertInvalid(json.replace("12:00:01Z", "12:00:01.0Z"), "signed_at");
        assertInvalid(json.replace("12:00:01Z", "12:00:01.000000100Z"), "finer than a microsecond");
        assertInvalid(json.replace("12:00:01Z", "yesterday"), "no time");
        assertInvalid(json.replace("89ab", "89AB"), "no UUID");
        assertInvalid(json.replace("01234567-89ab", "x"), "no UUID");
        assertInvalid(json + " ".repeat(2_000), "more than");
        assertInvalid("[".repeat(1_000), "not valid");
    }

    @Test
    void a_pair_of_keys_is_written_and_read_again_and_never_overwritten() throws Exception {
        Path file = folder.resolve("anchor.key");
        Path beside = KEY.write(file);

        assertThat(beside).isEqualTo(folder.resolve("anchor.key.pub"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        AnchorKey again = AnchorKey.read(file);
        assertThat(again.publicKey()).isEqualTo(KEY.publicKey()).isEqualTo(AnchorPublicKey.read(beside));
        assertThat(AnchorPublicKey.of(again.publicKey().pem())).isEqualTo(KEY.publicKey());
        assertThat(ANCHOR.isSignedBy(AnchorPublicKey.read(beside))).isTrue();

        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> KEY.write(file))
                .withMessageContaining("never overwritten");
        Files.delete(file);
        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> KEY.write(file));
        assertThat(file).as("nothing was written").doesNotExist();
    }

    /** From RFC 8032, section 7.1, test 1: the seed, and the public key that belongs to it. */
    @Test
    void a_private_key_alone_tells_its_public_half() throws Exception {
        Path file = folder.resolve("rfc.key");
        byte[] pkcs8 = HexFormat.of()
                .parseHex("302e020100300506032b657004220420"
                        + "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        Files.writeString(file, pem("PRIVATE KEY", pkcs8));

        assertThat(AnchorKey.read(file).publicKey().pem())
                .isEqualTo(pem(
                        "PUBLIC KEY",
                        HexFormat.of()
                                .parseHex("302a300506032b6570032100"
                                        + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")));
    }

    private static String pem(String label, byte[] bytes) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(label, Base64.getEncoder().encodeToString(bytes), label);
    }

    @Test
    void what_is_no_key_is_refused_with_a_reason() throws Exception {
        Path file = folder.resolve("key");
        Files.writeString(file, KEY.publicKey().pem());
        assertNoKey(file, "should have a \"PRIVATE KEY\", and has a \"PUBLIC KEY\"");
        Files.writeString(file, pem("ENCRYPTED PRIVATE KEY", new byte[48]));
        assertNoKey(file, "unencrypted");
        Files.writeString(file, "nothing");
        assertNoKey(file, "There is no key");
        Files.writeString(file, pem("PRIVATE KEY", new byte[48]));
        assertNoKey(file, "no Ed25519 key");
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("EC");
        Files.writeString(
                file, pem("PRIVATE KEY", rsa.generateKeyPair().getPrivate().getEncoded()));
        assertNoKey(file, "no Ed25519 key");
        Files.write(file, new byte[20_000]);
        assertNoKey(file, "more than");
        Files.writeString(
                file, pem("PUBLIC KEY", rsa.generateKeyPair().getPublic().getEncoded()));
        assertThatExceptionOfType(InvalidEvidence.class)
                .isThrownBy(() -> AnchorPublicKey.read(file))
                .withMessageContaining("no Ed25519 key");
    }

    private static void assertNoKey(Path file, String why) {
        assertThatExceptionOfType(InvalidEvidence.class)
                .isThrownBy(() -> AnchorKey.read(file))
                .withMessageContaining(why);
    }

    @Test
    void anchors_are_read_from_lines_and_directories_and_what_is_none_is_told() throws Exception {
        Path directory = Files.createDirectories(folder.resolve("anchors"));
        Files.writeString(directory.resolve("a.json"), ANCHOR.json());
        Files.writeString(directory.resolve("b.jsonl"), ANCHOR.json() + "\n\n" + ANCHOR.json() + "\r\n");
        Files.writeString(directory.resolve("c.json.half"), ANCHOR.json().substring(0, 50));
        Files.writeString(directory.resolve("notes.txt"), "no anchor");
        assertThat(AnchorFiles.read(List.of(directory)))
                .isEqualTo(new AnchorFiles.Found(List.of(ANCHOR, ANCHOR, ANCHOR), List.of()));

        Files.writeString(directory.resolve("d.json"), "{\"format\":\"daybook-anchor-9\"}");
        Files.writeString(directory.resolve("e.json"), "x".repeat(5_000_000));
        Files.write(directory.resolve("f.json"), new byte[] {(byte) 0xff});
        Files.writeString(directory.resolve("g.json"), "");
        AnchorFiles.Found found = AnchorFiles.read(List.of(directory));
        assertThat(found.anchors()).hasSize(3);
        assertThat(found.problems()).hasSize(4);
        assertThat(found.problems().get(0)).contains("d.json").contains("daybook-anchor-9");
        assertThat(found.problems().get(1)).contains("e.json").contains("more than");
        assertThat(found.problems().get(2)).contains("f.json").contains("no UTF-8");
        assertThat(found.problems().get(3)).contains("g.json").contains("no anchor in it");
        assertThat(AnchorFiles.read(List.of(Files.createDirectory(folder.resolve("empty"))))
                        .problems())
                .singleElement()
                .asString()
                .contains("There is no anchor in");
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> AnchorFiles.read(List.of(folder.resolve("missing.json"))));
    }

    @Test
    void an_anchor_is_written_whole_under_its_position_and_never_overwritten() throws Exception {
        Path directory = folder.resolve("new").resolve("anchors");
        Path file = AnchorFiles.write(directory, ANCHOR);
        assertThat(file.getFileName()).hasToString("anchor-0000000000000000007.json");
        assertThat(directory).isDirectoryContaining(path -> path.equals(file));
        assertThat(directory.toFile().list()).hasSize(1);
        String content = Files.readString(file);
        assertThat(content).isEqualTo(ANCHOR.json() + "\n");

        Anchor later =
                Anchor.sign(ANCHOR.daybookId(), 7, new byte[32], new byte[32], ANCHOR.recordedAt(), Instant.now(), KEY);
        assertThat(AnchorFiles.write(directory, later)).isEqualTo(file);
        byte[] otherHash = new byte[32];
        otherHash[0] = 1;
        Anchor other =
                Anchor.sign(ANCHOR.daybookId(), 7, otherHash, new byte[32], ANCHOR.recordedAt(), Instant.now(), KEY);
        assertThatExceptionOfType(NoEvidence.class)
                .isThrownBy(() -> AnchorFiles.write(directory, other))
                .withMessageContaining("was not overwritten");
        assertThat(Files.readString(file)).isEqualTo(content);
        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> AnchorFiles.write(file, ANCHOR));
    }
}
