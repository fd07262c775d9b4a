package io.websock.actuate;

import java.util.List;
import java.util.Map;
import org.springframework.boot.actuate.endpoint.InvocationContext;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.web.EndpointLinksResolver;
import org.springframework.boot.actuate.endpoint.web.WebEndpointHttpMethod;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
import org.springframework.boot.actuate.endpoint.web.WebOperationRequestPredicate;

/** The page at the base path that says where the endpoints are. */
record LinksOperation(EndpointLinksResolver links, List<String> produced) implements WebOperation {

    /** The URL of the page as the client has written it: all links begin so. */
    record PageUrl(String value) {}

    @Override
    public Object invoke(InvocationContext context) {
        PageUrl url = context.resolveArgument(PageUrl.class);
        return OperationResponseBody.of(Map.of("_links", links.resolveLinks(url == null ? "" : url.value)));
    }

    @Override
    public String getId() {
        return "links";
    }

    @Override
    public OperationType getType() {
        return OperationType.READ;
    }

    @Override
    public boolean isBlocking() {
        return true;
    }

    @Override
    public WebOperationRequestPredicate getRequestPredicate() {
        return new WebOperationRequestPredicate("", WebEndpointHttpMethod.GET, List.of(), produced);
    }
}
