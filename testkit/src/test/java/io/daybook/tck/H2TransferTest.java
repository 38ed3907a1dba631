package io.daybook.tck;

class H2TransferTest extends TransferConformance implements Store.OnH2 {}
