package io.daybook.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The tree of RFC 6962, against the published vectors and against its definition, written down word by word. */
class MerkleTreeTest {

    /** The leaves and roots of the test vectors of Certificate Transparency (google/certificate-transparency, merkle_tree_test). */
    private static final List<String> LEAVES =
            List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");

    private static final List<String> ROOTS = List.of(
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void the_tree_hashes_are_those_of_the_published_vectors() {
        MerkleTree tree = new MerkleTree();
        assertThat(hex(tree.root())).isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (int i = 0; i < LEAVES.size(); i++) {
            tree.append(bytes(LEAVES.get(i)));
            assertThat(hex(tree.root())).as("%d leaves", i + 1).isEqualTo(ROOTS.get(i));
        }
    }

    /** Leaf (counted from 1), size of the tree, and the path of the published vectors. */
    @Test
    void the_inclusion_proofs_are_those_of_the_published_vectors() {
        assertPath(1, 1);
        assertPath(
                1,
                8,
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
        assertPath(
                6,
                8,
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
        assertPath(3, 3, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
        assertPath(
                2,
                5,
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
    }

    private static void assertPath(int leaf, int size, String... path) {
        MerkleTree tree = new MerkleTree(leaf);
        LEAVES.subList(0, size).forEach(hex -> tree.append(bytes(hex)));
        assertThat(tree.auditPaths().get(0)).extracting(MerkleTreeTest::hex).containsExactly(path);
        assertThat(hex(tree.root())).isEqualTo(ROOTS.get(size - 1));
    }

    /** The definition of RFC 6962, section 2.1, as it stands there. */
    private static byte[] naive(List<byte[]> leaves) throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        if (leaves.isEmpty()) {
            return sha256.digest();
        }
        if (leaves.size() == 1) {
            sha256.update((byte) 0);
            return sha256.digest(leaves.get(0));
        }
        int k = Integer.highestOneBit(leaves.size() - 1);
        byte[] left = naive(leaves.subList(0, k));
        byte[] right = naive(leaves.subList(k, leaves.size()));
        sha256.update((byte) 1);
        sha256.update(left);
        return sha256.digest(right);
    }

    private static List<byte[]> hashes(int count) {
        Random random = new Random(count);
        List<byte[]> hashes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] hash = new byte[32];
            random.nextBytes(hash);
            hashes.add(hash);
        }
        return hashes;
    }

    @Test
    void the_frontier_has_the_root_of_the_definition_at_every_size() throws Exception {
        List<byte[]> hashes = hashes(70);
        MerkleTree tree = new MerkleTree();
        for (int size = 0; size <= 70; size++) {
            assertThat(tree.size()).isEqualTo(size);
            assertThat(tree.root()).as("%d leaves", size).isEqualTo(naive(hashes.subList(0, size)));
            if (size < 70) {
                tree.append(hashes.get(size));
            }
        }
    }

    @Test
    void ranges_that_were_computed_apart_make_the_same_tree() throws Exception {
        List<byte[]> hashes = hashes(70);
        for (int range : new int[] {1, 2, 4, 8, 16, 64}) {
            for (int size = 0; size <= 70; size++) {
                MerkleTree tree = new MerkleTree();
                for (int from = 0; from < size; from += range) {
                    MerkleTree next = new MerkleTree();
                    hashes.subList(from, Math.min(size, from + range)).forEach(next::append);
                    tree.append(next);
                }
                assertThat(tree.root()).as("%d in ranges of %d", size, range).isEqualTo(naive(hashes.subList(0, size)));
            }
        }
    }

    @Test
    void a_range_that_does_not_fit_is_refused() {
        MerkleTree tree = new MerkleTree();
        hashes(2).forEach(tree::append);
        MerkleTree next = new MerkleTree();
        hashes(3).forEach(next::append);
        assertThatIllegalArgumentException().isThrownBy(() -> tree.append(next));
    }

    @Test
    void a_copy_grows_on_its_own() throws Exception {
        List<byte[]> hashes = hashes(13);
        MerkleTree tree = new MerkleTree();
        hashes.subList(0, 7).forEach(tree::append);
        MerkleTree copy = tree.copy();
        hashes.subList(7, 13).forEach(tree::append);
        assertThat(copy.root()).isEqualTo(naive(hashes.subList(0, 7)));
        assertThat(tree.root()).isEqualTo(naive(hashes));
    }

    @Test
    void every_audit_path_leads_to_the_root_and_nothing_else_does() {
        for (int size = 1; size <= 70; size++) {
            List<byte[]> hashes = hashes(size);
            MerkleTree tree = new MerkleTree(LongStream.rangeClosed(1, size).toArray());
            hashes.forEach(tree::append);
            byte[] root = tree.root();
            List<List<byte[]>> paths = tree.auditPaths();
            assertThat(paths).hasSize(size);
            for (int position = 1; position <= size; position++) {
                byte[] hash = hashes.get(position - 1);
                List<byte[]> path = paths.get(position - 1);
                String what = "%d of %d".formatted(position, size);
                assertThat(MerkleTree.rootOf(hash, position, size, path))
                        .as(what)
                        .isEqualTo(root);
                assertThat(MerkleTree.rootOf(hash, position + 1, size, path))
                        .as(what)
                        .isNotEqualTo(root);
                assertThat(MerkleTree.rootOf(hash, position - 1, size, path))
                        .as(what)
                        .isNotEqualTo(root);
                assertThat(MerkleTree.rootOf(hash, position, 2L * size + 1, path))
                        .as(what)
                        .isNotEqualTo(root);
                assertThat(MerkleTree.rootOf(new byte[32], position, size, path))
                        .as(what)
                        .isNotEqualTo(root);
                List<byte[]> longer = new ArrayList<>(path);
                longer.add(hash);
                assertThat(MerkleTree.rootOf(hash, position, size, longer))
                        .as(what)
                        .isNull();
                for (int i = 0; i < path.size(); i++) {
                    List<byte[]> other = new ArrayList<>(path);
                    other.set(i, new byte[32]);
                    assertThat(MerkleTree.rootOf(hash, position, size, other))
                            .as(what)
                            .isNotEqualTo(root);
                    other.remove(i);
                    assertThat(MerkleTree.rootOf(hash, position, size, other))
                            .as(what)
                            .isNotEqualTo(root);
                }
            }
        }
    }

    @Test
    void a_few_audit_paths_cost_no_more_than_themselves() {
        MerkleTree tree = new MerkleTree(3, 4, 69);
        List<byte[]> hashes = hashes(70);
        hashes.forEach(tree::append);
        byte[] root = tree.root();
        List<List<byte[]>> paths = tree.auditPaths();
        assertThat(MerkleTree.rootOf(hashes.get(2), 3, 70, paths.get(0))).isEqualTo(root);
        assertThat(MerkleTree.rootOf(hashes.get(3), 4, 70, paths.get(1))).isEqualTo(root);
        assertThat(MerkleTree.rootOf(hashes.get(68), 69, 70, paths.get(2))).isEqualTo(root);
        assertThat(paths).hasSize(3);
    }
}
