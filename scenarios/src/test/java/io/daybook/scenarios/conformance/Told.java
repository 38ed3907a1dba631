package io.daybook.scenarios.conformance;

import io.daybook.event.Event;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * An event of ours.
 *
 * @param attribute null = the entity as a whole
 * @param value missing if there is none
 * @param unit of work that it belongs to
 */
record Told(
        String type,
        String operation,
        String entity,
        String attribute,
        JsonNode value,
        Map<String, JsonNode> metadata,
        UUID unit) {

    static Told of(Event event) {
        Map<String, JsonNode> metadata = new HashMap<>();
        event.metadata().forEach((name, value) -> metadata.put(name, Json.of(value)));
        return new Told(
                event.entityType().name(),
                event.operation().name(),
                event.entityId(),
                event.attributeName().orElse(null),
                event.attributeValue().map(Json::of).orElseGet(Json::missing),
                metadata,
                event.transactionId());
    }

    boolean is(String wantedType, String wantedOperation, String wantedAttribute) {
        return type.equals(wantedType)
                && operation.equals(wantedOperation)
                && Objects.equals(attribute, wantedAttribute);
    }

    /** Whether it sets a status of a job. */
    boolean isStatus(String job, String status) {
        return is("job", "UPDATE", "status")
                && entity.equals(job)
                && value.asString().equals(status);
    }

    @Override
    public String toString() {
        String shown = value.toString();
        return "%s %s %s %s=%s %s"
                .formatted(
                        type,
                        operation,
                        entity,
                        attribute,
                        shown.length() > 300 ? shown.substring(0, 300) + "…" : shown,
                        metadata);
    }
}
