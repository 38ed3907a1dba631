package io.daybook.tck;

class H2ProcessedEventsTest extends ProcessedEventsConformance implements Store.OnH2 {}
