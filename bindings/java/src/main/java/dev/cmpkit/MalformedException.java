package dev.cmpkit;

/** Octets that are not what they should be: DER or PEM is broken. {@link Fault#path()} and {@link Fault#offset()} say where. */
public final class MalformedException extends CmpkitException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public MalformedException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
