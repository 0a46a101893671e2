package dev.cmpkit;

/** Answers a genm that asks for an infoType of the application's own (RFC 9483 4.3). */
@FunctionalInterface
public interface Informer {
    /**
     * Tells the value. From any thread of the responder, at the same time too.
     *
     * @param requester {@code secret:dev1}, {@code certificate:<SHA-256>}
     * @param value of the question in DER; empty: absent
     * @return DER of the answer's value; empty: absent
     * @throws RefusedException the requester is refused
     * @throws LaterException the requester asks again later
     * @throws Exception the requester is refused without words; it goes to the thread's uncaught exception handler
     */
    byte[] inform(String requester, byte[] value) throws Exception;
}
