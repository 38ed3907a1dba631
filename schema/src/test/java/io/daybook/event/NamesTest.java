package io.daybook.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The rules that are written by hand, against the regular expressions that say what they are. */
class NamesTest {

    private static final String CHARACTERS = "azAZ09_.-é @\n\u0661";

    private static void compare(UnaryOperator<String> rule, String expression) {
        Pattern pattern = Pattern.compile(expression);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        int legal = 0;
        for (int n = 0; n < 200_000; n++) {
            // Mostly of the characters at the beginning, or hardly any would be legal.
            StringBuilder name = new StringBuilder();
            for (int length = random.nextInt(6); length > 0; length--) {
                int among = random.nextInt(4) == 0 ? CHARACTERS.length() : 9;
                name.append(CHARACTERS.charAt(random.nextInt(among)));
            }
            boolean expected = pattern.matcher(name).matches();
            assertThat(accepts(rule, name.toString())).as("\"%s\"", name).isEqualTo(expected);
            legal += expected ? 1 : 0;
        }
        assertThat(legal).isGreaterThan(1_000);
    }

    private static boolean accepts(UnaryOperator<String> rule, String name) {
        try {
            return rule.apply(name).equals(name);
        } catch (InvalidEvent e) {
            return false;
        }
    }

    @Test
    void an_entity_type_is_lower_case_words_with_single_dots_or_hyphens_between() {
        compare(Names::entityType, "[a-z][a-z0-9_]*([.-][a-z0-9_]+)*");
    }

    @Test
    void an_operation_is_an_upper_case_word() {
        compare(Names::operation, "[A-Z][A-Z0-9_]*");
    }
}
