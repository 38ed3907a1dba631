package io.daybook.scenarios;

import io.daybook.event.EntityType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the events of an entity say beside what happened: Taipy's metadata (FEATURES §1), with the same names. */
final class Metadata {

    private Metadata() {}

    static Map<String, @Nullable Object> of(Stored entity, View view, String version) {
        EntityType type = entity.ref().type();
        Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
        if (type.equals(EntityType.SCENARIO) || type.equals(EntityType.TASK) || type.equals(EntityType.DATA_NODE)) {
            metadata.put("config_id", entity.text("config_id"));
        } else if (type.equals(EntityType.JOB)) {
            metadata.put("creation_date", entity.get("creation_date"));
            metadata.put(
                    "task_config_id",
                    view.find(EntityType.TASK, entity.text("task"))
                            .map(task -> task.text("config_id"))
                            .orElse(null));
        } else if (type.equals(EntityType.SUBMISSION)) {
            metadata.put("origin_entity_id", entity.get("entity_id"));
            metadata.put("origin_entity_type", entity.text("entity_type").toUpperCase(Locale.ROOT));
            metadata.put("origin_entity_config_id", entity.get("entity_config_id"));
            metadata.put("creation_date", entity.get("creation_date"));
        } else {
            return Map.of();
        }
        metadata.put("version", version);
        return Collections.unmodifiableMap(metadata);
    }
}
