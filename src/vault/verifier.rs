//! Passwords that are only checked, never turned into keys: members' and initial passwords.

use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, Version};

use super::derive::{KdfCost, count_derivation, normalised_password, stretch};
use super::fault::VaultFault;
use super::key::random;

/// Makes and checks the PHC strings kept with the accounts inside the opened database.
pub struct Verifier;

/// The longest string that is parsed at all.
const MOST_LENGTH: usize = 256;

impl Verifier {
    /// The string to store for a password, with a random salt of its own.
    ///
    /// # Errors
    /// A cost out of bounds, no memory, or no randomness.
    pub fn make(password: &str, cost: KdfCost) -> Result<String, VaultFault> {
        let salt = random::<32>()?;
        let hash = stretch(cost, password, &salt)?;
        let internal = |_| VaultFault::Internal { step: "verifier" };
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .map_err(|_| VaultFault::Internal { step: "verifier" })?;
        let phc = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params)
                .map_err(|_| VaultFault::Internal { step: "verifier" })?,
            salt: Some(Salt::new(salt.as_slice()).map_err(internal)?),
            hash: Some(Output::new(hash.as_slice()).map_err(internal)?),
        };
        Ok(phc.to_string())
    }

    /// Whether the password fits. A string that is damaged, of another algorithm or asks for more
    /// than the bounds fits no password; nothing is derived for it.
    #[must_use]
    pub fn verify(phc: &str, password: &str) -> bool {
        parsed(phc).is_some_and(|hash| {
            let password = normalised_password(password);
            count_derivation();
            Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
        })
    }
}

fn parsed(phc: &str) -> Option<PasswordHash> {
    if phc.len() > MOST_LENGTH {
        return None;
    }
    let hash = PasswordHash::new(phc).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let cost =
        KdfCost { memory_kib: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() };
    cost.checked().ok()?;
    let ours = hash.algorithm == Algorithm::Argon2id.ident()
        && hash.version == Some(Version::V0x13.into())
        && hash.salt.as_ref().is_some_and(|salt| salt.len() >= 16)
        && hash.hash.as_ref().is_some_and(|hash| hash.len() == 32);
    ours.then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_password_fits_and_others_do_not() {
        let phc = Verifier::make("0102003X", KdfCost::DEMO).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{phc}");
        assert!(Verifier::verify(&phc, "0102003X"));
        assert!(Verifier::verify(&phc, "０１０２００３Ｘ"), "full-width digits are forgiven");
        for wrong in ["0102003x", "0102003", "", "0102003X "] {
            assert!(!Verifier::verify(&phc, wrong), "{wrong}");
        }
        assert_ne!(phc, Verifier::make("0102003X", KdfCost::DEMO).unwrap());
    }

    #[test]
    fn hostile_strings_fit_nothing_and_cost_nothing() {
        let good = Verifier::make("a", KdfCost::DEMO).unwrap();
        let hostile = [
            good.replace("m=8,", "m=4294967295,"),
            good.replace("m=8,", "m=2000000,"),
            good.replace("t=1,", "t=4000000000,"),
            good.replace("p=1$", "p=16777215$"),
            good.replace("argon2id", "argon2d"),
            good.replace("v=19", "v=16"),
            good.chars().take(40).collect(),
            format!("{good}{}", "A".repeat(300)),
            String::new(),
        ];
        for phc in hostile {
            assert!(parsed(&phc).is_none(), "{phc}");
            assert!(!Verifier::verify(&phc, "a"), "{phc}");
        }
    }

    #[test]
    fn a_cost_out_of_bounds_makes_nothing() {
        let cost = KdfCost { passes: 0, ..KdfCost::DEMO };
        assert!(matches!(Verifier::make("a", cost), Err(VaultFault::OutOfBounds { .. })));
    }
}
