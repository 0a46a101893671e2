package dev.cmpkit;

import java.time.Duration;

/** Thrown by a callback of a responder: there is no answer yet. The requester polls (RFC 9483 4.4), and the callback is asked the same again. */
public final class LaterException extends Exception {
    private static final long serialVersionUID = 1;
    /** When to ask again. */
    private final Duration checkAfter;

    /**
     * Puts the requester off.
     *
     * @param checkAfter when it should ask again: 1 s to a year
     * @param reason for the requester; empty: none
     */
    public LaterException(Duration checkAfter, String reason) {
        super(reason, null, false, false);
        this.checkAfter = checkAfter;
    }

    /**
     * When to ask again.
     *
     * @return 1 s to a year
     */
    public Duration checkAfter() {
        return checkAfter;
    }
}
