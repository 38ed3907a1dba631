package io.daybook.tck;

class H2AppendAsyncTest extends AppendAsyncConformance implements Store.OnH2 {}
