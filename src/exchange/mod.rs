//! Sheets and forms: bytes to domain values and back.
