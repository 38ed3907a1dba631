package io.daybook.scenarios.config;

import java.util.regex.Pattern;

/** Which configuration ids there can be: they become part of the ids of entities. */
final class Names {

    private static final Pattern LEGAL = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,99}");

    private Names() {}

    static void check(String what, String id) {
        if (!LEGAL.matcher(id).matches()) {
            throw new InvalidConfiguration(
                    "\"%s\" cannot be the id of a %s: letters, digits and _ only, not beginning with a digit, at most 100."
                            .formatted(id, what));
        }
    }
}
