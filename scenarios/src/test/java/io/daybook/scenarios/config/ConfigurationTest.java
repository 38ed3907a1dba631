package io.daybook.scenarios.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.event.InvalidEvent;
import io.daybook.event.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a configuration refuses when it is built, and what it says then. */
class ConfigurationTest {

    private final DataNodeConfig a = DataNodeConfig.of("a");
    private final DataNodeConfig b = DataNodeConfig.of("b");
    private final DataNodeConfig c = DataNodeConfig.of("c");

    private static TaskConfig task(String id, DataNodeConfig from, DataNodeConfig to) {
        return TaskConfig.of(id, inputs -> 1).reads(from).writes(to);
    }

    @Test
    void tasks_that_wait_for_each_other_in_a_circle_are_refused() {
        assertThatThrownBy(() -> ScenarioConfig.of("s", task("ab", a, b), task("bc", b, c), task("ca", c, a)))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("scenario s wait for each other in a circle")
                .hasMessageContaining("ab")
                .hasMessageContaining("bc")
                .hasMessageContaining("ca");
        assertThatThrownBy(() -> ScenarioConfig.of("s", task("aa", a, a))).isInstanceOf(InvalidConfiguration.class);
        assertThat(ScenarioConfig.of("s", task("ab", a, b), task("bc", b, c), task("ac", a, c))
                        .taskDataNodes())
                .containsExactly(a, b, c);
    }

    @Test
    void two_different_things_of_one_id_are_refused_and_one_thing_named_twice_is_not() {
        TaskConfig ab = task("ab", a, b);
        Configuration.of(ScenarioConfig.of("s", ab), ScenarioConfig.of("t", ab, task("bc", b, c)));
        assertThatThrownBy(() -> Configuration.of(ScenarioConfig.of("s", ab), ScenarioConfig.of("t", task("ab", a, c))))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("two different tasks with id ab");
        assertThatThrownBy(() -> Configuration.of(ScenarioConfig.of("s", ab), ScenarioConfig.of("s", task("bc", b, c))))
                .hasMessageContaining("two different scenarios with id s");
        assertThatThrownBy(() -> Configuration.of(
                        ScenarioConfig.of("s", ab), ScenarioConfig.of("t").additionalDataNodes(a.scope(Scope.GLOBAL))))
                .hasMessageContaining("two different data nodes with id a");
        assertThatThrownBy(() -> ScenarioConfig.of("s", ab, ab)).hasMessageContaining("has a task twice");
        assertThatThrownBy(() -> ab.reads(a)).hasMessageContaining("names a data node twice");
    }

    @Test
    void names_that_are_not_there_are_told_with_those_that_are() {
        Configuration configuration = Configuration.of(List.of(ScenarioConfig.of("s", task("ab", a, b))), List.of(c));
        assertThat(configuration.dataNode("c")).isEqualTo(c);
        assertThat(configuration.findTask("zz")).isEmpty();
        assertThatThrownBy(() -> configuration.scenario("t"))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage("There is no scenario t in the configuration; there are [s].");
        assertThatThrownBy(() -> configuration.dataNode("d")).hasMessageContaining("[a, b, c]");
        assertThatThrownBy(() -> ScenarioConfig.of("s", task("ab", a, b)).sequence("q", task("bc", b, c)))
                .hasMessageContaining("Sequence q of scenario s has task bc, which the scenario does not have");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1st", "a b", "ä", "a/b", "../a", "a\u0000"})
    void names_that_cannot_be_part_of_an_id_are_refused(String name) {
        assertThatThrownBy(() -> DataNodeConfig.of(name)).isInstanceOf(InvalidConfiguration.class);
        assertThatThrownBy(() -> TaskConfig.of(name, inputs -> 1)).isInstanceOf(InvalidConfiguration.class);
        assertThatThrownBy(() -> ScenarioConfig.of(name)).isInstanceOf(InvalidConfiguration.class);
    }

    @Test
    void values_and_periods_that_cannot_be_kept_are_refused() {
        assertThatThrownBy(() -> a.defaultData(Double.NaN)).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> a.validFor(Duration.ZERO)).isInstanceOf(InvalidConfiguration.class);
        assertThatThrownBy(() -> new Storage(Storage.Format.CSV, null)).isInstanceOf(InvalidConfiguration.class);
        assertThatThrownBy(() -> new Storage(Storage.Format.LOG, Path.of("x")))
                .isInstanceOf(InvalidConfiguration.class);
        assertThat(a.defaultData(null).defaultData()).isEqualTo(Value.of(null));
        assertThat(a.validFor(Duration.ofHours(1)).validityPeriod()).isEqualTo(Duration.ofHours(1));
    }

    @ParameterizedTest
    @CsvSource({
        "DAILY,     2024-02-29T00:00, 2024-02-29T23:59:59.999999",
        "WEEKLY,    2024-02-26T00:00, 2024-03-03T23:59:59.999999",
        "MONTHLY,   2024-02-01T00:00, 2024-02-29T23:59:59.999999",
        "QUARTERLY, 2024-01-01T00:00, 2024-03-31T23:59:59.999999",
        "YEARLY,    2024-01-01T00:00, 2024-12-31T23:59:59.999999"
    })
    void cycles_begin_and_end_with_their_days_months_and_years(
            Frequency frequency, LocalDateTime start, LocalDateTime end) {
        assertThat(frequency.startOf(LocalDateTime.parse("2024-02-29T17:30:01")))
                .isEqualTo(start);
        assertThat(frequency.startOf(start)).isEqualTo(start);
        assertThat(frequency.startOf(end)).isEqualTo(start);
        assertThat(frequency.endOf(start)).isEqualTo(end);
    }
}
