//! `zero identity`: accounts, API keys, sessions and signing keys, for operators.
//!
//! With a host that runs over the same state folder every act goes through its door and is in force at once; without
//! one it is made in the vault, for the next host that starts.

use crate::out;
use crate::setup::{Setup, runtime};
use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, Subcommand};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::BufRead as _;
use std::process::ExitCode;
use zero_identity::{Command, Wanted};
use zero_native::accounts::{now_ms, open_identity, open_vault};
use zero_native::server::admin::Admin;
use zero_native::server::admin::client::{Client, Sent};

#[derive(Args)]
pub(crate) struct IdentityArguments {
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: IdentityCommand,
}

#[derive(Subcommand)]
enum IdentityCommand {
    /// Make an account; without `--password-stdin` a password is drawn and shown once
    Create {
        /// Its name, such as an e-mail address
        name: String,
        /// Its tenant, instead of the configuration's
        #[arg(long)]
        tenant: Option<String>,
        /// One of its roles, instead of the configuration's: asker, reader, manager, operator
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<String>,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give an account a new password, and end all its sessions
    Reset {
        /// The account
        name: String,
        /// Forget its second factor and its passkeys as well
        #[arg(long)]
        factors: bool,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Lock an account, its sessions and its keys
    Disable(Name),
    /// Unlock it
    Enable(Name),
    /// Remove an account and all that is its
    Remove(Name),
    /// All accounts
    List,
    /// The sessions of an account
    Sessions(Name),
    /// End one session of an account, or all
    End {
        /// The account
        name: String,
        /// The session; all unless said
        session: Option<String>,
    },
    /// API keys: issue, list, revoke
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Publish a new signing key, which signs a day later
    Rotate {
        /// A key has come into wrong hands: sign with a new one at once, and refuse all tokens of the others
        #[arg(long)]
        now: bool,
    },
    /// Seal everything under a new master key, which replaces the key file
    Reseal,
}

#[derive(Args)]
struct Name {
    /// The account
    name: String,
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Issue a key, which is shown once
    Issue(IssueArguments),
    /// All keys, or those of an account
    List {
        /// The account
        name: Option<String>,
    },
    /// Take a key back
    Revoke {
        /// Its id, the part after `zw_`
        id: String,
    },
}

#[derive(Args)]
struct IssueArguments {
    /// The account whose key it is
    #[arg(long, value_name = "NAME", required_unless_present = "service", conflicts_with = "service")]
    account: Option<String>,
    /// Or the service, which needs no account
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// The service's tenant
    #[arg(long, requires = "service")]
    tenant: Option<String>,
    /// One of the service's roles
    #[arg(long = "role", value_name = "ROLE", requires = "service")]
    roles: Vec<String>,
    /// What it is for
    #[arg(long, default_value = "")]
    label: String,
    /// What it is narrowed to, such as `ask`; may be said several times
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// How long it is valid
    #[arg(long, value_name = "DAYS")]
    expires_days: Option<i64>,
    /// Questions in a minute
    #[arg(long, value_name = "QUESTIONS")]
    limit_per_minute: Option<u32>,
}

pub(crate) fn identity(setup: &Setup, arguments: IdentityArguments) -> Result<ExitCode> {
    let report = act(setup, command(arguments.command)?)?;
    let text = if arguments.json { format!("{}\n", serde_json::to_string_pretty(&report)?) } else { shown(&report) };
    out::write(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn command(said: IdentityCommand) -> Result<Command> {
    let some = |roles: Vec<String>| (!roles.is_empty()).then_some(roles);
    Ok(match said {
        IdentityCommand::Create { name, tenant, roles, password_stdin } => {
            Command::Create { name, password: password(password_stdin)?, tenant, roles: some(roles) }
        }
        IdentityCommand::Reset { name, factors, password_stdin } => {
            Command::Reset { name, password: password(password_stdin)?, factors }
        }
        IdentityCommand::Disable(Name { name }) => Command::Disable { name },
        IdentityCommand::Enable(Name { name }) => Command::Enable { name },
        IdentityCommand::Remove(Name { name }) => Command::Remove { name },
        IdentityCommand::List => Command::List,
        IdentityCommand::Sessions(Name { name }) => Command::Sessions { name },
        IdentityCommand::End { name, session } => Command::EndSessions { name, session },
        IdentityCommand::Keys(KeysCommand::Issue(said)) => Command::IssueKey {
            name: said.account,
            service: said.service,
            tenant: said.tenant,
            roles: some(said.roles),
            wanted: Wanted {
                label: said.label,
                scopes: some(said.scopes),
                expires_days: said.expires_days,
                limit_per_minute: said.limit_per_minute,
            },
        },
        IdentityCommand::Keys(KeysCommand::List { name }) => Command::Keys { name },
        IdentityCommand::Keys(KeysCommand::Revoke { id }) => Command::RevokeKey { id },
        IdentityCommand::Rotate { now } => Command::Rotate { now },
        IdentityCommand::Reseal => Command::Reseal,
    })
}

/// Never from the command line, which others can read.
fn password(from_stdin: bool) -> Result<Option<String>> {
    if !from_stdin {
        return Ok(None);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("reading the password from standard input")?;
    Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// By the running host, else in the vault itself.
fn act(setup: &Setup, command: Command) -> Result<Value> {
    let Some(state) = setup.state_dir() else {
        bail!("there is no state folder\n\nhint: `--state DIR` or ZERO_STATE says where it may be");
    };
    let runtime = runtime()?;
    if let Some(admin) = Admin::find(&state) {
        let client = Client::new(admin);
        if runtime.block_on(client.is_alive()) {
            let sent = Sent::Json(serde_json::to_value(&command)?);
            return runtime.block_on(client.ask("POST", "/admin/v1/identity", sent));
        }
    }
    let config = setup.bundle()?.config.identity;
    if !config.enabled {
        bail!(
            "this host has no accounts\n\nhint: write `[identity]` with `enabled = true` and `issuer = \"https://...\"` \
             into the configuration"
        );
    }
    let identity = open_identity(&config, open_vault(&state)?)?;
    identity.administer(command, now_ms()).map_err(|problem| anyhow!("{problem}"))
}

/// A report for people: lists as lines, anything else as `name: value`.
fn shown(report: &Value) -> String {
    let mut text = String::new();
    for (name, value) in report.as_object().into_iter().flatten() {
        match value {
            Value::Array(items) if items.iter().all(Value::is_object) => {
                if items.is_empty() {
                    let _ = writeln!(text, "no {}", name.replace('_', " "));
                }
                for item in items {
                    let fields = item.as_object().into_iter().flatten();
                    let fields = fields.filter(|(_, value)| !value.is_null());
                    let fields: Vec<String> = fields.map(|(name, value)| format!("{name}={}", plain(value))).collect();
                    let _ = writeln!(text, "{}", fields.join("  "));
                }
            }
            Value::Null => {}
            value => {
                let _ = writeln!(text, "{name}: {}", plain(value));
            }
        }
    }
    text
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_report_is_read_line_by_line() {
        let accounts = json!({"accounts": [{"name": "ada", "roles": ["asker", "reader"], "expires_ms": null}]});
        assert_eq!(shown(&accounts), "name=ada  roles=asker,reader\n");
        assert_eq!(shown(&json!({"keys": []})), "no keys\n");
        assert_eq!(shown(&json!({"ended": 2, "name": "ada", "scopes": null})), "ended: 2\nname: ada\n");
    }
}
