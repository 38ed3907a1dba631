package io.daybook.console;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

/** Holds the walls of the room {@code scenarios}, and who may enter it: here, where all rooms can be seen. */
@AnalyzeClasses(packages = "io.daybook", importOptions = ImportOption.DoNotIncludeTests.class)
class ScenariosArchitectureTest {

    @ArchTest
    static final ArchRule scenarios_know_no_table_and_no_sql = noClasses()
            .that()
            .resideInAPackage("io.daybook.scenarios..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.jooq..",
                    "java.sql..",
                    "javax.sql..",
                    "org.h2..",
                    "org.postgresql..",
                    "com.zaxxer..",
                    "io.daybook.schema..",
                    "io.daybook.migrations..",
                    "io.daybook.database..")
            .because("scenarios are a guest of the log, as any application is");

    @ArchTest
    static final ArchRule scenarios_come_in_by_the_doors_of_the_engine = classes()
            .that()
            .resideInAPackage("io.daybook.scenarios..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.daybook",
                    "io.daybook.event",
                    "io.daybook.notifier",
                    "io.daybook.ledger",
                    "io.daybook.history",
                    "io.daybook.redaction",
                    "io.daybook.consumers",
                    "io.daybook.scenarios..",
                    "org.apache.commons.csv",
                    "org.jspecify.annotations",
                    "org.slf4j",
                    "java..");

    @ArchTest
    static final ArchRule what_is_configured_knows_nothing_of_what_runs = noClasses()
            .that()
            .resideInAPackage("io.daybook.scenarios.config")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.daybook", "io.daybook.scenarios", "io.daybook.scenarios.react", "io.daybook.notifier");

    @ArchTest
    static final ArchRule nobody_below_knows_of_scenarios = noClasses()
            .that()
            .resideOutsideOfPackages("io.daybook.scenarios..", "io.daybook.console..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.daybook.scenarios..");

    @ArchTest
    static final ArchRule nobody_but_torture_uses_the_test_kit = noClasses()
            .that()
            .resideOutsideOfPackages("io.daybook.testkit..", "io.daybook.console.torture")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.daybook.testkit..");

    @ArchTest
    static final ArchRule scenarios_write_nothing_to_the_console =
            noClasses().that().resideInAPackage("io.daybook.scenarios..").should(ACCESS_STANDARD_STREAMS);

    @ArchTest
    static final ArchRule nobody_logs_past_slf4j = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule packages_do_not_depend_on_each_other_in_circles =
            slices().assignedFrom(new Packages()).should().beFreeOfCycles();

    /** One slice per package; the generated tables are jOOQ's to answer for. */
    private static final class Packages implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            String name = javaClass.getPackageName();
            return name.startsWith("io.daybook") && !name.startsWith("io.daybook.schema")
                    ? SliceIdentifier.of(name)
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "the packages of Daybook";
        }
    }
}
