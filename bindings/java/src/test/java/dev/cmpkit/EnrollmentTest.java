package dev.cmpkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class EnrollmentTest {
    @Test
    void a_device_gets_a_certificate_over_http() throws Exception {
        try (Plant plant = new Plant(); Listener listener = plant.ca.listen()) {
            final Key key = Key.generate("ec:P-256");
            final Issued issued = plant.at(listener).build().enroll(Plant.dev1(key));
            assertEquals("CN=dev1", issued.certificate().getSubjectX500Principal().getName());
            assertEquals(key.publicKey(), issued.certificate().getPublicKey());
        }
    }
}
