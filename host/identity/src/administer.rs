//! What an operator does to accounts, from the terminal or through the operators' door.

use crate::accounts::{by_name, check_password, insert, normal};
use crate::house::House;
use crate::keys::Wanted;
use crate::limits::KEY_LEAD_MS;
use crate::records::{ACCOUNTS, Account, Owner, PASSKEYS, PasskeyRecord, View as _};
use crate::{Refused, problems, random};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Makes an account. Without a password one is drawn, and shown once.
    Create {
        /// Its name.
        name: String,
        /// Its password.
        #[serde(default)]
        password: Option<String>,
        /// Instead of the configuration's.
        #[serde(default)]
        tenant: Option<String>,
        /// Instead of the configuration's.
        #[serde(default)]
        roles: Option<Vec<String>>,
    },
    /// Gives an account a new password and ends all its sessions; on request it loses second factor and passkeys.
    Reset {
        /// Whose.
        name: String,
        /// The new one; else one is drawn.
        #[serde(default)]
        password: Option<String>,
        /// Whether second factor and passkeys go as well.
        #[serde(default)]
        factors: bool,
    },
    /// Locks an account, its sessions and its keys.
    Disable {
        /// Whose.
        name: String,
    },
    /// Unlocks it.
    Enable {
        /// Whose.
        name: String,
    },
    /// Removes an account and all that is its.
    Remove {
        /// Whose.
        name: String,
    },
    /// All accounts.
    List,
    /// The sessions of an account.
    Sessions {
        /// Whose.
        name: String,
    },
    /// Ends one session of an account, or all.
    EndSessions {
        /// Whose.
        name: String,
        /// Which; none for all.
        #[serde(default)]
        session: Option<String>,
    },
    /// Issues an API key, for an account or for a service that has none.
    IssueKey {
        /// The account.
        #[serde(default)]
        name: Option<String>,
        /// Or the service.
        #[serde(default)]
        service: Option<String>,
        /// The service's tenant.
        #[serde(default)]
        tenant: Option<String>,
        /// The service's roles.
        #[serde(default)]
        roles: Option<Vec<String>>,
        /// What is wanted of it.
        wanted: Wanted,
    },
    /// API keys, of an account or of everybody.
    Keys {
        /// Whose.
        #[serde(default)]
        name: Option<String>,
    },
    /// Takes an API key back.
    RevokeKey {
        /// Which.
        id: String,
    },
    /// Publishes a new signing key. It signs a day later, or at once: then all tokens of the others are refused at once.
    Rotate {
        /// Whether a key has come into wrong hands.
        #[serde(default)]
        now: bool,
    },
    /// Seals the vault under a new master key, drawn into its key file.
    Reseal,
}

impl House {
    pub(crate) fn administer(&self, command: Command, now_ms: i64) -> Result<Value, Refused> {
        match command {
            Command::Create { name, password, tenant, roles } => self.create(&name, password, tenant, roles, now_ms),
            Command::Reset { name, password, factors } => self.reset(&name, password, factors, now_ms),
            Command::Disable { name } => self.lock(&name, true, now_ms),
            Command::Enable { name } => self.lock(&name, false, now_ms),
            Command::Remove { name } => self.remove(&name, now_ms),
            Command::List => self.list(),
            Command::Sessions { name } => {
                let sessions = self.sessions(&self.named(&name)?.id, now_ms)?;
                Ok(json!({"sessions": sessions}))
            }
            Command::EndSessions { name, session } => {
                let account = self.named(&name)?.id;
                let ended = match session {
                    Some(session) => usize::from(self.end_session(&account, &session, now_ms)?),
                    None => self.end_sessions(&account, None, now_ms)?,
                };
                Ok(json!({"ended": ended}))
            }
            Command::IssueKey { name, service, tenant, roles, wanted } => {
                let issued = self.issue(self.owner(name, service, tenant, roles)?, wanted, now_ms)?;
                Ok(json!(issued))
            }
            Command::Keys { name } => {
                let owner = name.map(|name| self.named(&name)).transpose()?.map(|account| Owner::Account(account.id));
                Ok(json!({"keys": self.keys(owner.as_ref())?}))
            }
            Command::RevokeKey { id } => self.revoke(&id, None).map(|()| json!({"revoked": id})),
            Command::Rotate { now } => self.rotate(now, now_ms),
            Command::Reseal => {
                let resealed = self.vault.reseal(None)?;
                Ok(json!({"resealed": resealed}))
            }
        }
    }

    fn named(&self, name: &str) -> Result<Account, Refused> {
        let normal = normal(name)?;
        self.vault.read(|view| by_name(self, view, &normal))?.ok_or_else(|| problems::no_account(name))
    }

    fn create(
        &self,
        name: &str,
        password: Option<String>,
        tenant: Option<String>,
        roles: Option<Vec<String>>,
        now_ms: i64,
    ) -> Result<Value, Refused> {
        let name = normal(name)?;
        let (password, drawn) = given_or_drawn(password, &name)?;
        let mut account = self.new_account(name, &password, now_ms)?;
        account.tenant = tenant.unwrap_or(account.tenant);
        account.roles = roles.unwrap_or(account.roles);
        if !self.vault.write(|view| insert(self, view, &account))? {
            return Err(problems::account_exists(&account.name));
        }
        self.believe_roles(&account.roles);
        let mut report = about(&account, 0);
        shown(&mut report, drawn.then_some(password));
        Ok(report)
    }

    fn reset(&self, name: &str, password: Option<String>, factors: bool, now_ms: i64) -> Result<Value, Refused> {
        let account = self.named(name)?;
        let (password, drawn) = given_or_drawn(password, &account.name)?;
        self.replace_password(&account.id, &password)?;
        if factors {
            self.forget_factor(&account.id)?;
            self.forget_passkeys(&account.id)?;
        }
        let ended = self.end_sessions(&account.id, None, now_ms)?;
        let mut report = json!({"name": account.name, "ended": ended});
        shown(&mut report, drawn.then_some(password));
        Ok(report)
    }

    fn lock(&self, name: &str, locked: bool, now_ms: i64) -> Result<Value, Refused> {
        let account = self.named(name)?;
        self.change_account(&account.id, |account| {
            account.disabled = locked;
            Ok(())
        })?;
        let ended = if locked { self.end_sessions(&account.id, None, now_ms)? } else { 0 };
        self.believe_keys()?;
        Ok(json!({"name": account.name, "disabled": locked, "ended": ended}))
    }

    fn remove(&self, name: &str, now_ms: i64) -> Result<Value, Refused> {
        let account = self.named(name)?;
        self.end_sessions(&account.id, None, now_ms)?;
        self.forget_passkeys(&account.id)?;
        for key in self.keys(Some(&Owner::Account(account.id.clone())))? {
            self.revoke(&key.id, None)?;
        }
        self.vault.write(|view| crate::accounts::delete(self, view, &account))?;
        Ok(json!({"removed": account.name}))
    }

    fn list(&self) -> Result<Value, Refused> {
        let accounts = self.vault.read(|view| {
            let mut reports = Vec::new();
            for (id, account) in view.all::<Account>(ACCOUNTS, "")? {
                let passkeys = view.all::<PasskeyRecord>(PASSKEYS, &format!("{id}/"))?.len();
                reports.push(about(&account, passkeys));
            }
            Ok::<_, Refused>(reports)
        })?;
        Ok(json!({"accounts": accounts}))
    }

    fn owner(
        &self,
        name: Option<String>,
        service: Option<String>,
        tenant: Option<String>,
        roles: Option<Vec<String>>,
    ) -> Result<Owner, Refused> {
        match (name, service) {
            (Some(name), None) if tenant.is_none() && roles.is_none() => Ok(Owner::Account(self.named(&name)?.id)),
            (None, Some(service)) => Ok(Owner::Service {
                name: normal(&service)?,
                tenant: tenant.unwrap_or_else(|| self.settings.tenant.clone()),
                roles: roles.unwrap_or_else(|| self.settings.roles.clone()),
            }),
            _ => Err(problems::unusable(
                "a key is an account's, or a service's",
                "name one of them; tenant and roles are a service's alone, since an account has its own",
            )),
        }
    }

    fn rotate(&self, at_once: bool, now_ms: i64) -> Result<Value, Refused> {
        let before: Vec<String> = self.signers().iter().map(|signer| signer.term.id.clone()).collect();
        let signs_ms = if at_once { now_ms } else { now_ms.saturating_add(KEY_LEAD_MS) };
        self.another_signer(now_ms, signs_ms)?;
        if at_once {
            self.withdraw(&before)?;
        }
        let keys: Vec<Value> = self
            .signers()
            .iter()
            .map(|signer| {
                let term = &signer.term;
                json!({"id": term.id, "signs_ms": term.signs_ms, "ends_ms": term.ends_ms})
            })
            .collect();
        Ok(json!({"signing_keys": keys}))
    }
}

fn about(account: &Account, passkeys: usize) -> Value {
    json!({
        "id": account.id,
        "name": account.name,
        "tenant": account.tenant,
        "roles": account.roles,
        "disabled": account.disabled,
        "second_factor": account.factor().is_some(),
        "passkeys": passkeys,
        "created_ms": account.created_ms,
    })
}

/// The password, and whether it was drawn and has to be shown.
fn given_or_drawn(password: Option<String>, name: &str) -> Result<(String, bool), Refused> {
    match password {
        Some(password) => check_password(&password, name).map(|()| (password, false)),
        None => Ok((random::base32(&random::bytes::<15>()?), true)),
    }
}

fn shown(report: &mut Value, password: Option<String>) {
    if let (Some(report), Some(password)) = (report.as_object_mut(), password) {
        report.insert("password".to_owned(), password.into());
    }
}
