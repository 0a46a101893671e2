package dev.cmpkit;

/** Thrown by a callback of a responder: the requester is refused. It is told the words. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * Refuses.
     *
     * @param words for the requester, one short line
     */
    public RefusedException(String words) {
        super(words, null, false, false);
    }
}
