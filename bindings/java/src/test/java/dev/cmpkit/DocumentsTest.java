package dev.cmpkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** What the README shows and the examples do. */
class DocumentsTest {
    private static final String HEAD = """
            import dev.cmpkit.*;
            import java.net.URI;
            import java.net.http.*;
            import java.nio.file.*;
            import java.security.KeyStore;
            import java.security.cert.X509Certificate;
            import java.time.Duration;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.concurrent.atomic.*;
            public class Block { public static void run(String url, Path folder) throws Exception {
            """;

    private static String printed(Step step) throws Exception {
        final PrintStream before = System.out;
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            step.take();
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private interface Step {
        void take() throws Exception;
    }

    private static void compileAndRun(String block, Path folder, String url) throws Exception {
        Files.createDirectories(folder);
        final Path source = Files.writeString(folder.resolve("Block.java"), HEAD + block + "}}");
        final ByteArrayOutputStream said = new ByteArrayOutputStream();
        final int result = ToolProvider.getSystemJavaCompiler().run(null, said, said, "-proc:none", "-cp", System.getProperty("java.class.path"), "-d", folder.toString(), source.toString());
        assertEquals(0, result, () -> said + "\n" + block);
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            loader.loadClass("Block").getMethod("run", String.class, Path.class).invoke(null, url, folder);
        }
    }

    @Test
    void each_block_of_the_readme_runs() throws Exception {
        final String readme = Files.readString(Path.of(System.getProperty("basedir"), "README.md"));
        final List<String> blocks = new ArrayList<>();
        final Matcher matcher = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(readme);
        while (matcher.find()) blocks.add(matcher.group(1));
        assertTrue(blocks.size() >= 8);
        try (Plant plant = new Plant(); Listener listener = plant.ca.listen()) {
            for (int i = 0; i < blocks.size(); ++i) {
                final Path folder = Files.createDirectory(plant.folder.resolve("block" + i));
                Files.copy(plant.folder.resolve("ca/root.pem"), folder.resolve("root.pem"));
                final String block = blocks.get(i);
                printed(() -> compileAndRun(block, folder, listener.urls().get(0)));
            }
        }
    }

    private static String example(String name, String... args) throws Exception {
        return printed(() -> Class.forName(name).getMethod("main", String[].class).invoke(null, (Object) args));
    }

    @Test
    void a_device_of_the_examples_enrolls() throws Exception {
        try (Plant plant = new Plant(); Listener listener = plant.ca.listen()) {
            final Path out = plant.folder.resolve("dev1.pem");
            assertEquals("issued to CN=dev1\n", example("EnrollDevice", listener.urls().get(0), "dev1", Plant.SECRET, plant.folder.resolve("ca/root.pem").toString(), out.toString()));
            assertEquals("CN=dev1", Inspection.summary(Certificates.load(Files.readAllBytes(out), null)).subject());
        }
    }

    @Test
    void the_ca_of_the_examples_names_devices() throws Exception {
        try (Plant plant = new Plant()) {
            final String said = example("PlantCa", plant.folder.resolve("another").toString());
            assertTrue(said.contains("issued to CN=press 4, O=Plant") && said.contains("event: enrolled"), said);
        }
    }
}
