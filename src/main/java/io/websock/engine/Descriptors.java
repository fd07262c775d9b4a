package io.websock.engine;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The process's limit of file descriptors, of which a connection takes one. */
final class Descriptors {
    private static final int RESERVED = 256;
    private static final int WITHOUT_LIMIT = 1_000_000;

    private Descriptors() {}

    /** 90 % of the limit less 256: the rest is for handshakes, files, and what else the application opens. */
    static int maxConnections() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
            long most = unix.getMaxFileDescriptorCount() / 10 * 9 - RESERVED;
            return (int) Math.max(1, Math.min(most, WITHOUT_LIMIT));
        }
        return WITHOUT_LIMIT;
    }
}
