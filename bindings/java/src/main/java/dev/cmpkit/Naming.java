package dev.cmpkit;

import java.util.Optional;

/** Names whoever wants a certificate of a responder's CA: the inventory of the plant. */
@FunctionalInterface
public interface Naming {
    /**
     * Says what the requester is to be called, whatever it asks for. Who is {@code own}, with a certificate of this CA, keeps its names and can only be refused; so
     * does what an {@code ra} updates. From any thread of the responder, at the same time too; the same may be asked again.
     *
     * @param question who asks, and for what
     * @return the names; empty: the profile says
     * @throws RefusedException the requester is refused with these words
     * @throws Exception the requester is refused without words; it goes to the thread's uncaught exception handler
     */
    Optional<Names> name(Question question) throws Exception;
}
