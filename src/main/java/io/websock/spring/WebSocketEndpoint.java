package io.websock.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;
import org.springframework.stereotype.Component;

/**
 * Makes a {@link io.websock.api.WebSocketListener} serve the connections of a path. On a class, it makes the class a component that the
 * application's own scan finds; on a {@code @Bean} method, or on the class that such a method returns, it does the same for that bean.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Component
public @interface WebSocketEndpoint {

    /** The same as {@link #path}. */
    @AliasFor("path")
    String value() default "";

    /** The path of the opening handshake's request, percent-decoded; starts with a slash. No two endpoints have the same. */
    @AliasFor("value")
    String path() default "";

    /** The subprotocols that the listener speaks (RFC 6455 §1.9); the client's order of preference decides. */
    String[] subprotocols() default {};

    /**
     * Whether the listener never blocks. It then runs on the event loop itself, which saves a change of threads per message, and
     * where blocking would hold up every connection of that loop.
     */
    boolean nonBlocking() default false;
}
