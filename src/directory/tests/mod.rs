//! Directories built and read back.
