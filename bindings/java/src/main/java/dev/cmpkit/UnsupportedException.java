package dev.cmpkit;

/** Nothing that this build or this object can do. */
public final class UnsupportedException extends CmpkitException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public UnsupportedException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
