package io.daybook.tck;

class H2FailureTest extends FailureConformance implements Store.OnH2 {}
