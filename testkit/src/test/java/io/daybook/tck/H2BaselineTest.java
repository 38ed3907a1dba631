package io.daybook.tck;

class H2BaselineTest extends BaselineConformance implements Store.OnH2 {}
