package dev.cmpkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON (RFC 8259), at most a thousand levels deep. The library writes it, so it is as small as can be. */
final class JsonReader {
    private static final int DEEPEST = 1000;
    private final String text;
    private int at;
    private int depth;

    JsonReader(String text) {
        this.text = text;
    }

    Object whole() {
        final Object value = value();
        if (next() != END) throw wrong("more after the end");
        return value;
    }

    private static final char END = '\0';

    /** The next character that is not white space, which stays. */
    private char next() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) ++at;
        return at < text.length() ? text.charAt(at) : END;
    }

    private boolean take(char c) {
        if (next() != c) return false;
        ++at;
        return true;
    }

    private void need(char c) {
        if (!take(c)) throw wrong("no " + c);
    }

    private Object value() {
        return switch (next()) {
            case '{' -> object();
            case '[' -> list();
            case '"' -> string();
            case 't' -> word("true", Boolean.TRUE);
            case 'f' -> word("false", Boolean.FALSE);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) throw wrong("no value");
        at += word.length();
        return value;
    }

    private Map<String, Object> object() {
        final Map<String, Object> members = new LinkedHashMap<>();
        enter('{');
        if (!take('}')) {
            do {
                if (next() != '"') throw wrong("no name");
                final String name = string();
                need(':');
                members.put(name, value());
            } while (take(','));
            need('}');
        }
        --depth;
        return Collections.unmodifiableMap(members);
    }

    private List<Object> list() {
        final List<Object> items = new ArrayList<>();
        enter('[');
        if (!take(']')) {
            do items.add(value());
            while (take(','));
            need(']');
        }
        --depth;
        return Collections.unmodifiableList(items);
    }

    private void enter(char c) {
        need(c);
        if (++depth > DEEPEST) throw wrong("too deep");
    }

    private String string() {
        final StringBuilder out = new StringBuilder();
        ++at;
        for (; at < text.length(); ++at) {
            final char c = text.charAt(at);
            if (c == '"') {
                ++at;
                return out.toString();
            }
            out.append(c == '\\' ? escaped() : c);
        }
        throw wrong("a text without an end");
    }

    private char escaped() {
        if (++at >= text.length()) throw wrong("a text without an end");
        final char c = text.charAt(at);
        final int known = "\"\\/bfnrt".indexOf(c);
        if (known >= 0) return "\"\\/\b\f\n\r\t".charAt(known);
        if (c != 'u' || at + 4 >= text.length()) throw wrong("no such escape");
        try {
            final char unit = (char) Integer.parseUnsignedInt(text, at + 1, at + 5, 16);
            at += 4;
            return unit;
        } catch (NumberFormatException e) {
            throw wrong("no such escape");
        }
    }

    private Object number() {
        final int from = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) ++at;
        final String digits = text.substring(from, at);
        try {
            if (digits.matches("-?\\d{1,18}")) return Long.valueOf(digits);
            return Double.valueOf(digits);
        } catch (NumberFormatException e) {
            throw wrong("no value");
        }
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("JSON at " + at + ": " + what);
    }
}
