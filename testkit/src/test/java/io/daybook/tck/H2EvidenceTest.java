package io.daybook.tck;

class H2EvidenceTest extends EvidenceConformance implements Store.OnH2 {}
