package io.daybook.tck;

class H2TimeoutTest extends TimeoutConformance implements Store.OnH2 {}
