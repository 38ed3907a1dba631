package io.daybook.tck;

class H2ContextTest extends ContextConformance implements Store.OnH2 {}
