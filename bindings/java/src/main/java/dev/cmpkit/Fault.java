package dev.cmpkit;

import java.io.Serializable;

/**
 * What went wrong, part by part. Immutable.
 *
 * @param code a negative number of cmpkit.h; they are never renumbered
 * @param name its name: {@code nonce_mismatch}
 * @param text all of it in one line: layer, what, where, detail, clause, causes
 * @param layer {@code der}, {@code crypto}, {@code protection}, {@code cmp}, {@code store}, {@code transport} or {@code api}
 * @param path where in the message: {@code header.recipNonce}; empty: nowhere
 * @param clause the rule that was broken: {@code RFC 9483 3.5}; empty: none
 * @param detail what was expected, and what came
 * @param offset octets into the message
 * @param failInfo the bit of PKIFailureInfo (RFC 9810 5.2.3), or {@link #NO_FAIL_INFO}
 * @param failInfoName its name: {@code badPOP}; empty: none
 */
public record Fault(int code, String name, String text, String layer, String path, String clause, String detail, long offset, int failInfo, String failInfoName)
        implements Serializable {
    private static final long serialVersionUID = 1;
    /** No bit of PKIFailureInfo. */
    public static final int NO_FAIL_INFO = -1;
}
