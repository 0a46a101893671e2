package dev.cmpkit;

import java.util.List;
import java.util.Map;

/**
 * JSON that the library has written. Immutable.
 *
 * @param text as it was written
 */
public record Json(String text) {
    /**
     * Its value: {@link Map} and {@link List} (both unmodifiable, members in their order), {@link String}, {@link Long}, {@link Double}, {@link Boolean} or null.
     *
     * @return the value
     * @throws IllegalArgumentException if the text is no JSON
     */
    public Object value() {
        return new JsonReader(text).whole();
    }

    /**
     * Its value, which is an object.
     *
     * @return the members in their order
     * @throws IllegalArgumentException if it is none
     */
    @SuppressWarnings("unchecked")
    public Map<String, Object> object() {
        if (value() instanceof Map<?, ?> map) return (Map<String, Object>) map;
        throw new IllegalArgumentException("no JSON object");
    }

    /**
     * Its value, which is a list of objects.
     *
     * @return the objects
     * @throws IllegalArgumentException if it is none
     */
    @SuppressWarnings("unchecked")
    public List<Map<String, Object>> objects() {
        if (value() instanceof List<?> list && list.stream().allMatch(Map.class::isInstance)) return (List<Map<String, Object>>) list;
        throw new IllegalArgumentException("no JSON list of objects");
    }

    @Override
    public String toString() {
        return text;
    }
}
