package io.websock.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.NestedExceptionUtils;

/** Says in one sentence why Boot cannot make an SSL bundle, such as for a file that is not there; by itself it shows the exception. */
final class SslBundleFailureAnalyzer implements FailureAnalyzer {
    private static final String REGISTRY = "sslBundleRegistry";

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        Throwable cause = failure;
        while (cause != null
                && !(cause instanceof BeanCreationException creation && REGISTRY.equals(creation.getBeanName()))) {
            cause = cause.getCause();
        }
        return cause == null ? null : analysis(cause);
    }

    private static FailureAnalysis analysis(Throwable creation) {
        Throwable reason = NestedExceptionUtils.getMostSpecificCause(creation);
        String bundle = "An SSL bundle cannot be made";
        for (Throwable cause = creation; cause != null; cause = cause.getCause()) {
            boolean more = cause.getCause() != null;
            if (more && cause instanceof IllegalStateException && bundle.startsWith("An ")) {
                bundle = String.valueOf(cause.getMessage());
            }
        }
        return new FailureAnalysis(
                bundle + ": " + reason.getMessage() + ".",
                "Correct its properties (spring.ssl.bundle.*), or the file that they name.",
                creation);
    }
}
