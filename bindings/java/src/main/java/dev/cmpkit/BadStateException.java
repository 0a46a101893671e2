package dev.cmpkit;

/** It is closed, in use by another thread, or not that far: the call comes at the wrong time. */
public final class BadStateException extends CmpkitException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public BadStateException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
