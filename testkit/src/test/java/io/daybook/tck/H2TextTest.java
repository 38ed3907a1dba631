package io.daybook.tck;

class H2TextTest extends TextConformance implements Store.OnH2 {}
