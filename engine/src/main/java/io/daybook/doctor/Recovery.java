package io.daybook.doctor;

/**
 * A cursor that was moved back.
 *
 * @param registration whose
 * @param partition which of its partitions
 * @param from the position it had finished, in a history that is gone
 * @param to the position it goes on after
 * @param forgotten parked events after that position, which are delivered again or are gone
 * @param why one sentence
 */
public record Recovery(String registration, int partition, long from, long to, int forgotten, String why) {}
