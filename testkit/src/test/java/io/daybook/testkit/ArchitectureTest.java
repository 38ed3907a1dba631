package io.daybook.testkit;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.daybook.AsOf;
import io.daybook.Baseline;
import io.daybook.Daybook;
import io.daybook.Importer;
import io.daybook.Tx;
import io.daybook.UnitOfWork;
import io.daybook.doctor.Doctor;
import io.daybook.evidence.Evidence;
import io.daybook.history.EntityState;
import io.daybook.history.History;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Notifier;
import io.daybook.notifier.Registration;
import io.daybook.repository.Repository;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jooq.DSLContext;

/** Holds the walls between the rooms (the design's section "Rooms"): import only from where your data came from. */
@AnalyzeClasses(packages = "io.daybook", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] ENGINE = {
        "io.daybook",
        "io.daybook.database..",
        "io.daybook.doctor..",
        "io.daybook.evidence..",
        "io.daybook.history..",
        "io.daybook.ledger..",
        "io.daybook.notifier..",
        "io.daybook.redaction..",
        "io.daybook.repository..",
        "io.daybook.sequencer..",
        "io.daybook.transfer.."
    };

    /** What an application holds in its hands. */
    private static final Set<String> DOORS = Set.of(
            AsOf.class.getName(),
            Baseline.class.getName(),
            Daybook.class.getName(),
            Doctor.class.getName(),
            Evidence.class.getName(),
            Tx.class.getName(),
            UnitOfWork.class.getName(),
            EntityState.class.getName(),
            History.class.getName(),
            Importer.class.getName(),
            Delivery.class.getName(),
            Notifier.class.getName(),
            Registration.class.getName(),
            Repository.class.getName());

    @ArchTest
    static final ArchRule rooms_import_only_from_where_their_data_came_from = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("migrations")
            .definedBy("io.daybook.migrations..")
            .layer("schema")
            .definedBy("io.daybook.event..", "io.daybook.schema..")
            .layer("engine")
            .definedBy(ENGINE)
            .layer("consumers")
            .definedBy("io.daybook.consumers..")
            .layer("testkit")
            .definedBy("io.daybook.testkit..")
            .whereLayer("testkit")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("consumers")
            .mayOnlyBeAccessedByLayers("testkit")
            .whereLayer("engine")
            .mayOnlyBeAccessedByLayers("consumers", "testkit")
            .whereLayer("schema")
            .mayOnlyBeAccessedByLayers("engine", "consumers", "testkit")
            .whereLayer("migrations")
            .mayOnlyBeAccessedByLayers("schema", "engine", "testkit");

    @ArchTest
    static final ArchRule every_class_is_in_a_room_that_this_test_knows = classes()
            .should()
            .resideInAnyPackage(Stream.concat(
                            Stream.of(ENGINE),
                            Stream.of(
                                    "io.daybook.migrations..",
                                    "io.daybook.event..",
                                    "io.daybook.schema..",
                                    "io.daybook.consumers..",
                                    "io.daybook.testkit.."))
                    .toArray(String[]::new));

    @ArchTest
    static final ArchRule the_vocabulary_knows_nothing_of_sql = noClasses()
            .that()
            .resideInAPackage("io.daybook.event..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.jooq..", "java.sql..", "javax.sql..", "io.daybook.schema..", "io.daybook.migrations..");

    @ArchTest
    static final ArchRule sql_stays_behind_the_engines_door = noClasses()
            .that()
            .resideInAPackage("io.daybook.consumers..")
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("org.jooq..", "java.sql..", "javax.sql..", "org.h2..", "org.postgresql..")
                            .and(DescribedPredicate.not(equivalentTo(DSLContext.class))))
            .because("a transactional consumer is handed its transaction, and hands it on");

    @ArchTest
    static final ArchRule the_doors_show_sql_only_where_a_transaction_is_handed_in = classes()
            .that(DescribedPredicate.describe("are doors", c -> DOORS.contains(c.getName())))
            .should(showNothingOf(
                    "SQL but in join and open",
                    List.of("org.jooq.", "java.sql.", "javax.sql."),
                    Set.of("join", "open")));

    @ArchTest
    static final ArchRule no_json_library_is_part_of_the_api = classes()
            .that()
            .resideInAPackage("io.daybook..")
            .should(showNothingOf(
                    "a JSON library", List.of("tools.jackson.", "com.fasterxml.", "org.jooq.JSON"), Set.of()))
            .because("the library must be free to change");

    @ArchTest
    static final ArchRule packages_do_not_depend_on_each_other_in_circles =
            slices().assignedFrom(new Packages()).should().beFreeOfCycles();

    @ArchTest
    static final ArchRule nobody_logs_past_slf4j = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule nobody_writes_to_the_console = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest
    static final ArchRule only_the_engine_and_its_tests_know_how_the_ledger_is_written = noClasses()
            .that()
            .resideOutsideOfPackages(ENGINE)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.daybook.sequencer..");

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

    private static ArchCondition<JavaClass> showNothingOf(String what, List<String> prefixes, Set<String> except) {
        return new ArchCondition<>("show nothing of " + what) {
            @Override
            public void check(JavaClass owner, ConditionEvents events) {
                if (!isVisible(owner) || owner.getPackageName().startsWith("io.daybook.schema")) {
                    return;
                }
                for (JavaCodeUnit unit : owner.getCodeUnits()) {
                    if (isVisible(unit.getModifiers()) && !except.contains(unit.getName())) {
                        Stream.concat(
                                        unit.getRawParameterTypes().stream(),
                                        Stream.concat(
                                                Stream.of(unit.getRawReturnType()),
                                                unit.getThrowsClause().getTypes().stream()))
                                .forEach(type -> tell(unit.getFullName(), type, events));
                    }
                }
                for (JavaField field : owner.getFields()) {
                    if (isVisible(field.getModifiers())) {
                        tell(field.getFullName(), field.getRawType(), events);
                    }
                }
            }

            private void tell(String where, JavaClass type, ConditionEvents events) {
                if (prefixes.stream().anyMatch(type.getName()::startsWith)) {
                    events.add(SimpleConditionEvent.violated(type, where + " shows " + type.getName()));
                }
            }
        };
    }

    private static boolean isVisible(JavaClass javaClass) {
        return isVisible(javaClass.getModifiers())
                && javaClass
                        .getEnclosingClass()
                        .map(ArchitectureTest::isVisible)
                        .orElse(true);
    }

    private static boolean isVisible(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }
}
