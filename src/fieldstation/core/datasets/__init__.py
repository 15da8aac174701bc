"""Versioned data sets: immutable manifests of blobs, who may read them, and what is kept how long."""
