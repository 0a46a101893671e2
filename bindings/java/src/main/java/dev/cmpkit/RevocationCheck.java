package dev.cmpkit;

/** Whether the certificates of the peer's signers must be known not to be revoked. A certificate that was just issued, and pins, are not asked about. */
public enum RevocationCheck {
    /** Not asked. */
    NONE(0),
    /** What is known counts, what cannot be known is let pass. */
    SOFT(1),
    /** Each certificate but the anchor needs a current CRL or OCSP answer. */
    HARD(2);

    final int number;

    RevocationCheck(int number) {
        this.number = number;
    }
}
