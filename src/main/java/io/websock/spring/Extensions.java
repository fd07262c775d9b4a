package io.websock.spring;

import io.websock.deflate.PermessageDeflate;
import io.websock.deflate.ZlibPool;
import io.websock.handshake.ExtensionNegotiator;
import io.websock.spring.WebSocketProperties.Compression;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;

/** The extensions that are spoken: the application's own, in their order, and ours behind them unless one of them has its name. */
final class Extensions {
    private final ObjectProvider<ExtensionNegotiator> own;
    private final ZlibPool pool;
    /** One for all that compress in the same way, so that they share what they can. */
    private final Map<Compression, PermessageDeflate> deflates = new HashMap<>();

    Extensions(ObjectProvider<ExtensionNegotiator> own, ZlibPool pool) {
        this.own = own;
        this.pool = pool;
    }

    List<ExtensionNegotiator> compressing(Compression compression) {
        PermessageDeflate deflate = deflates.computeIfAbsent(
                compression,
                settings ->
                        new PermessageDeflate(settings.mode(), WebSocketProperties.bytes(settings.minSize()), pool));
        List<ExtensionNegotiator> extensions =
                new ArrayList<>(own.orderedStream().toList());
        if (extensions.stream().noneMatch(extension -> extension.name().equals(deflate.name()))) {
            extensions.add(deflate);
        }
        return extensions;
    }
}
