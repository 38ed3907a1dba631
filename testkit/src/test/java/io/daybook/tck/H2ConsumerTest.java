package io.daybook.tck;

class H2ConsumerTest extends ConsumerConformance implements Store.OnH2 {}
