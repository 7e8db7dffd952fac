//! What the auth component is told it may believe.

use crate::limits::ACCESS_TOKEN_MS;
use crate::settings::Settings;
use crate::signing::Signer;
use std::collections::{BTreeMap, BTreeSet};
use zero_config::SigningAlgorithm;
use zero_types::functions::{Issuer, KeyRecord, TokenAlgorithm, TokenKey, Trust};

#[derive(Default)]
pub(crate) struct Believed {
    pub(crate) keys: Vec<KeyRecord>,
    /// Sessions, and until when tokens of them might still come.
    pub(crate) revoked: BTreeMap<String, i64>,
    /// All that accounts have.
    pub(crate) roles: BTreeSet<String>,
}

impl Believed {
    /// Sessions whose last token has expired need no more mention.
    pub(crate) fn forget(&mut self, now_ms: i64) {
        self.revoked.retain(|_, until_ms| *until_ms > now_ms);
    }

    pub(crate) fn trust(&self, settings: &Settings, signers: &[Signer]) -> Trust {
        let keys = signers.iter().map(|signer| TokenKey {
            id: signer.term.id.clone(),
            algorithm: match signer.algorithm {
                SigningAlgorithm::Es256 => TokenAlgorithm::Es256,
                SigningAlgorithm::EdDsa => TokenAlgorithm::Eddsa,
                SigningAlgorithm::Rs256 => TokenAlgorithm::Rs256,
            },
            public: signer.public.clone(),
            not_before_ms: signer.term.signs_ms,
            expires_ms: signer.term.ends_ms,
        });
        let ours = Issuer {
            url: settings.issuer.clone(),
            audiences: vec![settings.audience.clone()],
            types: vec!["at+jwt".to_owned()],
            lifetime_ms_max: ACCESS_TOKEN_MS,
            // Accounts have ids that nobody else can have.
            subject_prefix: String::new(),
            tenant: settings.tenant.clone(),
            tenant_claim: Some("tenant".to_owned()),
            roles_claim: Some("roles".to_owned()),
            roles_allowed: self.roles.iter().cloned().collect(),
            default_roles: Vec::new(),
            scopes_claim: Some("scope".to_owned()),
            keys: keys.collect(),
        };
        Trust { keys: self.keys.clone(), issuers: vec![ours], revoked_sessions: self.revoked.keys().cloned().collect() }
    }
}
