package io.daybook.tck;

class H2PeersTest extends PeersConformance implements Store.OnH2 {}
