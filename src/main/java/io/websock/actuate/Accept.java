package io.websock.actuate;

import java.util.Comparator;
import java.util.List;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/**
 * What a client would like to have, RFC 9110 §12.5.1.
 *
 * @param types the best first
 */
record Accept(List<MimeType> types) {

    /** @throws RequestRefusedException with 400 if it is malformed */
    static Accept of(List<String> headers) {
        if (headers.isEmpty()) {
            return new Accept(List.of(MimeTypeUtils.ALL));
        }
        try {
            return new Accept(headers.stream()
                    .flatMap(header -> MimeTypeUtils.parseMimeTypes(header).stream())
                    .filter(type -> quality(type) > 0)
                    .sorted(Comparator.comparingDouble(Accept::quality).reversed())
                    .toList());
        } catch (InvalidMimeTypeException | NumberFormatException e) {
            throw new RequestRefusedException(400, "Accept is malformed");
        }
    }

    private static double quality(MimeType type) {
        String quality = type.getParameter("q");
        return quality == null ? 1 : Double.parseDouble(quality);
    }
}
