package dev.cmpkit;

/** What an operation wants to be done next, when it is taken step by step. */
public enum Action {
    /** Send {@link Operation#message}; then {@link Operation#receive} or {@link Operation#lost}. */
    SEND,
    /** Look at {@link Operation#certificate}; then {@link Operation#decide}. */
    DECIDE,
    /** Make the certificate durable; then {@link Operation#kept} or {@link Operation#lost}. */
    KEEP,
    /** It is over, and well: a failure is an exception instead. */
    DONE,
    /** The CA has not decided: let {@link Operation#checkAfter} pass; then {@link Operation#woken} or {@link Operation#lost}. */
    WAIT,
    /** Ask whether the signer of what came is revoked: {@link Operation#fetch}, or by other ways from {@link Operation#fetchUrl}; then {@link Operation#fetched} or lost. */
    FETCH;

    private static final Action[] ALL = values();

    /** @param number of cmpkit.h, from 1 */
    static Action of(int number) {
        return ALL[number - 1];
    }
}
