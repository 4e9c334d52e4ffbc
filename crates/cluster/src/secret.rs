//! A secret that all processes of a run share, by which they tell each other from strangers.
//!
//! Nobody sends the secret itself. Each side sends a fresh random number, and proves with the other's number that it knows
//! the secret. What is sent after that is neither encrypted nor signed.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::io;

/// The fewest bytes of a secret. Whoever overhears a proof can try guesses.
const BYTES_MIN: usize = 16;

/// Bytes of a proof, and of the random number that it answers.
pub(crate) const PROOF_BYTES: usize = 32;

/// A secret that all processes of a run share.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

/// A secret is too short.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "the secret has {bytes_count} characters, and {BYTES_MIN} are the fewest; \
     make one with `openssl rand -hex 32`, for example"
)]
pub struct SecretTooShort {
    /// Bytes that it has.
    pub bytes_count: usize,
}

/// Who proves that it knows the secret. A proof of one side is none for the other, which could just send it back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    /// The process that has connected.
    Connector,
    /// The process to which it has connected.
    Acceptor,
}

impl Secret {
    /// A secret of these characters, without the blanks and line ends around them.
    ///
    /// # Errors
    /// There are too few.
    pub fn new(text: &[u8]) -> Result<Secret, SecretTooShort> {
        let bytes = text.trim_ascii();
        match bytes.len() >= BYTES_MIN {
            true => Ok(Secret(bytes.to_vec())),
            false => Err(SecretTooShort {
                bytes_count: bytes.len(),
            }),
        }
    }

    /// A secret that nobody can know in advance.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn random() -> io::Result<Secret> {
        let hex = nonce()?.map(|byte| format!("{byte:02x}"));
        Ok(Secret(hex.concat().into_bytes()))
    }

    /// Its characters, of which [`Secret::new`] makes the same again.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.0
    }

    /// The proof of one side, after both have sent their greetings.
    pub(crate) fn proof(&self, side: Side, greetings: [&[u8]; 2]) -> [u8; PROOF_BYTES] {
        self.code(side, greetings).finalize().into_bytes().into()
    }

    /// Whether `proof` is that of one side. Takes as long for any wrong one.
    pub(crate) fn is_proven(&self, side: Side, greetings: [&[u8]; 2], proof: &[u8]) -> bool {
        self.code(side, greetings).verify_slice(proof).is_ok()
    }

    fn code(&self, side: Side, greetings: [&[u8]; 2]) -> Hmac<Sha256> {
        let mut code = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key may have any length");
        code.update(match side {
            Side::Connector => b"chappe connector",
            Side::Acceptor => b"chappe acceptor ",
        });
        for greeting in greetings {
            // With the length, no two pairs of greetings read the same.
            code.update(&(greeting.len() as u64).to_le_bytes());
            code.update(greeting);
        }
        code
    }
}

/// A number that nobody can know in advance.
pub(crate) fn nonce() -> io::Result<[u8; PROOF_BYTES]> {
    let mut bytes = [0; PROOF_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_fits_one_secret_one_side_and_one_pair_of_greetings() {
        let secret = Secret::new(b"  correct horse battery \n").unwrap();
        let proof = secret.proof(Side::Connector, [b"a", b"bc"]);
        assert!(secret.is_proven(Side::Connector, [b"a", b"bc"], &proof));
        assert!(!secret.is_proven(Side::Acceptor, [b"a", b"bc"], &proof));
        assert!(!secret.is_proven(Side::Connector, [b"ab", b"c"], &proof));
        assert!(!secret.is_proven(Side::Connector, [b"a", b"bc"], &proof[1..]));
        let other = Secret::new(b"correct horse battery staple").unwrap();
        assert!(!other.is_proven(Side::Connector, [b"a", b"bc"], &proof));
    }

    #[test]
    fn a_short_secret_is_refused() {
        let error = Secret::new(b"password\n").err().unwrap();
        assert_eq!(error, SecretTooShort { bytes_count: 8 });
    }

    #[test]
    fn random_secrets_differ_and_can_be_read_again() {
        let [one, other] = [(); 2].map(|()| Secret::random().unwrap());
        assert_ne!(one.text(), other.text());
        assert_eq!(Secret::new(one.text()).unwrap().text(), one.text());
    }
}
