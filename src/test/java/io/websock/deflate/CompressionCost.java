package io.websock.deflate;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.ThreadMXBean;
import io.websock.api.Message;
import io.websock.protocol.Extension;
import io.websock.protocol.OutboundQueue;
import io.websock.protocol.Protocol;
import io.websock.protocol.ProtocolLimits;
import io.websock.protocol.Receiver;
import io.websock.protocol.Role;
import io.websock.protocol.Sending;
import io.websock.testkit.Side;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Measures what the modes cost and save: the numbers in the package's documentation. Linux only. */
final class CompressionCost {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final ProtocolLimits LIMITS = new ProtocolLimits(1 << 20, 50, 100);
    private static final Extension.Output NOWHERE = (bytes, from, to) -> {};

    private CompressionCost() {}

    public static void main(String[] args) throws Exception {
        memory();
        for (int level : new int[] {1, 6, 9}) {
            ZlibPool pool = new ZlibPool(level, 2);
            for (boolean takesOver : new boolean[] {false, true}) {
                for (int bits : level == 6 ? new int[] {15, 12, 9, 8} : new int[] {15}) {
                    measure(pool, level, takesOver, bits);
                }
            }
        }
    }

    private static void measure(ZlibPool pool, int level, boolean takesOver, int bits) throws Exception {
        Samples samples = new Samples(1);
        System.out.printf(Locale.ROOT, "level %d, %s, %d bits:", level, takesOver ? "takeover" : "shared", bits);
        print(pool, takesOver, bits, "chat", 5000, i -> samples.chat());
        print(pool, takesOver, bits, "256 B", 5000, i -> samples.json(256));
        print(pool, takesOver, bits, "1 KiB", 5000, i -> samples.json(1024));
        print(pool, takesOver, bits, "64 KiB", 200, i -> samples.json(65536));
        System.out.println();
    }

    private static void print(
            ZlibPool pool, boolean takesOver, int bits, String name, int count, IntFunction<byte[]> payloads)
            throws Exception {
        List<byte[]> plain = new ArrayList<>();
        long size = 0;
        for (int i = 0; i < count; i++) {
            plain.add(payloads.apply(i));
            size += plain.get(i).length;
        }
        long out = 0;
        long encoding = 0;
        long decoding = 0;
        for (int round = 0; round < 4; round++) {
            Extension.Encoder encoder = Deflate.extension(pool, takesOver, bits).encoder();
            Extension.Decoder decoder = Deflate.extension(pool, takesOver, bits).decoder();
            List<byte[]> encoded = new ArrayList<>();
            long start = System.nanoTime();
            for (byte[] payload : plain) {
                Extension.Encoded message = encoder.encode(Message.wrap(true, payload));
                encoded.add(message == null ? payload : message.payload());
            }
            encoding = System.nanoTime() - start;
            out = 0;
            start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                byte[] payload = encoded.get(i);
                out += payload.length;
                if (payload != plain.get(i)) {
                    decoder.decode(0x40, payload, 0, payload.length, true, NOWHERE);
                }
            }
            decoding = System.nanoTime() - start;
            encoder.close();
            decoder.close();
        }
        System.out.printf(
                Locale.ROOT,
                "  %s %.0f%% (%.1f + %.1f µs)",
                name,
                100.0 * out / size,
                encoding / 1e3 / count,
                decoding / 1e3 / count);
    }

    private static void memory() throws Exception {
        byte[] text = "x".repeat(100_000).getBytes(UTF_8);
        int count = 500;
        Deflater[] deflaters = new Deflater[count];
        long before = resident();
        for (int i = 0; i < count; i++) {
            deflaters[i] = new Deflater(6, true);
            deflaters[i].setInput(text);
            while (deflaters[i].deflate(new byte[8192], 0, 8192, Deflater.SYNC_FLUSH) == 8192) {}
        }
        System.out.printf("native memory of a deflater: %d KiB%n", (resident() - before) / count);
        byte[] compressed = Deflate.deflated(text);
        Inflater[] inflaters = new Inflater[count];
        byte[] out = new byte[8192];
        before = resident();
        for (int i = 0; i < count; i++) {
            inflaters[i] = new Inflater(true);
            inflaters[i].setInput(compressed);
            while (inflaters[i].inflate(out) > 0) {}
        }
        System.out.printf("native memory of an inflater: %d KiB%n", (resident() - before) / count);
        System.out.printf("heap of a connection's protocol and queue: plain %d B", connection(null));
        System.out.printf(", shared %d B", connection(Deflate.extension(false, 15)));
        System.out.printf(", takeover %d B%n", connection(Deflate.extension(true, 15)));
        for (int bits : new int[] {8, 12, 15}) {
            System.out.printf(
                    "heap of an idle takeover connection after 1 and 64 KiB in and out, %d bits: %d and %d B%n",
                    bits, afterTraffic(bits, 1024), afterTraffic(bits, 65536));
        }
    }

    private static long connection(Extension extension) {
        Receiver receiver = new Side(Role.SERVER).received;
        Sending sending = new Sending(Role.SERVER, 1, () -> 0);
        new Protocol(Role.SERVER, LIMITS, extension, receiver, new OutboundQueue(sending, extension), 0);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        new Protocol(Role.SERVER, LIMITS, extension, receiver, new OutboundQueue(sending, extension), 0);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static long afterTraffic(int bits, int size) throws Exception {
        int count = 200;
        Object[] kept = new Object[2 * count];
        byte[] payload = new Samples(2).json(size);
        byte[] compressed = Deflate.deflated(payload);
        System.gc();
        long before = used();
        for (int i = 0; i < count; i++) {
            Extension extension = Deflate.extension(true, bits);
            Extension.Encoder encoder = extension.encoder();
            encoder.encode(Message.wrap(true, payload));
            Extension.Decoder decoder = extension.decoder();
            decoder.decode(0x40, compressed, 0, compressed.length, true, NOWHERE);
            encoder.releaseUnused();
            encoder.releaseUnused();
            kept[2 * i] = encoder;
            kept[2 * i + 1] = decoder;
        }
        long used = used() - before;
        return kept.length == 0 ? 0 : used / count;
    }

    private static long used() {
        System.gc();
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** KiB. */
    private static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }
}
