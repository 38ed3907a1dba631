package io.daybook.tck;

class H2VerifyTest extends VerifyConformance implements Store.OnH2 {}
