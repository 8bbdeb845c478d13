//! Files and texts that anybody may have written.

use proptest::prelude::*;

use super::*;

proptest! {
    /// Whatever is done to the bytes of a key file, reading it ends in a fault or, where nothing
    /// was changed after all, in the same file; it never panics and never derives anything.
    #[test]
    fn mutated_key_files_are_read_without_a_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 1..12),
    ) {
        let good: &[u8] = include_bytes!("../fixtures/vault-1.keys");
        let mut bytes = good.to_vec();
        for (place, value, way) in edits {
            let at = place.index(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            match way {
                _ if bytes.is_empty() => bytes.push(value),
                0 => bytes[at] = value,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, value),
                _ => bytes.truncate(at),
            }
        }
        let before = derivations();
        let read = KeyFile::parse(Path::new("vault.keys"), &bytes);
        prop_assert_eq!(read.is_ok(), bytes == good);
        prop_assert_eq!(derivations(), before);
    }

    /// Knowing edits, whose unkeyed sum is made to fit: still no panic, and figures out of bounds
    /// are never acted on.
    #[test]
    fn knowingly_edited_key_files_never_cost_more_than_the_bounds(
        memory in any::<u32>(), passes in any::<u32>(), lanes in any::<u32>(),
    ) {
        let path = Path::new("vault.keys");
        let good = KeyFile::parse(path, include_bytes!("../fixtures/vault-1.keys")).unwrap();
        let edited = good.edited(|body| {
            body.cost = KdfCost { memory_kib: memory, passes, lanes };
        });
        let read = KeyFile::parse(path, &edited.bytes().unwrap());
        let within = memory <= 1024 * 1024 && (1..=20).contains(&passes) && (1..=8).contains(&lanes)
            && memory >= 8 * lanes;
        prop_assert_eq!(read.is_ok(), within);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(KeyFile::parse(Path::new("vault.keys"), &bytes).is_err());
    }

    /// One person has one name at the door, however it is typed, and a second normalising changes
    /// nothing.
    #[test]
    fn numbers_and_passwords_have_one_normal_form(text in any::<String>()) {
        let id = crate::vault::derive::normalised_id(&text);
        prop_assert_eq!(&*crate::vault::derive::normalised_id(&id), &*id);
        let spaced = format!("  {text}\t");
        prop_assert_eq!(&*crate::vault::derive::normalised_id(&spaced), &*id);
        let password = crate::vault::derive::normalised_password(&text);
        prop_assert_eq!(&*crate::vault::derive::normalised_password(&password), &*password);
    }

    /// Full-width letters and digits, which an input method may give, are the same password.
    #[test]
    fn full_width_is_the_same_password(text in "[!-~]{1,40}") {
        let wide: String = text.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect();
        prop_assert_eq!(&*crate::vault::derive::normalised_password(&wide), text.as_str());
    }
}
