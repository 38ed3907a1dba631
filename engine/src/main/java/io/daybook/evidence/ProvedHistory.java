package io.daybook.evidence;

import io.daybook.event.EntityRef;

/**
 * What a proof proves: that these events of that entity stood in the ledger when the anchor was signed, and that they were its first ones,
 * without a gap. Not that there is none after them.
 *
 * @param entity the entity
 * @param versions its versions 1 to this one
 * @param firstPosition of version 1
 * @param lastPosition of the last version
 * @param erased how many of them were erased: proved by their digests, without their values
 * @param anchor the anchor that they lead to
 * @param signed whether the anchor's signature was checked with a key that is trusted; if not, it proves nothing against somebody who can
 *     write an anchor
 */
public record ProvedHistory(
        EntityRef entity,
        long versions,
        long firstPosition,
        long lastPosition,
        long erased,
        Anchor anchor,
        boolean signed) {}
