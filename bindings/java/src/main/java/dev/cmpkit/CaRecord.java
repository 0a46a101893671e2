package dev.cmpkit;

import java.time.Instant;
import java.util.Map;

/**
 * A certificate in the records of a CA.
 *
 * @param certificate what it says
 * @param state {@code unconfirmed}, {@code valid}, {@code updated} or {@code revoked}
 * @param requester who got it: {@code secret:dev1}
 * @param profile by which it was issued
 * @param reason of its revocation; empty: none
 * @param revokedAt when it was revoked, or null
 * @param invalidSince since when it was not good, or null
 */
public record CaRecord(Inspection.Summary certificate, String state, String requester, String profile, String reason, Instant revokedAt, Instant invalidSince) {
    static CaRecord of(Map<String, Object> json) {
        return new CaRecord(Inspection.Summary.of(json), (String) json.get("state"), (String) json.get("requester"), (String) json.get("profile"),
                (String) json.getOrDefault("reason", ""), timeOf(json.get("revokedAt")), timeOf(json.get("invalidSince")));
    }

    private static Instant timeOf(Object seconds) {
        return seconds instanceof Long s ? Instant.ofEpochSecond(s) : null;
    }
}
