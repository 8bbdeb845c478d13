//! What a person signs with: a seed that only the own password leads to.
//!
//! security.md 4.2 keeps a random signing key wrapped under the password. Here the key is derived
//! instead, from the same root as the wrapping key would be and a random salt that lies in the
//! database while the key is in use. That is as strong and one thing less to store: without the
//! password the salt says nothing, and when the salt is erased (a new password, a reset, a removal)
//! not even the password leads to the old key again.

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::fault::VaultFault;
use super::key::random;

/// Leads to a person's signing keys. It is expanded from the derivation that signs in, so that
/// there is never a second one.
#[derive(Clone)]
pub struct SigningRoot(Zeroizing<[u8; 32]>);

impl SigningRoot {
    pub(super) fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// The seed of the signing key with this salt, 32 bytes, wiped when dropped.
    ///
    /// # Errors
    /// [`VaultFault::Internal`]; it cannot happen on these lengths.
    pub fn seed(&self, salt: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>, VaultFault> {
        let mut seed = Zeroizing::new([0_u8; 32]);
        Hkdf::<Sha256>::from_prk(self.0.as_slice())
            .ok()
            .and_then(|hkdf| hkdf.expand_multi_info(&[b"seed", salt], seed.as_mut_slice()).ok())
            .ok_or(VaultFault::Internal { step: "hkdf" })?;
        Ok(seed)
    }

    /// A salt for a new signing key. It is no secret.
    ///
    /// # Errors
    /// [`VaultFault::NoRandomness`].
    pub fn fresh_salt() -> Result<[u8; 32], VaultFault> {
        Ok(*random::<32>()?)
    }
}

impl fmt::Debug for SigningRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningRoot(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_depends_on_root_and_salt_and_on_nothing_else() {
        let root = |byte| SigningRoot::new(Zeroizing::new([byte; 32]));
        let seed = |byte, salt| *root(byte).seed(&[salt; 32]).unwrap();
        assert_eq!(seed(1, 1), seed(1, 1));
        assert_ne!(seed(1, 1), seed(1, 2));
        assert_ne!(seed(1, 1), seed(2, 1));
        assert_eq!(format!("{:?}", root(1)), "SigningRoot(..)");
        assert_ne!(SigningRoot::fresh_salt().unwrap(), SigningRoot::fresh_salt().unwrap());
    }
}
