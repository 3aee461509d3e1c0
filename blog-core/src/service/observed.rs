//! The decorator that keeps the object index true in embedded mode.
