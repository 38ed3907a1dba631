package io.daybook.bench.peers;

import com.zaxxer.hikari.HikariDataSource;
import io.daybook.bench.Life;
import io.daybook.bench.Server;
import io.daybook.bench.Suite;
import javax.sql.DataSource;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.modulith.events.ApplicationModuleListener;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Spring Modulith in a Spring Boot application, with its registry of event publications on JDBC: an event that is published in a transaction is
 * written down for each listener, and the listener is called once it is committed, on a thread and in a transaction of its own.
 */
public final class ModulithPeer implements Suite {

    @Override
    public String name() {
        return "peer-modulith";
    }

    @Override
    public String description() {
        return "Spring Modulith's JDBC event publication registry.";
    }

    /** What is published, the same as Daybook's. */
    public record Said(String entityType, String id, long version, String operation, String value, String actor) {}

    /** As Spring Boot sets it up. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    public static class Application {}

    /** Is called with every event. */
    public static class Listener {

        private final Latencies.Arrivals arrivals;

        Listener(Latencies.Arrivals arrivals) {
            this.arrivals = arrivals;
        }

        /** By Spring, which finds it by its annotation. */
        @ApplicationModuleListener
        public void on(Said said) {
            arrivals.handled(said.id());
        }
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        new Latencies(
                        server,
                        plan,
                        report,
                        "Modulith",
                        "not like for like: called in the process that committed, from memory, without order")
                .measure(arrivals -> {
                    HikariDataSource connections = Room.connections(server, Latencies.CONNECTIONS, true);
                    ConfigurableApplicationContext context = application(connections, arrivals);
                    TransactionTemplate transactions =
                            new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
                    return new Latencies.Peer() {
                        @Override
                        public Latencies.Publisher publisher() {
                            return id -> transactions.executeWithoutResult(status -> context.publishEvent(
                                    new Said(Life.ENTITY_TYPE, id, 1, "CREATION", "{\"status\":\"new\"}", Life.ACTOR)));
                        }

                        @Override
                        public void close() {
                            context.close();
                            connections.close();
                        }
                    };
                });
    }

    private static ConfigurableApplicationContext application(
            HikariDataSource connections, Latencies.Arrivals arrivals) {
        // The bench's own logging stays as it is.
        System.setProperty(LoggingSystem.SYSTEM_PROPERTY, LoggingSystem.NONE);
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .properties(
                        "spring.modulith.events.jdbc.schema-initialization.enabled=true",
                        "spring.modulith.events.jdbc.schema=" + Room.PEER)
                .initializers(context -> {
                    GenericApplicationContext beans = (GenericApplicationContext) context;
                    beans.registerBean(DataSource.class, () -> connections);
                    beans.registerBean(Listener.class, () -> new Listener(arrivals));
                })
                .run();
    }
}
