package io.daybook.tck;

class H2ValueTest extends ValueConformance implements Store.OnH2 {}
