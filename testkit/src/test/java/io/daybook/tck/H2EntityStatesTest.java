package io.daybook.tck;

class H2EntityStatesTest extends EntityStatesConformance implements Store.OnH2 {}
