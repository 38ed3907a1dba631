package io.daybook.tck;

class H2TransactionalTest extends TransactionalConformance implements Store.OnH2 {}
