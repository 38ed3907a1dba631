package io.daybook.tck;

class H2RedactionTest extends RedactionConformance implements Store.OnH2 {}
