package dev.cmpkit;

/** A key, a signature or a certificate is not good, or cannot be trusted. */
public final class CryptoException extends CmpkitException {
    private static final long serialVersionUID = 1;

    /**
     * Made by the library, or by a test of the application.
     *
     * @param fault what went wrong
     * @param cause what it comes from, or null
     */
    public CryptoException(Fault fault, CmpkitException cause) {
        super(fault, cause);
    }
}
