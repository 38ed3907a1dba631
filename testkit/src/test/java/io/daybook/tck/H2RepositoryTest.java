package io.daybook.tck;

class H2RepositoryTest extends RepositoryConformance implements Store.OnH2 {}
