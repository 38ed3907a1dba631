package io.daybook.bench;

import io.daybook.Daybook;
import io.daybook.UnitOfWork;

/** Through the front door: {@code daybook.as(...).transact(...)}. */
public final class DaybookWriter implements Writer {

    private final UnitOfWork daybook;
    private final Life life;

    public DaybookWriter(Daybook daybook, Life life) {
        this.daybook = daybook.as(Life.ACTOR);
        this.life = life;
    }

    @Override
    public void write(int events) {
        daybook.transact(tx -> {
            for (int i = 0; i < events; i++) {
                life.next();
                life.say(tx);
            }
        });
    }
}
