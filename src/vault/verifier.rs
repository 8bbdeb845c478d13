//! Passwords that are only checked, never turned into keys of the database: members' and initial
//! passwords.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Params, Version};
use zeroize::Zeroizing;

use super::derive::{KdfCost, Root, stretch};
use super::fault::VaultFault;
use super::key::{random, same_bytes};
use super::signing::SigningRoot;

/// Makes and checks the PHC strings kept with the accounts inside the opened database.
///
/// The hash in such a string is not Argon2's output but a value expanded from it: the output itself
/// also leads to the person's signing key, and whoever reads the database must not sign as them.
pub struct Verifier;

/// The longest string that is parsed at all.
const MOST_LENGTH: usize = 256;

impl Verifier {
    /// The string to store for a password, with a random salt of its own.
    ///
    /// # Errors
    /// A cost out of bounds, no memory, or no randomness.
    pub fn make(password: &str, cost: KdfCost) -> Result<String, VaultFault> {
        Self::make_signing(password, cost).map(|(phc, _)| phc)
    }

    /// The same, with what the person signs with, of one derivation.
    ///
    /// # Errors
    /// As [`Verifier::make`].
    pub fn make_signing(
        password: &str,
        cost: KdfCost,
    ) -> Result<(String, SigningRoot), VaultFault> {
        let salt = random::<32>()?;
        let root = Root::from_stretched(&*stretch(cost, password, &salt)?);
        let hash = root.check()?;
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
        Ok((phc.to_string(), root.signing()?))
    }

    /// Whether the password fits. A string that is damaged, of another algorithm or asks for more
    /// than the bounds fits no password; nothing is derived for it.
    #[must_use]
    pub fn verify(phc: &str, password: &str) -> bool {
        Self::open(phc, password).is_some()
    }

    /// What the person signs with, if the password fits. As [`Verifier::verify`] otherwise.
    #[must_use]
    pub fn open(phc: &str, password: &str) -> Option<SigningRoot> {
        let known = parsed(phc)?;
        let stretched = stretch(known.cost, password, &known.salt).ok()?;
        let root = Root::from_stretched(&stretched);
        let fits = same_bytes(&*root.check().ok()?, &known.hash);
        if fits { root.signing().ok() } else { None }
    }
}

/// What a string says.
struct Parsed {
    cost: KdfCost,
    salt: [u8; 32],
    hash: Zeroizing<[u8; 32]>,
}

fn parsed(phc: &str) -> Option<Parsed> {
    if phc.len() > MOST_LENGTH {
        return None;
    }
    let hash = PasswordHash::new(phc).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let cost =
        KdfCost { memory_kib: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() };
    let ours = hash.algorithm == Algorithm::Argon2id.ident()
        && hash.version == Some(Version::V0x13.into());
    let salt = hash.salt.as_ref().and_then(|salt| salt.as_ref().try_into().ok())?;
    let kept = hash.hash.as_ref().and_then(|kept| kept.as_bytes().try_into().ok())?;
    let parsed = Parsed { cost: cost.checked().ok()?, salt, hash: Zeroizing::new(kept) };
    ours.then_some(parsed)
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
    fn the_string_does_not_lead_to_the_signing_key() {
        let (phc, root) = Verifier::make_signing("own password 9", KdfCost::DEMO).unwrap();
        let again = Verifier::open(&phc, "own password 9").unwrap();
        assert_eq!(root.seed(&[3; 32]).unwrap(), again.seed(&[3; 32]).unwrap());
        let stored = SigningRoot::new(parsed(&phc).unwrap().hash);
        assert_ne!(stored.seed(&[3; 32]).unwrap(), root.seed(&[3; 32]).unwrap());
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
