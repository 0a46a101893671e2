package dev.cmpkit;

/** Asks a CA that knows PKCS#10 alone: an upstream of an RA with {@code adapter = "application"}. */
@FunctionalInterface
public interface Adapter {
    /**
     * Gets a certificate. From threads of the responder, as many at a time as the upstream has connections; it should return within the upstream's time for an
     * exchange. It must not close the responder.
     *
     * @param request what is asked for
     * @return the certificate, then its issuers in any order
     * @throws RefusedException the requester is refused for good with these words
     * @throws LaterException not yet; the same is asked again
     * @throws Exception the requester is refused without words; it goes to the thread's uncaught exception handler
     */
    Certificates adapt(Request request) throws Exception;

    /** What is asked for. Immutable. */
    final class Request {
        private final byte[] pkcs10;
        private final String upstream;
        private final String profile;
        private final String transactionId;
        private final String requestId;

        Request(byte[] pkcs10, String upstream, String profile, String transactionId, String requestId) {
            this.pkcs10 = pkcs10;
            this.upstream = upstream;
            this.profile = profile;
            this.transactionId = transactionId;
            this.requestId = requestId;
        }

        /**
         * The PKCS#10 request; its signature is verified.
         *
         * @return a copy of its DER
         */
        public byte[] pkcs10() {
            return pkcs10.clone();
        }

        /**
         * The upstream's name.
         *
         * @return that of the configuration
         */
        public String upstream() {
            return upstream;
        }

        /**
         * certProfile, else what the path says.
         *
         * @return its name; empty: none
         */
        public String profile() {
            return profile;
        }

        /**
         * The transaction as the log has it; requesters choose it.
         *
         * @return hexadecimal digits
         */
        public String transactionId() {
            return transactionId;
        }

        /**
         * The same for the same request, also after a crash, and for no other one.
         *
         * @return 32 hexadecimal digits
         */
        public String requestId() {
            return requestId;
        }
    }
}
