package io.websock.actuate;

import com.sun.net.httpserver.HttpServer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.IncludeExcludeEndpointFilter;
import org.springframework.boot.actuate.autoconfigure.endpoint.jackson.JacksonEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointFilter;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.OperationFilter;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvokerAdvisor;
import org.springframework.boot.actuate.endpoint.invoke.ParameterValueMapper;
import org.springframework.boot.actuate.endpoint.jackson.EndpointJsonMapper;
import org.springframework.boot.actuate.endpoint.web.AdditionalPathsMapper;
import org.springframework.boot.actuate.endpoint.web.EndpointLinksResolver;
import org.springframework.boot.actuate.endpoint.web.EndpointMediaTypes;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.PathMapper;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpointDiscoverer;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointWebExtension;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointProperties;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import tools.jackson.databind.json.JsonMapper;

/**
 * Discovers the web endpoints as Boot does in web applications, and serves them, in an application that is none. What an application brings
 * for Boot's discovery (path mappers, filters, advisors) counts here, too.
 */
@AutoConfiguration(
        after = {
            EndpointAutoConfiguration.class,
            HealthEndpointAutoConfiguration.class,
            JacksonEndpointAutoConfiguration.class
        })
@ConditionalOnNotWebApplication
@ConditionalOnClass({WebEndpointDiscoverer.class, HttpServer.class})
@EnableConfigurationProperties(WebEndpointProperties.class)
public final class ManagementServerAutoConfiguration {

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    PathMapper webEndpointPathMapper(WebEndpointProperties properties) {
        Map<EndpointId, String> paths = properties.getPathMapping().entrySet().stream()
                .collect(Collectors.toMap(
                        mapping -> EndpointId.fromPropertyValue(mapping.getKey()), Map.Entry::getValue));
        return paths::get;
    }

    @Bean
    @ConditionalOnMissingBean
    EndpointMediaTypes endpointMediaTypes() {
        return EndpointMediaTypes.DEFAULT;
    }

    @Bean
    IncludeExcludeEndpointFilter<ExposableWebEndpoint> webExposeExcludePropertyEndpointFilter(
            WebEndpointProperties properties) {
        return new IncludeExcludeEndpointFilter<>(
                ExposableWebEndpoint.class,
                properties.getExposure().getInclude(),
                properties.getExposure().getExclude(),
                EndpointExposure.WEB.getDefaultIncludes());
    }

    @Bean
    OperationFilter<WebOperation> webAccessPropertiesOperationFilter(EndpointAccessResolver accessResolver) {
        return OperationFilter.byAccess(accessResolver);
    }

    @Bean
    @ConditionalOnMissingBean(WebEndpointsSupplier.class)
    WebEndpointDiscoverer webEndpointDiscoverer(
            ApplicationContext context,
            ParameterValueMapper parameterValueMapper,
            EndpointMediaTypes mediaTypes,
            ObjectProvider<PathMapper> pathMappers,
            ObjectProvider<AdditionalPathsMapper> additionalPathsMappers,
            ObjectProvider<OperationInvokerAdvisor> advisors,
            ObjectProvider<EndpointFilter<ExposableWebEndpoint>> endpointFilters,
            ObjectProvider<OperationFilter<WebOperation>> operationFilters) {
        return new WebEndpointDiscoverer(
                context,
                parameterValueMapper,
                mediaTypes,
                pathMappers.orderedStream().toList(),
                additionalPathsMappers.orderedStream().toList(),
                advisors.orderedStream().toList(),
                endpointFilters.orderedStream().toList(),
                operationFilters.orderedStream().toList());
    }

    @Bean
    @ConditionalOnMissingBean
    ManagementServer managementServer(
            WebEndpointProperties properties,
            WebEndpointsSupplier supplier,
            EndpointMediaTypes mediaTypes,
            ObjectProvider<JsonMapper> mappers,
            ObjectProvider<EndpointJsonMapper> actuatorMappers,
            ObjectProvider<SslBundles> bundles,
            ConfigurableApplicationContext context) {
        ManagementSettings settings = ManagementSettings.of(context.getEnvironment());
        String endpointsPath = properties.getBasePath();
        Collection<ExposableWebEndpoint> endpoints = supplier.getEndpoints();
        EndpointRoutes routes = new EndpointRoutes(settings.basePath(), endpointsPath, endpoints);
        if (properties.getDiscovery().isEnabled()) {
            EndpointLinksResolver links = new EndpointLinksResolver(endpoints);
            routes.add(
                    List.of(settings.basePath(), endpointsPath),
                    Map.of(),
                    new LinksOperation(links, mediaTypes.getProduced()));
        }
        JsonMapper mapper = mappers.getIfAvailable(JsonMapper::shared);
        EndpointJsonMapper actuatorMapper = actuatorMappers.getIfAvailable(() -> () -> mapper);
        return new ManagementServer(
                settings,
                bundles.getIfAvailable(DefaultSslBundleRegistry::new),
                new EndpointHandler(routes, mapper, actuatorMapper.get()),
                endpoints.stream().map(ExposableWebEndpoint::getEndpointId).toList(),
                context);
    }

    /** What Boot adds to health in web applications: statuses of HTTP, and groups. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HealthEndpoint.class)
    @ConditionalOnBean(HealthEndpoint.class)
    @ConditionalOnAvailableEndpoint(endpoint = HealthEndpoint.class, exposure = EndpointExposure.WEB)
    static class HealthConfiguration {

        @Bean
        @ConditionalOnMissingBean
        HealthEndpointWebExtension healthEndpointWebExtension(
                HealthContributorRegistry registry,
                ObjectProvider<ReactiveHealthContributorRegistry> reactiveRegistry,
                HealthEndpointGroups groups,
                HealthEndpointProperties properties) {
            return new HealthEndpointWebExtension(
                    registry,
                    reactiveRegistry.getIfAvailable(),
                    groups,
                    properties.getLogging().getSlowIndicatorThreshold());
        }
    }
}
