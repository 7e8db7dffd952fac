//! The routes: which there are, who may use them, and what each does.

mod read;
mod serve;

pub(crate) use serve::respond;

use http::Method;
use percent_encoding::percent_decode_str;
use zero_door::Rule;
use zero_types::functions::Permission;

/// Somewhere a request for accounts can go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Makes an account.
    Register,
    /// Opens a session by a password.
    Login,
    /// A new pair of tokens.
    Refresh,
    /// Ends a session, or all.
    Logout,
    /// Who the asker is here.
    Account,
    /// A new password.
    Password,
    /// The asker's sessions.
    Sessions,
    /// One of them.
    Session(String),
    /// The second factor.
    Totp,
    /// Its first code.
    TotpConfirm,
    /// A sign-in by passkey begins.
    PasskeyLoginStart,
    /// It ends.
    PasskeyLoginFinish,
    /// A new passkey.
    PasskeyRegisterStart,
    /// Its answer.
    PasskeyRegisterFinish,
    /// The asker's passkeys.
    Passkeys,
    /// One of them.
    Passkey(String),
    /// The asker's API keys.
    Keys,
    /// One of them.
    Key(String),
    /// The keys that tokens are signed with.
    Jwks,
    /// Where all of this is, for programs.
    Metadata,
}

impl Route {
    /// None when there is nothing at this path.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        match path {
            "/.well-known/jwks.json" => return Some(Self::Jwks),
            "/.well-known/oauth-authorization-server" | "/.well-known/openid-configuration" => {
                return Some(Self::Metadata);
            }
            _ => {}
        }
        let rest = path.strip_prefix("/v1/auth/")?;
        Some(match rest {
            "register" => Self::Register,
            "login" => Self::Login,
            "refresh" => Self::Refresh,
            "logout" => Self::Logout,
            "account" => Self::Account,
            "password" => Self::Password,
            "sessions" => Self::Sessions,
            "totp" => Self::Totp,
            "totp/confirm" => Self::TotpConfirm,
            "passkeys" => Self::Passkeys,
            "passkeys/login/start" => Self::PasskeyLoginStart,
            "passkeys/login/finish" => Self::PasskeyLoginFinish,
            "passkeys/register/start" => Self::PasskeyRegisterStart,
            "passkeys/register/finish" => Self::PasskeyRegisterFinish,
            "keys" => Self::Keys,
            rest => {
                let (kind, id) = rest.split_once('/')?;
                let id = percent_decode_str(id).decode_utf8().ok()?.into_owned();
                // Ids of all kinds are letters and digits: nothing else is looked up.
                let plain = (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
                match kind {
                    _ if !plain => return None,
                    "sessions" => Self::Session(id),
                    "passkeys" => Self::Passkey(id),
                    "keys" => Self::Key(id),
                    _ => return None,
                }
            }
        })
    }

    /// Who may come here. The match is exhaustive on purpose: a route without a rule does not compile.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            // Whoever comes here has nothing to show yet, or shows it in the body.
            Self::Register
            | Self::Login
            | Self::Refresh
            | Self::Logout
            | Self::PasskeyLoginStart
            | Self::PasskeyLoginFinish
            | Self::Jwks
            | Self::Metadata => Rule::Open,
            Self::Account
            | Self::Password
            | Self::Sessions
            | Self::Session(_)
            | Self::Totp
            | Self::TotpConfirm
            | Self::PasskeyRegisterStart
            | Self::PasskeyRegisterFinish
            | Self::Passkeys
            | Self::Passkey(_) => Rule::own(Permission::ManageAccount, "account"),
            Self::Keys | Self::Key(_) => Rule::own(Permission::ManageKeys, "keys"),
        }
    }

    /// The methods it takes, as `Allow` names them.
    #[must_use]
    pub fn allow(&self) -> &'static str {
        match self {
            Self::Register
            | Self::Login
            | Self::Refresh
            | Self::Logout
            | Self::Password
            | Self::TotpConfirm
            | Self::PasskeyLoginStart
            | Self::PasskeyLoginFinish
            | Self::PasskeyRegisterStart
            | Self::PasskeyRegisterFinish => "POST",
            Self::Totp => "POST,DELETE",
            Self::Account | Self::Sessions | Self::Passkeys | Self::Jwks | Self::Metadata => "GET,HEAD",
            Self::Keys => "GET,HEAD,POST",
            Self::Session(_) | Self::Passkey(_) | Self::Key(_) => "DELETE",
        }
    }

    pub(crate) fn takes(&self, method: &Method) -> bool {
        self.allow().split(',').any(|allowed| allowed == method.as_str())
    }

    /// Whether a password is hashed for it.
    pub(crate) fn hashes(&self) -> bool {
        matches!(self, Self::Register | Self::Login | Self::Password)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_route_or_none() {
        for (path, expected) in [
            ("/v1/auth/login", Some(Route::Login)),
            ("/v1/auth/login/", None),
            ("/v1/auth/keys", Some(Route::Keys)),
            ("/v1/auth/keys/0a1b", Some(Route::Key("0a1b".to_owned()))),
            ("/v1/auth/keys/..%2Fx", None),
            ("/v1/auth/keys/", None),
            ("/v1/auth/sessions/a/b", None),
            ("/v1/auth/passkeys/login/start", Some(Route::PasskeyLoginStart)),
            ("/v1/auth/", None),
            ("/v1/answer", None),
            ("/.well-known/jwks.json", Some(Route::Jwks)),
            ("/.well-known/openid-configuration", Some(Route::Metadata)),
        ] {
            assert_eq!(Route::of(path), expected, "{path}");
        }
        assert!(
            Route::Keys.takes(&Method::POST) && Route::Keys.takes(&Method::HEAD) && !Route::Keys.takes(&Method::PUT)
        );
    }
}
