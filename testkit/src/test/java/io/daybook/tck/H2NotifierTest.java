package io.daybook.tck;

class H2NotifierTest extends NotifierConformance implements Store.OnH2 {}
