package dev.cmpkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void every_kind_of_value_is_read() {
        final Map<String, Object> object = new Json(" {\"a\": [1, -2.5, true, false, null, 1e3], \"b\\u00e9\": \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\ud83d\\ude00\", \"c\": {}, \"d\": []} ").object();
        assertEquals(java.util.Arrays.asList(1L, -2.5, true, false, null, 1000.0), object.get("a"));
        assertEquals("\"\\/\b\f\n\r\t\uD83D\uDE00", object.get("b\u00e9"));
        assertEquals(Map.of(), object.get("c"));
        assertEquals(List.of(), object.get("d"));
        assertNull(new Json("null").value());
        assertThrows(UnsupportedOperationException.class, () -> object.put("e", 1));
    }

    @Test
    void what_is_no_json_is_refused() {
        for (final String wrong : List.of("", "{", "[1", "[1,]", "{\"a\"}", "{a:1}", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\uzzzz\"", "tru", "1 2", "-", "1.2.3", "[".repeat(2000)))
            assertThrows(IllegalArgumentException.class, () -> new Json(wrong).value(), wrong);
        assertThrows(IllegalArgumentException.class, () -> new Json("[]").object());
        assertThrows(IllegalArgumentException.class, () -> new Json("[1]").objects());
    }
}
