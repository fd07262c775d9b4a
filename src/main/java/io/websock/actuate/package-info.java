/**
 * How the engine is seen from outside. So far: Actuator's web endpoints over HTTP, in applications that have no web server.
 *
 * <pre>
 * management.server.* → ManagementSettings ────────────────────────┐
 * spring.ssl.bundle.* → SslBundles ────────────────────────────────┼→ ManagementServer → local.management.port
 * &#64;Endpoint beans → WebEndpointDiscoverer (exposure, access) ───┐  │
 *                                                              ↓  │
 * request → jdk.httpserver → EndpointHandler → EndpointRoutes → WebOperation → Answer → response
 * </pre>
 *
 * <p>The bridge adds nothing to what Actuator has discovered and is as thin as that allows: which endpoints there are, under which paths,
 * who may call what, the status of health and the JSON are Boot's, and so are the properties, {@code management.*}. In an application that
 * brings a servlet or reactive web server everything in here backs off, and Boot serves the same endpoints itself.
 *
 * <p>Arrows: depends on {@code spring} and may depend on all packages of the engine; nothing depends on it.
 *
 * <p>Threads: a request has one of at most 16 daemon threads of its own, from its first byte to the last of its answer; nothing of the
 * WebSocket server is waited for. A liveness probe is answered while event loops, listeners and other endpoints hang: only some requests
 * of the same path run at a time, and a client that takes too long to send or to read loses its thread, {@link
 * io.websock.actuate.RequestThreads}.
 *
 * <p>Source: RFC 9110 §9.3 (methods), §12.5.1 (Accept), §14 (ranges), §15 (statuses); the reference of Spring Boot's Actuator for all else.
 */
@NullMarked
package io.websock.actuate;

import org.jspecify.annotations.NullMarked;
