"""What came, and whether it is what it says: product directories, `datasets.json`, checksums, notices of arrival."""
