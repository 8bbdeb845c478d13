//! What keys mean: normalisation, actions and the key table.
