package io.daybook.scenarios.config;

import io.daybook.event.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The data of the inputs of a task, as it was when its job began. Immutable. */
public final class Inputs {

    private final Map<String, Value> byName;
    private final List<Value> inOrder;

    /** @param byName by the configuration ids of the data nodes, in the order of the task */
    public Inputs(Map<String, Value> byName) {
        this.byName = Map.copyOf(byName);
        this.inOrder = List.copyOf(new ArrayList<>(byName.values()));
    }

    /** How many there are. */
    public int size() {
        return inOrder.size();
    }

    /**
     * The data of that one, from 0.
     *
     * @throws IndexOutOfBoundsException if there is none
     */
    public Value get(int number) {
        return inOrder.get(number);
    }

    /**
     * The data of that one, from 0.
     *
     * @throws IndexOutOfBoundsException if there is none
     * @throws io.daybook.event.ValueMismatch if it does not fit the type, or is JSON null
     */
    public <T> T get(int number, Class<T> type) {
        return get(number).as(type);
    }

    /**
     * The data of the input with that configuration id.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Value get(String dataNode) {
        Value value = byName.get(dataNode);
        if (value == null) {
            throw new IllegalArgumentException(
                    "The task has no input %s; it has %s.".formatted(dataNode, byName.keySet()));
        }
        return value;
    }

    /**
     * The data of the input with that configuration id.
     *
     * @throws IllegalArgumentException if there is none
     * @throws io.daybook.event.ValueMismatch if it does not fit the type, or is JSON null
     */
    public <T> T get(String dataNode, Class<T> type) {
        return get(dataNode).as(type);
    }
}
