package dev.cmpkit;

/**
 * A callback of the application failed. What it threw is the {@linkplain #getCause() cause}, if it is a checked exception of the application's own, such as an
 * {@link java.io.IOException}: unchecked exceptions and those of cmpkit come back from the call as they are.
 */
public final class CallbackException extends CmpkitException {
    private static final long serialVersionUID = 1;
    private static final int CODE = -140;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public CallbackException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }

    /**
     * For what a callback has thrown.
     *
     * @param thrown the callback's exception
     */
    public CallbackException(Throwable thrown) {
        super(new Fault(CODE, "callback_failed", "api: a callback failed: " + thrown, "api", "", "", thrown.toString(), 0, Fault.NO_FAIL_INFO, ""), thrown);
    }
}
