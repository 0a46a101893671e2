package dev.cmpkit;

import dev.cmpkit.internal.GetOrder;

/** What the CA is asked (genm, RFC 9483 4.3). One thread while it is filled in. {@link Client} has shorter ways for the usual questions. */
public final class SupportRequest {
    private static final int ALL = 0;
    private static final int CA_CERTIFICATES = 1;
    private static final int ROOT_UPDATE = 2;
    private static final int TEMPLATE = 3;
    private static final int CRL = 4;
    private static final int INFORMATION = 5;
    private static final byte[] NONE = {};

    private final int kind;
    private byte[] root = NONE;
    private byte[] crl = NONE;
    private byte[] value = NONE;
    private String infoType = "";
    private String issuer = "";
    private String distributionPoint = "";
    private String profile = "";
    private String recipient = "";

    private SupportRequest(int kind) {
        this.kind = kind;
    }

    /**
     * What it tells everybody (RFC 9810 D.5).
     *
     * @return the question
     */
    public static SupportRequest all() {
        return new SupportRequest(ALL);
    }

    /**
     * CA certificates (RFC 9483 4.3.1). None of them is trusted by that.
     *
     * @return the question
     */
    public static SupportRequest caCertificates() {
        return new SupportRequest(CA_CERTIFICATES);
    }

    /**
     * The root that took the place of ours (RFC 9483 4.3.2).
     *
     * @param root the one that is held; null: the signer's path tells it, and an anchor must lead to the new one
     * @return the question
     */
    public static SupportRequest rootUpdate(Certificates root) {
        final SupportRequest request = new SupportRequest(ROOT_UPDATE);
        if (root != null) request.root = root.octets();
        return request;
    }

    /**
     * What a request shall say (RFC 9483 4.3.3).
     *
     * @return the question
     */
    public static SupportRequest template() {
        return new SupportRequest(TEMPLATE);
    }

    /**
     * Newer CRLs (RFC 9483 4.3.4): those of the credentials' issuer, unless {@link #issuer}, {@link #distributionPoint} or {@link #newerThan} says otherwise.
     *
     * @return the question
     */
    public static SupportRequest crls() {
        return new SupportRequest(CRL);
    }

    /**
     * Any infoType.
     *
     * @param infoType its OID, dotted or a word
     * @param value DER; null: absent
     * @return the question
     */
    public static SupportRequest information(String infoType, byte[] value) {
        final SupportRequest request = new SupportRequest(INFORMATION);
        request.infoType = infoType;
        if (value != null) request.value = value.clone();
        return request;
    }

    /**
     * Of CRLs: the newest that is held.
     *
     * @param held PEM or DER
     * @return this
     */
    public SupportRequest newerThan(byte[] held) {
        crl = held.clone();
        return this;
    }

    /**
     * Of CRLs: whose.
     *
     * @param name the issuer's
     * @return this
     */
    public SupportRequest issuer(String name) {
        issuer = name;
        return this;
    }

    /**
     * Of CRLs: by this URI instead of the issuer.
     *
     * @param uri as certificates name it
     * @return this
     */
    public SupportRequest distributionPoint(String uri) {
        distributionPoint = uri;
        return this;
    }

    /**
     * The certificate profile that it is about.
     *
     * @param name the CA's word for it
     * @return this
     */
    public SupportRequest profile(String name) {
        profile = name;
        return this;
    }

    /**
     * The CA's name.
     *
     * @param name {@code CN=Issuing CA,O=Plant}
     * @return this
     */
    public SupportRequest recipient(String name) {
        recipient = name;
        return this;
    }

    GetOrder order() {
        final GetOrder order = new GetOrder(kind);
        order.set_root(root);
        order.set_crl(crl);
        order.set_issuer(issuer);
        order.set_distribution_point(distributionPoint);
        order.set_information(infoType, value);
        order.set_profile(profile);
        order.set_recipient(recipient);
        return order;
    }
}
