package io.daybook.tck;

class H2JoinTest extends JoinConformance implements Store.OnH2 {}
