package io.websock.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The same bytes, cut in different ways: a receiver must not be able to tell them apart. */
public final class Splits {
    private static final int FEW = 600;

    private Splits() {}

    /**
     * Whole, byte by byte, and in two parts at every position, the empty parts included. Of long input, the positions in the middle
     * are sampled: they are inside a payload.
     */
    public static Stream<List<byte[]>> of(byte[] bytes) {
        int n = bytes.length;
        IntStream positions = n <= FEW
                ? IntStream.rangeClosed(0, n)
                : IntStream.rangeClosed(0, n).filter(i -> i <= 40 || i >= n - 40 || i % (n / 16) == 0);
        return Stream.concat(
                Stream.of(List.of(bytes), byteByByte(bytes)), positions.mapToObj(position -> at(bytes, position)));
    }

    public static List<byte[]> at(byte[] bytes, int position) {
        return List.of(Arrays.copyOf(bytes, position), Arrays.copyOfRange(bytes, position, bytes.length));
    }

    public static List<byte[]> byteByByte(byte[] bytes) {
        return IntStream.range(0, bytes.length)
                .mapToObj(i -> new byte[] {bytes[i]})
                .toList();
    }

    /** In parts of random lengths from 0 to {@code most}. */
    public static List<byte[]> random(byte[] bytes, int most, Random random) {
        List<byte[]> parts = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int to = Math.min(bytes.length, at + random.nextInt(most + 1));
            parts.add(Arrays.copyOfRange(bytes, at, to));
            at = to;
        }
        return parts;
    }

    /** Where the cuts are, to tell a failing case. */
    public static String describe(List<byte[]> parts) {
        return parts.stream()
                .limit(50)
                .map(part -> "" + part.length)
                .collect(Collectors.joining("+", "read as ", " B"));
    }
}
