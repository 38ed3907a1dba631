package io.daybook.tck;

class H2OnceTest extends OnceConformance implements Store.OnH2 {}
