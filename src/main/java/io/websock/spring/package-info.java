/**
 * The engine as Spring beans: properties in, endpoints found, server started and stopped with the application context.
 *
 * <pre>
 * websocket.* → WebSocketProperties → EngineSettings ─┐
 * ExtensionNegotiators, ZlibPool ──────┐              │
 * &#64;WebSocketEndpoint beans → WebSocketEndpoints ─────┼→ WebSocketServer → WebSocketServerLifecycle → local.websocket.port
 * webSocketListenerExecutor, HandshakeInterceptors ───┘                                             → WebSocketServerStartedEvent
 *
 * websocket.client.*, EngineSettings, ExtensionNegotiators, ZlibPool, SslBundles → ClientSettings → WebSocketClient
 * </pre>
 *
 * <p>The package is booted by {@code AutoConfiguration.imports} alone, and nothing in it is meant to be scanned. Each bean backs off
 * for an application's own. What is wrong with the configuration stops the start with one failure analysis that names property or
 * bean, value and remedy.
 *
 * <p>When the context stops, readiness is refused and the server drains as {@code websocket.drain} says, in one phase of the life cycle; a
 * drain that would not fit into it stops the start.
 *
 * <p>Arrows: depends on all packages of the engine; of what is in here, {@code app} knows the annotation only.
 *
 * <p>Threads: everything happens on the threads that start and stop the context, but that Boot's watcher of files reloads SSL bundles, and the
 * server drains on a thread of its own. Listeners that may block run on {@code
 * webSocketListenerExecutor}: virtual threads where {@code spring.threads.virtual.enabled} and the JDK allow, else a bounded pool.
 */
@NullMarked
package io.websock.spring;

import org.jspecify.annotations.NullMarked;
