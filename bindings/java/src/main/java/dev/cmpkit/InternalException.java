package dev.cmpkit;

/** A mistake of the library's own: please report it. */
public final class InternalException extends CmpkitException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public InternalException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
