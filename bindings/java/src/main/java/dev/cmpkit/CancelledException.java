package dev.cmpkit;

/** The run was cancelled, or its operation closed. */
public final class CancelledException extends CmpkitException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public CancelledException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
