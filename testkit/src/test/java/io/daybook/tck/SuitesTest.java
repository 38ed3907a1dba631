package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** A suite proves nothing where it does not run. */
class SuitesTest {

    private static final JavaClasses CLASSES = new ClassFileImporter().importPackages("io.daybook.tck");

    private static List<JavaClass> suites() {
        return CLASSES.stream()
                .filter(c -> c.getModifiers().contains(JavaModifier.ABSTRACT))
                .filter(c -> c.isAssignableTo(Conformance.class) && !c.isEquivalentTo(Conformance.class))
                .toList();
    }

    @Test
    void every_suite_has_tests_and_runs_on_both_databases() {
        assertThat(suites()).hasSizeGreaterThanOrEqualTo(12);
        for (JavaClass suite : suites()) {
            long tests = suite.getMethods().stream()
                    .filter(m -> m.isAnnotatedWith(Test.class) || m.isAnnotatedWith(ParameterizedTest.class))
                    .count();
            assertThat(tests).as("tests of %s", suite.getSimpleName()).isPositive();
            String name = suite.getSimpleName().replace("Conformance", "");
            assertRuns("H2" + name + "Test", suite, Store.OnH2.class);
            assertRuns("Postgresql" + name + "IT", suite, Store.OnPostgresql.class);
        }
    }

    private static void assertRuns(String name, JavaClass suite, Class<? extends Store> store) {
        JavaClass runner = CLASSES.get("io.daybook.tck." + name);
        assertThat(runner.isAssignableTo(suite.getName()))
                .as("%s runs %s", name, suite.getSimpleName())
                .isTrue();
        assertThat(runner.isAssignableTo(store))
                .as("%s runs on its store", name)
                .isTrue();
        assertThat(runner.getModifiers()).doesNotContain(JavaModifier.ABSTRACT);
    }

    @Test
    void no_test_is_switched_off() {
        for (JavaClass javaClass : CLASSES) {
            assertThat(javaClass.isAnnotatedWith(Disabled.class))
                    .as(javaClass.getName())
                    .isFalse();
            assertThat(javaClass.getMethods()).noneMatch(m -> m.isAnnotatedWith(Disabled.class));
        }
    }
}
