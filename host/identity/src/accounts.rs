//! Accounts: made, and opened by a password.

use crate::attempts::Whom;
use crate::house::House;
use crate::limits::{NAME_BYTES_MAX, PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN};
use crate::records::{self, ACCOUNTS, Account, NAMES, View};
use crate::sessions::{Asks, Tokens};
use crate::{Refused, problems, random};
use zero_vault::Write;

/// What a sign-in shows.
pub(crate) struct Shown<'s> {
    pub(crate) name: &'s str,
    pub(crate) password: &'s str,
    /// Of the second factor.
    pub(crate) code: Option<&'s str>,
}

/// How many accounts there are, in [`records::META`].
const COUNT: &str = "accounts";

/// The one form of a name: user names and e-mail addresses, in lower case.
///
/// # Errors
/// It could be mistaken for another, or is none.
pub(crate) fn normal(name: &str) -> Result<String, Refused> {
    let name = name.trim();
    // ASCII alone: of two names that look alike, one would be a trap.
    if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(problems::unusable(
            "the name is not one that an account can have",
            "use 1 to 254 letters, digits and signs of ASCII without spaces, such as an e-mail address",
        ));
    }
    Ok(name.to_ascii_lowercase())
}

/// Whether it may be a password.
pub(crate) fn check_password(password: &str, name: &str) -> Result<(), Refused> {
    let first = password.chars().next();
    let weak = password.chars().count() < PASSWORD_CHARS_MIN
        || password.chars().all(|letter| Some(letter) == first)
        || password.eq_ignore_ascii_case(name);
    if weak || password.len() > PASSWORD_BYTES_MAX {
        return Err(problems::unusable(
            "the password is too short, too simple or too long",
            "use 10 characters or more that are not your name, at most 512 bytes: a sentence is good",
        ));
    }
    Ok(())
}

/// The account of this name.
pub(crate) fn by_name(house: &House, view: &impl View, name: &str) -> Result<Option<Account>, Refused> {
    match view.load::<String>(NAMES, &house.name_digest(name))? {
        Some(id) => view.load(ACCOUNTS, &id),
        None => Ok(None),
    }
}

/// Writes a new account; false when its name is taken.
pub(crate) fn insert(house: &House, view: &mut Write<'_, '_>, account: &Account) -> Result<bool, Refused> {
    let digest = house.name_digest(&account.name);
    if view.load::<String>(NAMES, &digest)?.is_some() {
        return Ok(false);
    }
    let count: usize = view.load(records::META, COUNT)?.unwrap_or_default();
    if count >= house.settings.accounts_max {
        return Err(problems::accounts_full());
    }
    records::save(view, records::META, COUNT, &(count + 1))?;
    records::save(view, NAMES, &digest, &account.id)?;
    records::save(view, ACCOUNTS, &account.id, account)?;
    Ok(true)
}

/// Removes an account, and makes its name free.
pub(crate) fn delete(house: &House, view: &mut Write<'_, '_>, account: &Account) -> Result<(), Refused> {
    let count: usize = view.load(records::META, COUNT)?.unwrap_or_default();
    if view.delete(ACCOUNTS, &account.id)? {
        records::save(view, records::META, COUNT, &count.saturating_sub(1))?;
    }
    view.delete(NAMES, &house.name_digest(&account.name))?;
    Ok(())
}

impl House {
    /// Makes an account, if the name is free. Whether it was, nobody is told: whoever made it can sign in.
    pub(crate) fn register(&self, name: &str, password: &str, asks: &Asks<'_>) -> Result<(), Refused> {
        if !self.settings.registration {
            return Err(problems::registration_closed());
        }
        let name = normal(name)?;
        check_password(password, &name)?;
        self.begin(&[Whom::registration(asks.peer)], asks.now_ms)?;
        let account = self.new_account(name, password, asks.now_ms)?;
        self.vault.write(|view| insert(self, view, &account)).map(drop)
    }

    /// An account with what the configuration says, not written yet.
    pub(crate) fn new_account(&self, name: String, password: &str, now_ms: i64) -> Result<Account, Refused> {
        Ok(Account {
            id: random::id()?,
            name,
            tenant: self.settings.tenant.clone(),
            roles: self.settings.roles.clone(),
            password: self.hasher.hash(password)?,
            created_ms: now_ms,
            disabled: false,
            totp: None,
            recovery: Vec::new(),
        })
    }

    /// Opens a session for whoever knows the password, and the code where there is a second factor.
    ///
    /// Unknown names cost the same work and get the same answer.
    pub(crate) fn sign_in(&self, shown: &Shown<'_>, scope: Option<String>, asks: &Asks<'_>) -> Result<Tokens, Refused> {
        // A name that nobody can have is one that nobody has.
        let name = normal(shown.name).unwrap_or_else(|_| random::digest(shown.name));
        let whom = [Whom::Name(self.name_digest(&name)), Whom::address(asks.peer)];
        self.begin(&whom, asks.now_ms)?;
        let account = self.vault.read(|view| by_name(self, view, &name))?;
        let right = self.hasher.verify(shown.password, account.as_ref().map(|account| account.password.as_str()));
        let Some(account) = account.filter(|account| right && !account.disabled) else {
            return Err(problems::sign_in_failed());
        };
        let mut methods = vec!["pwd".to_owned()];
        if account.factor().is_some() {
            let Some(code) = shown.code.filter(|code| !code.is_empty()) else {
                self.give_back(&whom);
                return Err(problems::second_factor_needed());
            };
            if !self.take_code(&account.id, code, asks.now_ms)? {
                return Err(problems::sign_in_failed());
            }
            methods.push("otp".to_owned());
        }
        let [name, address] = whom;
        self.clear(&name);
        self.give_back(&[address]);
        if self.hasher.is_outdated(&account.password) {
            self.replace_password(&account.id, shown.password)?;
        }
        self.open_session(&account.id, scope, methods, asks)
    }

    /// Changes a password for whoever knows the old one; every other session ends.
    pub(crate) fn change_password(
        &self,
        account: &Account,
        session: &str,
        (old, new): (&str, &str),
        asks: &Asks<'_>,
    ) -> Result<(), Refused> {
        let whom = [Whom::Name(self.name_digest(&account.name)), Whom::address(asks.peer)];
        self.begin(&whom, asks.now_ms)?;
        if !self.hasher.verify(old, Some(&account.password)) {
            return Err(problems::sign_in_failed());
        }
        self.give_back(&whom);
        check_password(new, &account.name)?;
        self.replace_password(&account.id, new)?;
        self.end_sessions(&account.id, Some(session), asks.now_ms).map(drop)
    }

    /// Sets a password, as it is.
    pub(crate) fn replace_password(&self, id: &str, password: &str) -> Result<(), Refused> {
        let hash = self.hasher.hash(password)?;
        self.change_account(id, |account| {
            account.password = hash;
            Ok(())
        })
    }

    /// Changes an account in one transaction.
    pub(crate) fn change_account<T>(
        &self,
        id: &str,
        change: impl FnOnce(&mut Account) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        self.vault.write(|view| {
            let mut account: Account = view.load(ACCOUNTS, id)?.ok_or_else(problems::sign_in_needed)?;
            let changed = change(&mut account)?;
            records::save(view, ACCOUNTS, id, &account)?;
            Ok(changed)
        })
    }
}
