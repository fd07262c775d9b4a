package io.websock.app;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Runs the server as an application of its own. */
@SpringBootApplication
public class WebsockApplication {

    public static void main(String[] args) {
        SpringApplication.run(WebsockApplication.class, args);
    }
}
