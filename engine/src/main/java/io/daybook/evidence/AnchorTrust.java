package io.daybook.evidence;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whose anchors are believed. An anchor names its key, but anybody can make a key: only who knows the right one can tell.
 *
 * @param keys the public keys that are trusted
 * @param evenUnknownKeys whether anchors of other keys count too. Their signatures cannot be checked: they prove nothing against somebody
 *     who can write an anchor
 */
public record AnchorTrust(Set<AnchorPublicKey> keys, boolean evenUnknownKeys) {

    public AnchorTrust {
        keys = Set.copyOf(keys);
    }

    /** Anchors that one of these keys signed, and no others. */
    public static AnchorTrust of(AnchorPublicKey... keys) {
        return new AnchorTrust(Set.copyOf(List.of(keys)), false);
    }

    /** Whatever says that it is an anchor, signed by whomsoever: only against accidents. */
    public static AnchorTrust anybody() {
        return new AnchorTrust(Set.of(), true);
    }

    /** How far an anchor can be believed. */
    enum Belief {
        SIGNED,
        UNKNOWN_KEY,
        UNTRUSTED_KEY,
        FORGED
    }

    Belief in(Anchor anchor) {
        Optional<AnchorPublicKey> key =
                keys.stream().filter(k -> k.id().equals(anchor.keyId())).findAny();
        if (key.isEmpty()) {
            return evenUnknownKeys ? Belief.UNKNOWN_KEY : Belief.UNTRUSTED_KEY;
        }
        return anchor.isSignedBy(key.get()) ? Belief.SIGNED : Belief.FORGED;
    }
}
