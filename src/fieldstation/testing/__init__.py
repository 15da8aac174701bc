"""Contract suites that an engine or storage of anybody can inherit."""
