package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.notifier.Registration;
import io.daybook.notifier.RegistrationBusy;
import io.daybook.notifier.RegistrationClosed;
import io.daybook.testkit.Await;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The life of a consumer. What Taipy's does (trace o-consumer-lifecycle) is quoted where ours does the same, or something else on
 * purpose.
 */
abstract class ConsumerConformance extends Conformance {

    private static final Operation ACT = Operation.of("ACT");

    private final CopyOnWriteArrayList<EventConsumer> consumers = new CopyOnWriteArrayList<>();
    private Registration registration;

    /** Remembers what it got, and does with it what a test wants. */
    private final class Recorder extends EventConsumer {
        final CopyOnWriteArrayList<Long> processed = new CopyOnWriteArrayList<>();
        final CopyOnWriteArrayList<Long> offered = new CopyOnWriteArrayList<>();
        private final Work work;

        Recorder(Work work) {
            super(registration);
            this.work = work;
            consumers.add(this);
        }

        Recorder() {
            this(event -> {});
        }

        @Override
        protected void processEvent(Event event) throws Exception {
            long position = event.position().orElseThrow();
            offered.add(position);
            work.on(event);
            processed.add(position);
        }

        void awaitProcessed(long count) {
            Await.until(() -> processed.size() >= count, () -> "processed only " + processed);
        }
    }

    private interface Work {
        void on(Event event) throws Exception;
    }

    @BeforeEach
    void register() {
        registration = daybook().notifier().register("r", Topic.of("order"));
    }

    @AfterEach
    void stopAll() {
        consumers.forEach(consumer -> consumer.stop(Duration.ofSeconds(10)));
    }

    private void say(int times) {
        daybook().transact(tx -> {
            for (int i = 0; i < times; i++) {
                tx.record("order", "o-1", ACT, i);
            }
        });
    }

    // ---- trace o, line by line --------------------------------------------------------------------------------------

    @Test
    void thread_is_a_daemon_and_its_name_tells_the_registration() {
        AtomicReference<String> name = new AtomicReference<>();
        AtomicBoolean daemon = new AtomicBoolean();
        Recorder consumer = new Recorder(event -> {
            name.set(Thread.currentThread().getName());
            daemon.set(Thread.currentThread().isDaemon());
        });
        consumer.start();
        say(1);
        consumer.awaitProcessed(1);
        assertThat(daemon).as("dies with the process").isTrue();
        assertThat(name).hasValue("daybook-consumer-r");
    }

    @Test
    void events_published_between_register_and_start_are_delivered_after_start() {
        say(3);
        Recorder consumer = new Recorder();
        consumer.start();
        consumer.awaitProcessed(3);
        assertThat(consumer.processed).isEqualTo(upTo(3));
    }

    @Test
    void order_of_publication_is_kept() {
        Recorder consumer = new Recorder();
        consumer.start();
        for (int i = 0; i < 20; i++) {
            say(3);
        }
        consumer.awaitProcessed(60);
        assertThat(consumer.processed).isEqualTo(upTo(60));
    }

    @Test
    void after_stop_it_is_not_alive_and_here_stop_waits_until_it_is_not() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean returned = new AtomicBoolean();
        Recorder consumer = new Recorder(event -> {
            begun.countDown();
            TimeUnit.MILLISECONDS.sleep(50);
            returned.set(true);
        });
        consumer.start();
        say(1);
        assertThat(begun.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(consumer.isRunning()).isTrue();
        assertThat(consumer.stop(LONG)).isTrue();
        assertThat(returned).as("it waited for what was in hand").isTrue();
        assertThat(consumer.isRunning()).isFalse();
    }

    @Test
    void
            after_stop_without_unregister_events_keep_piling_up_and_a_restart_gets_them_where_taipys_cannot_be_restarted() {
        Recorder consumer = new Recorder();
        consumer.start();
        say(2);
        consumer.awaitProcessed(2);
        consumer.stop();
        say(3);
        consumer.start();
        consumer.awaitProcessed(5);
        consumer.stop();
        consumer.start();
        consumer.stop();
        assertThat(consumer.processed).isEqualTo(upTo(5));
        assertThat(consumer.offered).isEqualTo(upTo(5));
    }

    @Test
    void a_new_consumer_on_the_same_registration_gets_what_piled_up() {
        Recorder first = new Recorder();
        first.start();
        say(2);
        first.awaitProcessed(2);
        first.stop();
        say(1);
        Recorder second = new Recorder();
        second.start();
        second.awaitProcessed(1);
        assertThat(second.processed).containsExactly(3L);
        assertThat(first.processed).containsExactly(1L, 2L);
    }

    @Test
    void after_unregister_nothing_more_arrives() {
        Recorder consumer = new Recorder();
        consumer.start();
        say(2);
        consumer.awaitProcessed(2);
        daybook().notifier().unregister("r");
        Await.until(() -> !consumer.isRunning(), () -> "it still runs");
        say(1);
        Await.sequenced(daybook());
        assertThat(consumer.processed).isEqualTo(upTo(2));
        assertThatThrownBy(consumer::start).isInstanceOf(RegistrationClosed.class);
    }

    static List<Consumer<Integer>> failures() {
        return List.of(
                n -> {
                    throw new IllegalStateException("unchecked");
                },
                n -> sneak(new IOException("checked")),
                n -> {
                    throw new AssertionError("assertion");
                },
                n -> {
                    throw new StackOverflowError();
                },
                n -> {
                    throw new NoClassDefFoundError("Gone");
                },
                n -> {
                    throw new ServiceConfigurationError("of another kind");
                },
                n -> sneak(new InterruptedException("not by us")),
                n -> {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted itself");
                });
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable failure) throws E {
        throw (E) failure;
    }

    @ParameterizedTest
    @MethodSource("failures")
    void process_event_raises_and_here_the_consumer_lives_and_gets_the_event_again_before_any_other(
            Consumer<Integer> failure) {
        say(4);
        AtomicBoolean failed = new AtomicBoolean();
        Recorder consumer = new Recorder(event -> {
            if (event.position().orElseThrow() == 2 && !failed.getAndSet(true)) {
                failure.accept(0);
            }
        });
        consumer.start();
        consumer.awaitProcessed(4);
        assertThat(consumer.offered).containsExactly(1L, 2L, 2L, 3L, 4L);
        assertThat(consumer.processed).isEqualTo(upTo(4));
        assertThat(consumer.isRunning()).isTrue();
    }

    @Test
    void stop_while_events_wait_finishes_the_one_in_hand_and_here_the_others_are_processed_later() throws Exception {
        say(6);
        CountDownLatch inHand = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Recorder consumer = new Recorder(event -> {
            if (event.position().orElseThrow() == 2) {
                inHand.countDown();
                goOn.await();
            }
        });
        consumer.start();
        inHand.await();
        assertThat(consumer.stop(Duration.ofMillis(50)))
                .as("waits no longer than told")
                .isFalse();
        assertThat(consumer.isRunning()).isTrue();
        assertThat(consumer.processed).containsExactly(1L);
        goOn.countDown();
        assertThat(consumer.stop(LONG)).isTrue();
        assertThat(consumer.processed).containsExactly(1L, 2L);
        assertThat(registration.position()).isEqualTo(2);
        consumer.start();
        consumer.awaitProcessed(6);
        assertThat(consumer.processed).isEqualTo(upTo(6));
    }

    @Test
    void two_consumers_share_one_queue_in_taipy_and_here_the_second_is_refused() {
        Recorder first = new Recorder();
        Recorder second = new Recorder();
        first.start();
        assertThatThrownBy(second::start).isInstanceOf(RegistrationBusy.class).hasMessageContaining("r is consumed by");
        assertThat(second.isRunning()).isFalse();
        first.stop();
        second.start();
        say(1);
        second.awaitProcessed(1);
        assertThatThrownBy(first::start).isInstanceOf(RegistrationBusy.class);
    }

    @Test
    void the_base_class_can_be_instantiated_in_taipy_and_here_it_cannot() {
        assertThat(Modifier.isAbstract(EventConsumer.class.getModifiers())).isTrue();
    }

    @Test
    void publisher_is_never_blocked_by_consumers_however_many_events_wait() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        Recorder consumer = new Recorder(event -> goOn.await());
        consumer.start();
        for (int i = 0; i < 5; i++) {
            say(1_000);
        }
        Await.sequenced(daybook());
        assertThat(consumer.processed).isEmpty();
        goOn.countDown();
        consumer.awaitProcessed(5_000);
        assertThat(consumer.processed).isEqualTo(upTo(5_000));
    }

    // ---- beyond the trace -------------------------------------------------------------------------------------------

    @Test
    void an_event_that_fails_again_and_again_lets_nothing_pass_and_stops_at_once() {
        say(3);
        Recorder consumer = new Recorder(event -> {
            if (event.position().orElseThrow() == 2) {
                throw new IllegalStateException("always");
            }
        });
        consumer.start();
        Await.until(() -> consumer.offered.size() >= 4, () -> "offered " + consumer.offered);
        long start = System.nanoTime();
        assertThat(consumer.stop(LONG)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("no waiting for the pause")
                .isLessThan(Duration.ofSeconds(5));
        assertThat(consumer.processed).containsExactly(1L);
        assertThat(consumer.offered).containsOnly(1L, 2L);
        assertThat(registration.position()).isEqualTo(1);

        Recorder better = new Recorder();
        better.start();
        better.awaitProcessed(2);
        assertThat(better.processed).containsExactly(2L, 3L);
    }

    @Test
    void a_consumer_may_stop_itself() {
        say(3);
        AtomicReference<Boolean> answer = new AtomicReference<>();
        AtomicReference<EventConsumer> self = new AtomicReference<>();
        Recorder consumer = new Recorder(event -> {
            if (event.position().orElseThrow() == 2) {
                answer.set(self.get().stop(LONG));
            }
        });
        self.set(consumer);
        consumer.start();
        Await.until(() -> !consumer.isRunning(), () -> "it still runs");
        assertThat(answer.get()).as("it cannot wait for itself").isFalse();
        assertThat(consumer.processed).containsExactly(1L, 2L);
        assertThat(registration.position()).isEqualTo(2);
        consumer.start();
        consumer.awaitProcessed(3);
        assertThat(consumer.processed).isEqualTo(upTo(3));
    }

    @Test
    void a_consumer_that_stops_itself_and_then_fails_gets_the_event_again() {
        say(2);
        AtomicBoolean failed = new AtomicBoolean();
        AtomicReference<EventConsumer> self = new AtomicReference<>();
        Recorder consumer = new Recorder(event -> {
            if (!failed.getAndSet(true)) {
                self.get().stop();
                throw new IllegalStateException("and out");
            }
        });
        self.set(consumer);
        consumer.start();
        Await.until(() -> !consumer.isRunning(), () -> "it still runs");
        assertThat(consumer.processed).isEmpty();
        consumer.start();
        consumer.awaitProcessed(2);
        assertThat(consumer.offered).containsExactly(1L, 1L, 2L);
    }

    @Test
    void stop_never_interrupts_the_work_of_the_application() throws Exception {
        say(1);
        CountDownLatch inHand = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch goOn = new CountDownLatch(1);
        Recorder consumer = new Recorder(event -> {
            inHand.countDown();
            try {
                if (!goOn.await(LONG.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new AssertionError("nobody let it go on");
                }
            } catch (InterruptedException e) {
                interrupted.set(true);
                throw e;
            }
        });
        consumer.start();
        inHand.await();
        consumer.stop(Duration.ofMillis(20));
        consumer.stop(Duration.ofMillis(20));
        goOn.countDown();
        assertThat(consumer.stop(LONG)).isTrue();
        assertThat(interrupted).isFalse();
        assertThat(consumer.processed).containsExactly(1L);
    }

    @Test
    void who_waits_for_a_stop_and_is_interrupted_keeps_the_interrupt() throws Exception {
        say(1);
        CountDownLatch inHand = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Recorder consumer = new Recorder(event -> {
            inHand.countDown();
            goOn.await();
        });
        consumer.start();
        inHand.await();
        Thread.currentThread().interrupt();
        assertThat(consumer.stop(LONG)).isFalse();
        assertThat(Thread.interrupted()).isTrue();
        goOn.countDown();
        assertThat(consumer.stop(LONG)).isTrue();
    }

    @Test
    void starting_twice_is_an_error_and_stopping_twice_is_none() {
        Recorder consumer = new Recorder();
        assertThat(consumer.stop(LONG)).as("never started").isTrue();
        consumer.start();
        assertThatThrownBy(consumer::start).isInstanceOf(IllegalStateException.class);
        consumer.stop();
        consumer.stop();
        consumer.close();
        assertThat(consumer.isRunning()).isFalse();
    }

    @Test
    void a_stop_saves_the_cursor() throws Exception {
        say(3);
        Recorder consumer = new Recorder();
        consumer.start();
        consumer.awaitProcessed(3);
        consumer.stop();
        assertThat(text("select position from daybook.cursors")).isEqualTo("3");
    }

    @Test
    void a_consumer_ends_with_its_daybook() {
        Recorder consumer = new Recorder();
        consumer.start();
        say(1);
        consumer.awaitProcessed(1);
        daybook().close();
        Await.until(() -> !consumer.isRunning(), () -> "it still runs");
    }

    @Test
    void a_consumer_may_append_and_wait_for_its_own_unit_of_work() {
        Recorder consumer = new Recorder(event -> {
            if (event.entityId().equals("o-1")) {
                daybook()
                        .unitOfWork()
                        .causedBy(event.position().orElseThrow())
                        .transact(tx -> tx.record("order", "o-2", ACT));
            }
        });
        consumer.start();
        say(3);
        consumer.awaitProcessed(6);
        assertThat(consumer.processed).isEqualTo(upTo(6));
        assertThat(history("o-2"))
                .extracting(e -> e.causationPosition().orElseThrow())
                .isEqualTo(upTo(3));
    }

    /** Consumers share threads: what one of them does with its thread must not matter to others. */
    @Test
    void consumers_that_were_quick_and_then_do_not_return_hold_up_nobody_else() {
        int many = 4 * Runtime.getRuntime().availableProcessors() + 1;
        CountDownLatch enough = new CountDownLatch(1);
        AtomicInteger quick = new AtomicInteger();
        AtomicInteger held = new AtomicInteger();
        for (int i = 0; i < many; i++) {
            consumers.add(Consumers.consume(daybook().notifier().register("held " + i, Topic.of("order")), event -> {
                if (event.entityId().equals("o-1")) {
                    quick.incrementAndGet();
                } else {
                    held.incrementAndGet();
                    enough.await();
                }
            }));
        }
        Recorder free = new Recorder();
        free.start();
        try {
            for (int i = 1; i <= 20; i++) {
                int said = i;
                say(1);
                Await.until(() -> quick.get() == said * many, () -> quick + " were quick");
            }
            daybook().transact(tx -> tx.record("order", "o-2", ACT));
            Await.until(() -> held.get() == many, () -> "only " + held + " of " + many + " were handed the event");
            say(3);
            free.awaitProcessed(24);
            assertThat(free.processed).isEqualTo(upTo(24));
        } finally {
            enough.countDown();
        }
    }

    @Test
    void what_one_consumer_leaves_in_its_thread_no_other_finds() {
        ClassLoader loader = new ClassLoader(Thread.currentThread().getContextClassLoader()) {};
        CopyOnWriteArrayList<String> found = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 10; i++) {
            String name = "c" + i;
            Thread starter = Thread.currentThread();
            ClassLoader before = starter.getContextClassLoader();
            if (i % 2 == 0) {
                starter.setContextClassLoader(loader);
            }
            try {
                consumers.add(Consumers.consume(daybook().notifier().register(name, Topic.of("order")), event -> {
                    boolean own =
                            (Thread.currentThread().getContextClassLoader() == loader) == (name.charAt(1) % 2 == 0);
                    found.add(name
                            + (own ? "" : " with another's class loader")
                            + (Thread.currentThread().isInterrupted() ? " interrupted" : "")
                            + (Thread.currentThread().getName().equals("daybook-consumer-" + name) ? "" : " misnamed"));
                    Thread.currentThread().setContextClassLoader(null);
                    Thread.currentThread().setName("left behind");
                    Thread.currentThread().interrupt();
                }));
            } finally {
                starter.setContextClassLoader(before);
            }
        }
        for (int i = 1; i <= 5; i++) {
            int said = i;
            daybook().transact(tx -> tx.record("order", "o-1", ACT));
            Await.until(() -> found.size() == said * 10, () -> "found " + found);
        }
        assertThat(found).allMatch(what -> what.matches("c[0-9]"));
    }

    @Test
    void consumers_that_wait_have_no_threads() {
        AtomicInteger processed = new AtomicInteger();
        for (int i = 0; i < 100; i++) {
            consumers.add(Consumers.consume(
                    daybook().notifier().register(Topic.of("order")), event -> processed.incrementAndGet()));
        }
        say(10);
        Await.until(() -> processed.get() == 1_000, () -> "processed " + processed);
        long threads = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("daybook-consumer"))
                .count();
        assertThat(threads).isLessThan(50);
    }

    @Test
    void a_lambda_is_a_consumer_too() {
        CopyOnWriteArrayList<Long> processed = new CopyOnWriteArrayList<>();
        try (EventConsumer consumer = Consumers.consume(
                registration, event -> processed.add(event.position().orElseThrow()))) {
            assertThat(consumer.registration()).isSameAs(registration);
            say(2);
            Await.until(() -> processed.size() == 2, () -> "processed " + processed);
        }
        assertThat(processed).isEqualTo(upTo(2));
    }
}
