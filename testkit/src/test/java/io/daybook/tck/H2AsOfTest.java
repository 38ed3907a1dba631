package io.daybook.tck;

class H2AsOfTest extends AsOfConformance implements Store.OnH2 {}
