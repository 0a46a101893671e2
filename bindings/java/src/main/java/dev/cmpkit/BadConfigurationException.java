package dev.cmpkit;

/** A configuration or peer profile has a mistake; the detail names line and key. */
public final class BadConfigurationException extends CmpkitException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public BadConfigurationException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
