package io.daybook.tck;

class H2PartitionTest extends PartitionConformance implements Store.OnH2 {}
