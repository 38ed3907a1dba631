package io.daybook.tck;

class H2TraceTest extends TraceConformance implements Store.OnH2 {}
