//! The second factor: codes of an app (RFC 6238), and recovery codes for whoever lost it.

use crate::attempts::Whom;
use crate::house::House;
use crate::limits::{RECOVERY_BYTES, RECOVERY_CODES, TOTP_SECRET_BYTES, TOTP_SKEW, TOTP_STEP_S};
use crate::records::{Account, Totp};
use crate::sessions::Asks;
use crate::{Refused, problems, random};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use totp_rs::{Algorithm, Builder};

/// What an app is shown once.
#[derive(Serialize)]
pub(crate) struct Enrolment {
    /// In base32.
    secret: String,
    /// For a QR code.
    url: String,
}

/// The step whose code this is.
fn step_of(secret: &str, code: &str, now_ms: i64) -> Option<u64> {
    let secret = hex::decode(secret).ok()?;
    let totp = Builder::new().with_algorithm(Algorithm::SHA1).with_secret(secret);
    let totp = totp.with_step_duration(TOTP_STEP_S).with_skew(TOTP_SKEW).build().ok()?;
    totp.check(code, u64::try_from(now_ms).ok()? / 1_000)
}

impl Totp {
    /// Takes a code, once: its step and those before are used up.
    fn take(&mut self, code: &str, now_ms: i64) -> bool {
        match step_of(&self.secret, code, now_ms).filter(|step| *step > self.step) {
            Some(step) => {
                self.step = step;
                true
            }
            None => false,
        }
    }
}

/// A recovery code, however its owner typed it.
fn recovery_digest(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    random::digest(&letters.map(|letter| letter.to_ascii_lowercase()).collect::<String>())
}

impl Account {
    /// Takes a code of the app or a recovery code; neither counts again.
    fn take(&mut self, code: &str, now_ms: i64) -> bool {
        let code = code.trim();
        if self.totp.as_mut().is_some_and(|totp| totp.confirmed && totp.take(code, now_ms)) {
            return true;
        }
        let digest = recovery_digest(code);
        let found = self.recovery.iter().position(|kept| random::same(kept, &digest));
        found.map(|index| self.recovery.remove(index)).is_some()
    }
}

impl House {
    /// Takes a code of an account, in one transaction, so that of two at once one is refused.
    pub(crate) fn take_code(&self, account: &str, code: &str, now_ms: i64) -> Result<bool, Refused> {
        self.change_account(account, |account| Ok(account.take(code, now_ms)))
    }

    /// A new secret. It counts once its owner has shown a code of it; until then an earlier one does.
    pub(crate) fn enrol(&self, account: &Account) -> Result<Enrolment, Refused> {
        if account.factor().is_some() {
            return Err(problems::unusable(
                "this account has a second factor already",
                "remove it with DELETE /v1/auth/totp first",
            ));
        }
        let secret = random::bytes::<TOTP_SECRET_BYTES>()?;
        self.change_account(&account.id, |account| {
            account.totp = Some(Totp { secret: hex::encode(secret), confirmed: false, step: 0 });
            Ok(())
        })?;
        let secret = random::base32(&secret).to_ascii_uppercase();
        let part = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let issuer = self.settings.issuer.split_once("://").map_or("zero", |(_, host)| host);
        let (issuer, name) = (part(issuer), part(&account.name));
        let url = format!("otpauth://totp/{issuer}:{name}?secret={secret}&issuer={issuer}");
        Ok(Enrolment { secret, url })
    }

    /// The second factor counts from now on; gives the recovery codes, which are shown once.
    pub(crate) fn confirm(&self, account: &Account, code: &str, asks: &Asks<'_>) -> Result<Vec<String>, Refused> {
        let whom = [Whom::Name(self.name_digest(&account.name))];
        self.begin(&whom, asks.now_ms)?;
        let mut codes = Vec::with_capacity(RECOVERY_CODES);
        for _ in 0..RECOVERY_CODES {
            codes.push(random::base32(&random::bytes::<RECOVERY_BYTES>()?));
        }
        let digests = codes.iter().map(|code| recovery_digest(code)).collect();
        self.change_account(&account.id, |account| {
            let totp = account.totp.as_mut().filter(|totp| !totp.confirmed).ok_or_else(problems::code_refused)?;
            if !totp.take(code.trim(), asks.now_ms) {
                return Err(problems::code_refused());
            }
            totp.confirmed = true;
            account.recovery = digests;
            Ok(())
        })?;
        self.give_back(&whom);
        let grouped = |code: String| {
            let groups: Vec<&str> =
                (0..code.len()).step_by(4).filter_map(|at| code.get(at..code.len().min(at + 4))).collect();
            groups.join("-")
        };
        Ok(codes.into_iter().map(grouped).collect())
    }

    /// No second factor any longer, for whoever shows a last code.
    pub(crate) fn drop_factor(&self, account: &Account, code: &str, asks: &Asks<'_>) -> Result<(), Refused> {
        let whom = [Whom::Name(self.name_digest(&account.name))];
        self.begin(&whom, asks.now_ms)?;
        if !self.take_code(&account.id, code, asks.now_ms)? {
            return Err(problems::code_refused());
        }
        self.give_back(&whom);
        self.forget_factor(&account.id)
    }

    /// The same, for the operator.
    pub(crate) fn forget_factor(&self, account: &str) -> Result<(), Refused> {
        self.change_account(account, |account| {
            account.totp = None;
            account.recovery.clear();
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, with its six last digits.
    #[test]
    fn codes_are_those_of_the_standard_and_count_once() {
        let secret = hex::encode(b"12345678901234567890");
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            let now_ms = second * 1_000;
            assert_eq!(step_of(&secret, code, now_ms), Some(second as u64 / 30));
            assert_eq!(step_of(&secret, code, now_ms + 29_000), Some(second as u64 / 30), "a step later");
            assert_eq!(step_of(&secret, code, now_ms + 61_000), None, "no longer");
            let mut totp = Totp { secret: secret.clone(), confirmed: true, step: 0 };
            assert!(totp.take(code, now_ms) && !totp.take(code, now_ms) && !totp.take(code, now_ms + 1_000));
        }
        for wrong in ["", "28708", "2870822", "abcdef", "١٢٣٤٥٦", "-87082"] {
            assert_eq!(step_of(&secret, wrong, 59_000), None, "{wrong}");
        }
    }
}
