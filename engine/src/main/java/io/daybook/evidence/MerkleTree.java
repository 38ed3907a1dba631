package io.daybook.evidence;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Merkle tree of RFC 6962 (Certificate Transparency) with SHA-256, over the ledger: its leaves are the 32 bytes of {@code
 * ledger.hash}, from position 1 on. It grows by appending and keeps no more than its frontier, the roots of the perfect subtrees that
 * it consists of (at most one per bit of its size), and the audit paths of those positions that were asked for. Not thread-safe.
 */
final class MerkleTree {

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    /**
     * A perfect subtree.
     *
     * @param level it has 2^level leaves
     * @param from the first of the wanted positions in it, as an index
     * @param to the index after the last one
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, and nobody writes into a hash.
    private record Subtree(int level, byte[] hash, int from, int to) {}

    private final MessageDigest sha256 = Sha256.digest();
    private final long[] wanted;
    private final List<List<byte[]>> paths = new ArrayList<>();

    /** From the largest, which is leftmost, to the smallest. */
    private final List<Subtree> frontier = new ArrayList<>();

    private long size;

    /**
     * An empty tree.
     *
     * @param wanted the positions whose audit paths are wanted, ascending
     */
    MerkleTree(long... wanted) {
        this.wanted = wanted;
    }

    /** A tree that grows on its own from here, without audit paths. */
    MerkleTree copy() {
        MerkleTree copy = new MerkleTree();
        frontier.forEach(subtree -> copy.frontier.add(new Subtree(subtree.level, subtree.hash, 0, 0)));
        copy.size = size;
        return copy;
    }

    /** How many leaves it has: the last position. */
    long size() {
        return size;
    }

    /** The hash of the next position. */
    void append(byte[] ledgerHash) {
        size++;
        int from = paths.size();
        if (from < wanted.length && wanted[from] == size) {
            paths.add(new ArrayList<>());
        }
        push(new Subtree(0, leaf(sha256, ledgerHash), from, paths.size()));
    }

    /**
     * What comes next, computed apart.
     *
     * @throws IllegalArgumentException if the subtrees of it would not be subtrees of this
     */
    void append(MerkleTree next) {
        long whole = size == 0 ? Long.MAX_VALUE : Long.lowestOneBit(size);
        if (next.size > whole) {
            throw new IllegalArgumentException(
                    "%d leaves cannot follow %d. Indicates a bug.".formatted(next.size, size));
        }
        for (Subtree subtree : next.frontier) {
            push(new Subtree(subtree.level, subtree.hash, paths.size(), paths.size()));
        }
        size += next.size;
    }

    private void push(Subtree subtree) {
        Subtree right = subtree;
        while (!frontier.isEmpty() && frontier.get(frontier.size() - 1).level == right.level) {
            right = merge(frontier.remove(frontier.size() - 1), right);
        }
        frontier.add(right);
    }

    private Subtree merge(Subtree left, Subtree right) {
        paths.subList(left.from, left.to).forEach(path -> path.add(right.hash));
        paths.subList(right.from, right.to).forEach(path -> path.add(left.hash));
        return new Subtree(right.level + 1, node(sha256, left.hash, right.hash), left.from, right.to);
    }

    /** The tree hash of all that was appended; of an empty tree the hash of nothing. */
    byte[] root() {
        if (frontier.isEmpty()) {
            return sha256.digest();
        }
        byte[] root = frontier.get(frontier.size() - 1).hash;
        for (int i = frontier.size() - 2; i >= 0; i--) {
            root = node(sha256, frontier.get(i).hash, root);
        }
        return root;
    }

    /**
     * Ends the tree: nothing can be appended any more.
     *
     * @return for each wanted position that was reached the hashes that lead from its leaf to the root, from the leaf on
     */
    List<List<byte[]>> auditPaths() {
        while (frontier.size() > 1) {
            Subtree right = frontier.remove(frontier.size() - 1);
            frontier.add(merge(frontier.remove(frontier.size() - 1), right));
        }
        return Collections.unmodifiableList(paths);
    }

    /**
     * The root that an audit path leads to.
     *
     * @param position the leaf's, from 1 on
     * @param size how many leaves the tree has
     * @return null if no tree of that size has such a path there
     */
    static byte @Nullable [] rootOf(byte[] ledgerHash, long position, long size, List<byte[]> path) {
        if (position < 1 || position > size) {
            return null;
        }
        MessageDigest sha256 = Sha256.digest();
        byte[] root = leaf(sha256, ledgerHash);
        long node = position - 1;
        long last = size - 1;
        for (byte[] sibling : path) {
            if (last == 0) {
                return null;
            }
            if ((node & 1) == 1 || node == last) {
                root = node(sha256, sibling, root);
                // At the right edge levels where nothing is to the right have no node of their own.
                int lonely = (node & 1) == 1 || node == 0 ? 0 : Long.numberOfTrailingZeros(node);
                node >>= lonely;
                last >>= lonely;
            } else {
                root = node(sha256, root, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0 ? root : null;
    }

    private static byte[] leaf(MessageDigest sha256, byte[] ledgerHash) {
        sha256.update(LEAF);
        return sha256.digest(ledgerHash);
    }

    private static byte[] node(MessageDigest sha256, byte[] left, byte[] right) {
        sha256.update(NODE);
        sha256.update(left);
        return sha256.digest(right);
    }
}
