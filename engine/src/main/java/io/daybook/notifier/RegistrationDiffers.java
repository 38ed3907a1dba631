package io.daybook.notifier;

import io.daybook.event.DaybookException;
import io.daybook.event.Topic;
import java.util.Set;

/** A registration of that name exists and hears something else, or is divided otherwise. Nothing was changed. */
public final class RegistrationDiffers extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final String name;

    private RegistrationDiffers(String name, String message) {
        super(message);
        this.name = name;
    }

    static RegistrationDiffers byTopics(String name, Set<Topic> existing, Set<Topic> wanted) {
        return new RegistrationDiffers(
                name,
                "Registration %s hears %s, and was now asked to hear %s. Nothing was changed; use another name, or notifier.replaceTopics(\"%s\", ...) if it shall hear the other from where it stands."
                        .formatted(name, shown(existing), shown(wanted), name));
    }

    static RegistrationDiffers byPartitions(String name, int existing, int wanted) {
        return new RegistrationDiffers(
                name,
                "Registration %s has %d partitions, and was now asked to have %d. Nothing was changed; change that with notifier.control(\"%s\").divide(%d, ...)."
                        .formatted(name, existing, wanted, name, wanted));
    }

    private static String shown(Set<Topic> topics) {
        return topics.isEmpty() ? "everything" : topics.toString();
    }

    public String name() {
        return name;
    }
}
