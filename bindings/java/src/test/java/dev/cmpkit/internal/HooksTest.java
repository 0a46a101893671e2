package dev.cmpkit.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.cmpkit.CmpkitException;
import dev.cmpkit.Fault;
import dev.cmpkit.ProtocolException;
import dev.cmpkit.RejectedException;
import dev.cmpkit.TransportException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class HooksTest {
    private static CmpkitException of(int code, CmpkitException cause) {
        return Hooks.exceptionOf(new Fault(code, "name", "text", "cmp", "", "", "", 0, Fault.NO_FAIL_INFO, ""), cause);
    }

    @Test
    void every_code_becomes_the_exception_that_the_table_of_errors_names() throws Exception {
        final List<String> lines = Files.readAllLines(Path.of(System.getProperty("basedir"), "..", "errors.tsv"));
        int codes = 0;
        for (final String line : lines) {
            if (!line.startsWith("-")) continue;
            final String[] columns = line.split("\t");
            assertEquals(columns[2] + "Exception", of(Integer.parseInt(columns[0]), null).getClass().getSimpleName(), line);
            assertEquals(Integer.parseInt(columns[0]), rawConstants.class.getField("CMPKIT_E_" + columns[1].toUpperCase()).getInt(null), line);
            ++codes;
        }
        final long known = java.util.Arrays.stream(rawConstants.class.getFields()).filter(field -> field.getName().startsWith("CMPKIT_E_")).count();
        assertEquals(known, codes, "codes of cmpkit.h");
    }

    @Test
    void some_kinds_are_of_another_kind_too() {
        final CmpkitException cause = of(-127, null);
        final CmpkitException rejected = of(-85, cause);
        assertInstanceOf(TransportException.class, cause);
        assertInstanceOf(ProtocolException.class, rejected);
        assertSame(cause, new RejectedException(rejected.fault(), cause).getCause());
    }

    @Test
    void a_code_of_a_later_library_is_of_the_kind_of_its_group() {
        assertInstanceOf(ProtocolException.class, of(-99, null));
        assertInstanceOf(TransportException.class, of(-139, null));
    }
}
