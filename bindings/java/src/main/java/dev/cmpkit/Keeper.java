package dev.cmpkit;

/** Makes a new certificate durable. */
@FunctionalInterface
public interface Keeper {
    /**
     * Keeps it; it is confirmed to the CA only after the return. From the thread that runs the operation.
     *
     * @param certificate the new one
     * @param chain its issuers in order, as far as they are known
     * @throws Exception the CA is told that the certificate is not taken, and it comes back from the call
     */
    void keep(Certificates certificate, Certificates chain) throws Exception;
}
