package dev.cmpkit;

import java.time.Duration;

/** Hears that the CA has not decided yet. */
@FunctionalInterface
public interface Waiting {
    /**
     * The CA is asked again later (RFC 9483 4.4). From the thread that runs the operation.
     *
     * @param checkAfter when
     * @param text the CA's words, escaped; empty if it said none
     * @throws Exception ends the run and comes back from its call
     */
    void waiting(Duration checkAfter, String text) throws Exception;
}
