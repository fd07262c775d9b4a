package io.websock.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The same bytes whole, byte by byte, and at every split: the outcome must always be the same. */
final class Splits {

    private Splits() {}

    static <T> T sameOutcome(String latin1, Function<List<ByteBuffer>, T> feed) {
        byte[] bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
        T whole = feed.apply(at(bytes));
        // Of a head that only its length makes long, a sample: they are many, and every one costs its length.
        for (int i = 1; i < bytes.length; i += 1 + bytes.length / 1024 * 10) {
            same(feed.apply(at(bytes, i)), whole, "split at " + i);
        }
        same(feed.apply(at(bytes, IntStream.range(1, bytes.length).toArray())), whole, "byte by byte");
        return whole;
    }

    private static <T> void same(T outcome, T whole, String how) {
        // An assertion costs many times what it asserts here.
        if (!outcome.equals(whole)) {
            assertThat(outcome).as(how).isEqualTo(whole);
        }
    }

    /** Without an accessible array, as the engine's direct buffer. */
    static List<ByteBuffer> at(byte[] bytes, int... splits) {
        ByteBuffer all = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
        List<ByteBuffer> reads = new ArrayList<>();
        int from = 0;
        for (int split : splits) {
            reads.add(all.slice(from, split - from));
            from = split;
        }
        reads.add(all.slice(from, bytes.length - from));
        return reads;
    }
}
