package dev.cmpkit.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Loads the JNI library, and with it cmpkit: from the folder that {@code -Dcmpkit.native.path} names, or else out of the jar, by way of a folder that is its owner's
 * alone and is gone at the end of the process.
 */
public final class NativeLibrary {
    private static final String LIBRARY = "libcmpkit_java.so";
    private static Path pluginFolder;

    private NativeLibrary() {}

    /** Where the package's own transports are. */
    public static Path pluginFolder() {
        raw.abi_version(); // loads
        synchronized (NativeLibrary.class) {
            return pluginFolder;
        }
    }

    static synchronized void load() {
        final String given = System.getProperty("cmpkit.native.path");
        final Path folder = given != null ? Path.of(given).toAbsolutePath() : unpacked();
        System.load(folder.resolve(LIBRARY).toString());
        pluginFolder = folder.resolve("plugins");
        final int abi = rawJNI.abi_version();
        if (abi >> 16 != rawConstants.CMPKIT_ABI_MAJOR || (abi & 0xFFFF) < rawConstants.CMPKIT_ABI_MINOR)
            throw new UnsatisfiedLinkError("libcmpkit.so.0 beside " + LIBRARY + " in " + folder + " is of another version");
    }

    private static Path unpacked() {
        final String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
        final String packed = "/META-INF/native/linux-" + machine + "/";
        try {
            final Path folder = Files.createTempDirectory("cmpkit-java-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
            Files.createDirectory(folder.resolve("plugins"));
            for (final String name : new String(octetsOf(packed + "files.txt"), StandardCharsets.UTF_8).split("\n")) Files.write(folder.resolve(name), octetsOf(packed + name));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException("the native library cannot be unpacked", e);
        }
    }

    private static byte[] octetsOf(String resource) throws IOException {
        try (InputStream in = NativeLibrary.class.getResourceAsStream(resource)) {
            if (in == null) throw new UnsatisfiedLinkError("this package has nothing for this machine: no " + resource);
            return in.readAllBytes();
        }
    }

    private static void remove(Path folder) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException e) throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            // the process ends; what is left is in a folder for temporary files
        }
    }
}
