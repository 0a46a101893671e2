package dev.cmpkit;

import java.util.List;

/**
 * What a requester wants, as a callback of a responder is asked about it. Empty text: absent.
 *
 * @param requester {@code secret:dev1}, {@code certificate:<SHA-256>}
 * @param kind {@code secret}, {@code external}, {@code own}, or {@code ra}: an RA that asks for somebody else, or for itself
 * @param certificate the requester's; empty: it has a secret
 * @param profile by which it would be issued, or that was asked for
 * @param subject as asked for, RFC 4514
 * @param sans as asked for
 * @param body of an {@link Overseer}: {@code ir}, {@code cr}, {@code p10cr}, {@code kur}, {@code rr}, {@code genm}
 * @param serial of an {@link Overseer}: of the certificate to be revoked, {@code 0x…}
 * @param rule of an {@link Overseer}: by which it would go on
 * @param upstream of an {@link Overseer}: where to
 */
public record Question(String requester, String kind, Certificates certificate, String profile, String subject, List<String> sans, String body, String serial, String rule,
                       String upstream) {
    static Question of(dev.cmpkit.internal.Question q) {
        final String[] sans = new String[q.sans_size()];
        for (int i = 0; i < sans.length; ++i) sans[i] = q.san(i);
        return new Question(q.getRequester(), q.getKind(), Certificates.of(q.certificate()), q.getProfile(), q.getSubject(), List.of(sans), q.getBody(), q.getSerial(), q.getRule(),
                q.getUpstream());
    }
}
