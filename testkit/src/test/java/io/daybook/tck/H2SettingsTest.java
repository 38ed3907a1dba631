package io.daybook.tck;

class H2SettingsTest extends SettingsConformance implements Store.OnH2 {}
