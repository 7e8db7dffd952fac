//! What the auth component is told it may believe.

use crate::contract::{Issuer, KeyRecord, TokenAlgorithm, TokenKey, Trust};
use crate::limits::ACCESS_TOKEN_MS;
use crate::settings::Settings;
use crate::signing::Signer;
use std::collections::BTreeMap;
use zero_config::SigningAlgorithm;

#[derive(Default)]
pub(crate) struct Believed {
    pub(crate) keys: Vec<KeyRecord>,
    /// Sessions, and until when tokens of them might still come.
    pub(crate) revoked: BTreeMap<String, i64>,
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
            expires_ms: signer.term.ends_ms.unwrap_or(i64::MAX),
        });
        let ours = Issuer {
            url: settings.issuer.clone(),
            audiences: vec![settings.audience.clone()],
            types: vec!["at+jwt".to_owned()],
            lifetime_ms_max: ACCESS_TOKEN_MS,
            tenant: settings.tenant.clone(),
            tenant_claim: Some("tenant".to_owned()),
            roles_claim: Some("roles".to_owned()),
            default_roles: Vec::new(),
            keys: keys.collect(),
        };
        Trust { keys: self.keys.clone(), issuers: vec![ours], revoked_sessions: self.revoked.keys().cloned().collect() }
    }
}
