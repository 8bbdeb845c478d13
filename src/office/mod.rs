//! Use cases: what a signed-in person can do, once for screen and command line.
