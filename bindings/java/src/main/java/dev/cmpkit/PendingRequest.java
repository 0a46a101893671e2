package dev.cmpkit;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A request that waits for somebody's word.
 *
 * @param id 32 hexadecimal digits; the first of them do, if no other request begins so
 * @param type of the request: {@code ir} …
 * @param subject RFC 4514
 * @param details what else it asks for
 * @param requester {@code secret:dev1}, {@code certificate:<SHA-256>}
 * @param verdict what was said about it so far
 * @param askedAt when it came
 */
public record PendingRequest(String id, String type, String subject, String details, String requester, String verdict, Instant askedAt) {
    static List<PendingRequest> all(String json) {
        return new Json(json).objects().stream().map(PendingRequest::of).toList();
    }

    private static PendingRequest of(Map<String, Object> json) {
        return new PendingRequest((String) json.get("id"), (String) json.get("type"), (String) json.get("subject"), (String) json.get("details"), (String) json.get("requester"),
                (String) json.get("verdict"), Instant.parse((String) json.get("askedAt")));
    }
}
