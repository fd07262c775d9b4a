package io.websock.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Tells at the first bad byte that a stream is not UTF-8, wherever its parts are cut (RFC 6455 §8.1). The well-formed sequences
 * are those of RFC 3629 §4: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
final class Utf8Validator {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

    /** Continuation bytes that are still to come in the sequence that has begun. */
    private byte missing;
    /** The range of the next continuation byte, which is narrower right after some first bytes. */
    private short low = 0x80;

    private short high = 0xBF;

    static boolean isUtf8(byte[] text) {
        int ascii = skipAscii(text, 0, text.length);
        if (ascii == text.length) {
            return true;
        }
        Utf8Validator validator = new Utf8Validator();
        return validator.accept(text, ascii, text.length) && validator.isComplete();
    }

    /** Reads on; false at the first byte that no UTF-8 text can have here, after which this object is of no more use. */
    boolean accept(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            if (missing == 0) {
                i = skipAscii(bytes, i, to);
                if (i < to && !begin(bytes[i++] & 0xFF)) {
                    return false;
                }
            } else {
                int octet = bytes[i++] & 0xFF;
                if (octet < low || octet > high) {
                    return false;
                }
                missing--;
                range(0x80, 0xBF);
            }
        }
        return true;
    }

    /** Whether the text may end here, that is, not inside a sequence. */
    boolean isComplete() {
        return missing == 0;
    }

    private boolean begin(int octet) {
        if (octet >= 0xC2 && octet <= 0xDF) {
            missing = 1;
        } else if (octet >= 0xE0 && octet <= 0xEF) {
            missing = 2;
            range(octet == 0xE0 ? 0xA0 : 0x80, octet == 0xED ? 0x9F : 0xBF);
        } else if (octet >= 0xF0 && octet <= 0xF4) {
            missing = 3;
            range(octet == 0xF0 ? 0x90 : 0x80, octet == 0xF4 ? 0x8F : 0xBF);
        } else {
            return false;
        }
        return true;
    }

    private void range(int low, int high) {
        this.low = (short) low;
        this.high = (short) high;
    }

    private static int skipAscii(byte[] bytes, int from, int to) {
        int i = from;
        while (i <= to - Long.BYTES && ((long) LONG.get(bytes, i) & NOT_ASCII) == 0) {
            i += Long.BYTES;
        }
        while (i < to && bytes[i] >= 0) {
            i++;
        }
        return i;
    }
}
