//! The configuration, checked against what it is used for.

use crate::limits::DAY_MS;
use crate::{Refused, problems};
use argon2::Params;
use url::Url;
use webauthn_rs::{Webauthn, WebauthnBuilder};
use zero_config::SigningAlgorithm;

pub(crate) struct Settings {
    pub(crate) issuer: String,
    pub(crate) audience: String,
    pub(crate) algorithm: SigningAlgorithm,
    pub(crate) registration: bool,
    pub(crate) tenant: String,
    pub(crate) roles: Vec<String>,
    pub(crate) accounts_max: usize,
    pub(crate) rotation_days: u32,
    pub(crate) session_ms: i64,
    pub(crate) argon2: Params,
    pub(crate) password_threads: usize,
    passkey_origins: Vec<String>,
}

impl Settings {
    pub(crate) fn new(config: &zero_config::Identity) -> Result<Self, Refused> {
        let lanes = 1;
        let argon2 = Params::new(config.password_memory_kib, config.password_passes, lanes, None);
        Ok(Self {
            issuer: config.issuer.clone(),
            audience: config.audience.clone(),
            algorithm: config.algorithm,
            registration: config.registration,
            tenant: config.tenant.clone(),
            roles: config.roles.clone(),
            accounts_max: config.accounts_max,
            rotation_days: config.rotation_days,
            session_ms: i64::from(config.session_days) * DAY_MS,
            argon2: argon2.map_err(|_| problems::broken("[identity] Argon2 takes no such parameters"))?,
            password_threads: config.password_threads,
            passkey_origins: config.passkey_origins.clone(),
        })
    }

    /// Who asks for passkeys: the issuer's host, on the issuer's page and those besides.
    pub(crate) fn webauthn(&self) -> Result<Webauthn, Refused> {
        let wrong = |address: &str| problems::broken(&format!("[identity] `{address}` is no origin of a page"));
        let issuer = Url::parse(&self.issuer).map_err(|_| wrong(&self.issuer))?;
        let host = issuer.host_str().ok_or_else(|| wrong(&self.issuer))?;
        // Passkeys belong to names; a machine of one's own has one.
        let (host, issuer) = match host {
            "127.0.0.1" | "[::1]" => {
                let mut local = issuer.clone();
                local.set_host(Some("localhost")).map_err(|_| wrong(&self.issuer))?;
                ("localhost", local)
            }
            host => (host, issuer.clone()),
        };
        let mut builder = WebauthnBuilder::new(host, &issuer).map_err(|_| wrong(&self.issuer))?.rp_name("Zero World");
        for origin in &self.passkey_origins {
            builder = builder.append_allowed_origin(&Url::parse(origin).map_err(|_| wrong(origin))?);
        }
        builder.build().map_err(|_| wrong(&self.issuer))
    }
}
