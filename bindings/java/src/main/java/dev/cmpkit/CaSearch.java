package dev.cmpkit;

import dev.cmpkit.internal.Search;
import java.time.Instant;

/**
 * Which certificates of a CA are looked for: all parts that are there must fit.
 *
 * @param state {@code unconfirmed}, {@code valid}, {@code updated} or {@code revoked}; empty: any
 * @param subject a part of it; empty: any
 * @param requester a part of it; empty: any
 * @param serial decimal, or hexadecimal after 0x; empty: any
 * @param expiresBefore the end of its validity is before; null: any
 */
public record CaSearch(String state, String subject, String requester, String serial, Instant expiresBefore) {
    /** Every certificate. */
    public static final CaSearch ALL = new CaSearch("", "", "", "", null);

    /**
     * By a part of the subject alone.
     *
     * @param part of it
     * @return a search
     */
    public static CaSearch bySubject(String part) {
        return new CaSearch("", part, "", "", null);
    }

    Search raw() {
        final Search search = new Search();
        search.setState(state);
        search.setSubject(subject);
        search.setRequester(requester);
        search.setSerial(serial);
        search.setExpires_before(Calls.seconds(expiresBefore));
        return search;
    }
}
