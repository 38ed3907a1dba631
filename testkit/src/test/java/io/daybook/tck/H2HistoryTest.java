package io.daybook.tck;

class H2HistoryTest extends HistoryConformance implements Store.OnH2 {}
