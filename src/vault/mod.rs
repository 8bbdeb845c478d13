//! Key slots, password derivation and the recovery key.
