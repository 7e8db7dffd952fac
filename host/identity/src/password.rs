//! Passwords: Argon2id, as PHC strings.

use crate::{Refused, random};
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use zero_pipeline::Problem;

/// Bytes of salt: RFC 9106.
const SALT_BYTES: usize = 16;

/// Hashes with the parameters of this configuration.
pub(crate) struct Hasher {
    argon2: Argon2<'static>,
    /// Of a password that nobody knows: checked where there is no account, so that it takes as long.
    nobody: String,
}

impl Hasher {
    pub(crate) fn new(params: Params) -> Result<Self, Refused> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, &random::id()?)?;
        Ok(Self { argon2, nobody })
    }

    pub(crate) fn hash(&self, password: &str) -> Result<String, Refused> {
        hash(&self.argon2, password)
    }

    /// Whether this is the password; without a hash it takes as long and is not.
    pub(crate) fn verify(&self, password: &str, phc: Option<&str>) -> bool {
        let parsed = PasswordHash::new(phc.unwrap_or(&self.nobody));
        // The parameters are those of the hash, whatever they are now.
        let right = parsed.is_ok_and(|hash| self.argon2.verify_password(password.as_bytes(), &hash).is_ok());
        right && phc.is_some()
    }

    /// Whether a hash was made with other parameters than those of now.
    pub(crate) fn is_outdated(&self, phc: &str) -> bool {
        let parsed = PasswordHash::new(phc);
        let params = parsed.as_ref().ok().and_then(|hash| Params::try_from(hash).ok());
        let algorithm = parsed.as_ref().is_ok_and(|hash| hash.algorithm == Algorithm::Argon2id.ident());
        let now = self.argon2.params();
        let same = |params: &Params| {
            (params.m_cost(), params.t_cost(), params.p_cost()) == (now.m_cost(), now.t_cost(), now.p_cost())
        };
        !(algorithm && params.as_ref().is_some_and(same))
    }
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<String, Refused> {
    let failed = |_| Refused(Box::new(Problem::internal("a password could not be hashed")));
    let salt = SaltString::encode_b64(&random::bytes::<SALT_BYTES>()?).map_err(failed)?;
    Ok(argon2.hash_password(password.as_bytes(), &salt).map_err(failed)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(memory_kib: u32, passes: u32) -> Hasher {
        Hasher::new(Params::new(memory_kib, passes, 1, None).unwrap()).unwrap()
    }

    #[test]
    fn a_password_is_known_by_its_hash_and_hashed_anew_when_parameters_change() {
        let (weak, strong) = (hasher(8, 1), hasher(16, 2));
        let phc = weak.hash("correct horse").unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{phc}");
        assert_ne!(weak.hash("correct horse").unwrap(), phc, "a salt is used once");
        for (password, hash, right) in [
            ("correct horse", Some(phc.as_str()), true),
            ("correct horse ", Some(&phc), false),
            ("", Some(&phc), false),
            ("correct horse", None, false),
            ("correct horse", Some("$argon2id$broken"), false),
            ("correct horse", Some(""), false),
        ] {
            assert_eq!(strong.verify(password, hash), right, "{password} {hash:?}");
        }
        assert!(strong.is_outdated(&phc) && !weak.is_outdated(&phc) && weak.is_outdated("nonsense"));
    }
}
