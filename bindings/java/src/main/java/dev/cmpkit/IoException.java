package dev.cmpkit;

/** A file cannot be read or written. */
public final class IoException extends CmpkitException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public IoException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
