package io.websock.deflate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;
import java.util.Random;

/** Payloads like those that are sent, and others that are hard to compress in a small window. The same seed gives the same ones. */
final class Samples {
    private static final String[] WORDS =
            ("the of and to in is you that it he was for on are as with his they at be this have"
                            + " from or one had by word but not what all were we when your can said there use an each which she do how"
                            + " their if will up other about out many then them these so some her would make like him into time has"
                            + " look two more write go see number no way could people my than first water been call who oil its now")
                    .split(" ");
    private static final String[] NAMES = {"ada", "grace", "linus", "dennis", "barbara", "ken", "margaret", "donald"};

    private final Random random;

    Samples(long seed) {
        random = new Random(seed);
    }

    /** What somebody says in a chat, with its envelope, about 100 to 200 bytes. */
    byte[] chat() {
        StringBuilder text = new StringBuilder();
        for (int i = 4 + random.nextInt(20); i > 0; i--) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(i > 1 ? " " : ".");
        }
        return "{\"type\":\"message\",\"room\":\"general\",\"from\":\"%s\",\"at\":%d,\"text\":\"%s\"}"
                .formatted(NAMES[random.nextInt(NAMES.length)], 1_760_000_000_000L + random.nextInt(1 << 30), text)
                .getBytes(UTF_8);
    }

    /** Prices as a dashboard gets them, cut at {@code size}. */
    byte[] json(int size) {
        StringBuilder json = new StringBuilder("{\"channel\":\"ticker\",\"events\":[");
        while (json.length() < size) {
            json.append(String.format(
                    Locale.ROOT,
                    "{\"symbol\":\"%c%c%c-USD\",\"price\":%.2f,\"volume\":%.4f,\"time\":\"2026-01-%02dT%02d:%02d:%02d.%03dZ\",\"up\":%b},",
                    'A' + random.nextInt(26),
                    'A' + random.nextInt(26),
                    'A' + random.nextInt(26),
                    random.nextDouble() * 1000,
                    random.nextDouble() * 10,
                    1 + random.nextInt(28),
                    random.nextInt(24),
                    random.nextInt(60),
                    random.nextInt(60),
                    random.nextInt(1000),
                    random.nextBoolean()));
        }
        return json.substring(0, size).getBytes(UTF_8);
    }

    byte[] noise(int size) {
        byte[] noise = new byte[size];
        random.nextBytes(noise);
        return noise;
    }

    /** The same noise again and again, which is compressed only by who refers back that far. */
    byte[] repeated(int period, int size) {
        byte[] once = noise(period);
        byte[] all = new byte[size];
        for (int i = 0; i < size; i++) {
            all[i] = once[i % period];
        }
        return all;
    }

    /** Something of any kind, of up to {@code most} bytes. */
    byte[] any(int most) {
        int size = random.nextInt(most + 1);
        return switch (random.nextInt(5)) {
            case 0 -> chat();
            case 1 -> noise(size);
            case 2 -> repeated(1 + random.nextInt(40_000), size);
            case 3 -> new byte[size];
            default -> json(size);
        };
    }

    Random random() {
        return random;
    }
}
