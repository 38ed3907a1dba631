package io.daybook.notifier;

import io.daybook.event.DaybookException;
import io.daybook.event.Topic;
import java.util.Set;

/** A registration of that name exists and wants to hear something else. Nothing was changed. */
public final class RegistrationDiffers extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final String name;

    RegistrationDiffers(String name, Set<Topic> existing, Set<Topic> wanted) {
        super(
                "Registration %s hears %s, and was now asked to hear %s. Nothing was changed; use another name, or notifier.replaceTopics(\"%s\", ...) if it shall hear the other from where it stands."
                        .formatted(name, shown(existing), shown(wanted), name));
        this.name = name;
    }

    private static String shown(Set<Topic> topics) {
        return topics.isEmpty() ? "everything" : topics.toString();
    }

    public String name() {
        return name;
    }
}
