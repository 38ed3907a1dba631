package io.daybook.tck;

class H2AppendTest extends AppendConformance implements Store.OnH2 {}
