package io.daybook.tck;

class H2RaceTest extends RaceConformance implements Store.OnH2 {}
