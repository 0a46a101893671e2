package dev.cmpkit;

/** Keys and trust of HTTPS and the like, apart from those of CMP. Immutable, any thread. */
public final class Tls {
    final dev.cmpkit.internal.Tls raw;

    private Tls(dev.cmpkit.internal.Tls raw) {
        this.raw = raw;
    }

    /**
     * Of servers below these roots.
     *
     * @param anchors the roots
     * @return it
     * @throws CmpkitException no certificates
     */
    public static Tls anchors(Certificates anchors) throws CmpkitException {
        return builder().anchors(anchors).build();
    }

    /**
     * Begins one.
     *
     * @return a builder
     * @throws CmpkitException {@link OutOfMemoryException}
     */
    public static Builder builder() throws CmpkitException {
        return new Builder();
    }

    static dev.cmpkit.internal.Tls rawOf(Tls tls) {
        return tls == null ? null : tls.raw;
    }

    /** Of TLS. One thread; it makes one. */
    public static final class Builder {
        private dev.cmpkit.internal.Tls raw = Calls.of(dev.cmpkit.internal.Tls::new);

        private Builder() throws CmpkitException {}

        private interface Step {
            void on(dev.cmpkit.internal.Tls raw);
        }

        private Builder with(Step step) throws CmpkitException {
            if (raw == null) throw new IllegalStateException("it is built");
            Calls.run(() -> step.on(raw));
            return this;
        }

        /**
         * Roots for servers.
         *
         * @param certificates the roots
         * @return this
         * @throws CmpkitException no certificates
         */
        public Builder anchors(Certificates certificates) throws CmpkitException {
            return with(to -> to.add_anchors(certificates.octets()));
        }

        /**
         * All that a trust says of anchors, helpers, CRLs, OCSP and where to ask, for servers, in the place of what was there. It is copied.
         *
         * @param trust to be copied
         * @return this
         * @throws CmpkitException never by itself
         */
        public Builder trust(Trust trust) throws CmpkitException {
            return with(to -> to.set_trust(trust.raw));
        }

        /**
         * What we show. Without it a run shows the certificate that protects its messages, if it is good for TLS clients and its key is in memory.
         *
         * @param key the certificate's
         * @param certificates the key's own first, then its chain
         * @return this
         * @throws CmpkitException {@link CryptoException}: they do not belong together
         */
        public Builder certificate(Key key, Certificates certificates) throws CmpkitException {
            return with(to -> to.set_certificate(key.raw, certificates.octets()));
        }

        /**
         * Goes by a shared secret alone: TLS 1.3 with psk_dhe_ke, TLS 1.2 with ECDHE_PSK. It must not protect messages too.
         *
         * @param identity 1 to 128 octets in UTF-8
         * @param key 16 to 256 octets
         * @return this
         * @throws CmpkitException {@link BadArgumentException}: too short or too long
         */
        public Builder psk(String identity, byte[] key) throws CmpkitException {
            return with(to -> to.set_psk(identity, key));
        }

        /**
         * The same by SRP (RFC 5054): TLS 1.2, for servers that know nothing better.
         *
         * @param user the name
         * @param password 8 to 256 octets in UTF-8
         * @return this
         * @throws CmpkitException {@link UnsupportedException}: not in this build
         */
        public Builder srp(String user, char[] password) throws CmpkitException {
            try (Passwords wiped = new Passwords(password)) {
                return with(to -> to.set_srp(user, wiped.octets()));
            }
        }

        /**
         * Makes it; the builder is used up.
         *
         * @return the TLS
         */
        public Tls build() {
            if (raw == null) throw new IllegalStateException("it is built");
            final Tls built = new Tls(raw);
            raw = null;
            return built;
        }
    }
}
