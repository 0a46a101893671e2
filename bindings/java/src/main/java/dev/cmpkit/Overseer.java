package dev.cmpkit;

import java.util.Optional;

/** Decides about what an RA would let go on. */
@FunctionalInterface
public interface Overseer {
    /**
     * Lets a first message go on, under other names where its rule's action is {@code modify}. From any thread of the responder, at the same time too; the same may
     * be asked again.
     *
     * @param question who asks, for what, and where it would go
     * @return names in the place of those of the request; empty: these
     * @throws RefusedException the requester is refused with these words
     * @throws LaterException the requester asks again later
     * @throws Exception the requester is refused without words; it goes to the thread's uncaught exception handler
     */
    Optional<Names> oversee(Question question) throws Exception;
}
