package dev.cmpkit;

/** An argument that cannot be meant. */
public final class BadArgumentException extends CmpkitException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public BadArgumentException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
