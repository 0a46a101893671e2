package dev.cmpkit;

import java.time.Duration;

/**
 * Whose answers count. Immutable, any thread.
 *
 * <pre>{@code
 * Trust trust = Trust.builder().anchors(root).revocation(RevocationCheck.HARD).crl(crl).build();
 * }</pre>
 */
public final class Trust {
    final dev.cmpkit.internal.Trust raw;

    private Trust(dev.cmpkit.internal.Trust raw) {
        this.raw = raw;
    }

    /**
     * In these roots, and nothing else.
     *
     * @param anchors the roots
     * @return it
     * @throws CmpkitException {@link CryptoException} or {@link MalformedException}: no certificates
     */
    public static Trust anchors(Certificates anchors) throws CmpkitException {
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

    static dev.cmpkit.internal.Trust rawOf(Trust trust) {
        return trust == null ? null : trust.raw;
    }

    /** Where the status of certificates can be asked: http URLs alone (RFC 5280 8). */
    public enum StatusSource {
        /** A CRL is there. */
        CRL(1),
        /** An OCSP responder that is asked about every certificate. */
        OCSP(2),
        /** URLs in certificates that begin so may be asked; scheme, host and port must be the same. */
        ALLOWED(3);

        private final int number;

        StatusSource(int number) {
            this.number = number;
        }
    }

    /** Where a URL that a certificate names may lead. */
    public enum NamedAddresses {
        /** Anywhere. */
        ANY,
        /** Not to this machine, nor to link-local addresses. */
        REMOTE,
        /** Nor to private ones. */
        INTERNET
    }

    /** Of trust. One thread; it makes one. */
    public static final class Builder {
        private dev.cmpkit.internal.Trust raw = Calls.of(dev.cmpkit.internal.Trust::new);

        private Builder() throws CmpkitException {}

        private interface Step {
            void on(dev.cmpkit.internal.Trust raw);
        }

        private Builder with(Step step) throws CmpkitException {
            if (raw == null) throw new IllegalStateException("it is built");
            Calls.run(() -> step.on(raw));
            return this;
        }

        /**
         * Roots for the peer's signers, and for new certificates unless {@link #verifyNew} says otherwise.
         *
         * @param certificates the roots
         * @return this
         * @throws CmpkitException no certificates
         */
        public Builder anchors(Certificates certificates) throws CmpkitException {
            return with(to -> to.add_anchors(certificates.octets()));
        }

        /**
         * Helpers to find paths, which are not trusted.
         *
         * @param certificates the helpers
         * @return this
         * @throws CmpkitException no certificates
         */
        public Builder intermediates(Certificates certificates) throws CmpkitException {
            return with(to -> to.add_intermediates(certificates.octets()));
        }

        /**
         * The signers that are trusted, and no others.
         *
         * @param certificates the signers
         * @return this
         * @throws CmpkitException no certificates
         */
        public Builder pins(Certificates certificates) throws CmpkitException {
            return with(to -> to.add_pins(certificates.octets()));
        }

        /**
         * Roots for new certificates.
         *
         * @param certificates the roots
         * @return this
         * @throws CmpkitException no certificates
         */
        public Builder verifyNew(Certificates certificates) throws CmpkitException {
            return with(to -> to.add_verify_new(certificates.octets()));
        }

        /**
         * A CRL that is at hand. It is looked into when a status is asked for.
         *
         * @param crl PEM or DER
         * @return this
         * @throws CmpkitException {@link MalformedException}: broken PEM
         */
        public Builder crl(byte[] crl) throws CmpkitException {
            return with(to -> to.add_crl(crl));
        }

        /**
         * An OCSP answer that is at hand. It is looked into when a status is asked for.
         *
         * @param response an OCSPResponse in DER
         * @return this
         * @throws CmpkitException {@link MalformedException}: broken PEM
         */
        public Builder ocsp(byte[] response) throws CmpkitException {
            return with(to -> to.add_ocsp(response));
        }

        /**
         * Whether it must be known that signers are not revoked; {@link RevocationCheck#SOFT} at first.
         *
         * @param check so
         * @return this
         * @throws CmpkitException never by itself
         */
        public Builder revocation(RevocationCheck check) throws CmpkitException {
            return with(to -> to.set_revocation(check.number));
        }

        /**
         * Where the status can be asked when it is not known. Nothing else is asked, and nothing before a path is trusted.
         *
         * @param kind what is there
         * @param url an http URL
         * @return this
         * @throws CmpkitException {@link TransportException}: no such URL
         */
        public Builder statusSource(StatusSource kind, String url) throws CmpkitException {
            return with(to -> to.add_status_source(kind.number, url));
        }

        /**
         * Limits of one fetch from there. Redirects are not followed.
         *
         * @param octets of the answer; 0: 4 MiB
         * @param time of all; null: 10 s
         * @param named where a URL that a certificate names may lead
         * @return this
         * @throws CmpkitException never by itself
         */
        public Builder fetchLimits(int octets, Duration time, NamedAddresses named) throws CmpkitException {
            final String word = named.name().toLowerCase(java.util.Locale.ROOT);
            return with(to -> to.set_fetch_limits(octets, Calls.milliseconds(time), word));
        }

        /**
         * How the peer may deviate from the profile: a profile of {@link Context#peers}. The last call of this and {@link #peerToml} counts.
         *
         * @param name the profile's, such as {@code ejbca}
         * @return this
         * @throws CmpkitException {@link BadArgumentException}: no such name
         */
        public Builder peer(String name) throws CmpkitException {
            return with(to -> to.set_peer(name));
        }

        /**
         * How the peer may deviate from the profile: one of the application's own, as docs/peers.md has it.
         *
         * @param toml its text
         * @return this
         * @throws CmpkitException {@link BadConfigurationException}: the detail names line and key
         */
        public Builder peerToml(String toml) throws CmpkitException {
            return with(to -> to.set_peer_toml(toml));
        }

        /**
         * Makes it; the builder is used up.
         *
         * @return the trust
         */
        public Trust build() {
            if (raw == null) throw new IllegalStateException("it is built");
            final Trust built = new Trust(raw);
            raw = null;
            return built;
        }
    }
}
