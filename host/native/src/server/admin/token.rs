//! The secret of the operators' door, and the file by which the terminal finds it.

use anyhow::{Context as _, Result, anyhow};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use subtle::ConstantTimeEq as _;

/// Shorter ones can be guessed.
const TOKEN_BYTES_MIN: usize = 16;

/// What a caller must show.
#[derive(Clone)]
pub struct Token(String);

impl core::fmt::Debug for Token {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Token(redacted)")
    }
}

impl Token {
    /// The one that the operator gave in `ZERO_ADMIN_TOKEN`, else a new one.
    ///
    /// # Errors
    /// The given one is too short; the system has no randomness.
    pub fn given_or_new(given: Option<String>) -> Result<Self> {
        match given.filter(|given| !given.is_empty()) {
            Some(given) if given.len() < TOKEN_BYTES_MIN => Err(anyhow!(
                "ZERO_ADMIN_TOKEN is shorter than {TOKEN_BYTES_MIN} bytes\n\nhint: leave it out, and one is made"
            )),
            Some(given) => Ok(Self(given)),
            None => {
                let mut bytes = [0; 32];
                getrandom::fill(&mut bytes).map_err(|error| anyhow!("no randomness for a token: {error}"))?;
                Ok(Self(hex::encode(bytes)))
            }
        }
    }

    /// Whether this is it; how long that takes tells nothing.
    #[must_use]
    pub fn is(&self, said: &str) -> bool {
        self.0.as_bytes().ct_eq(said.as_bytes()).into()
    }
}

/// `admin.json`: where the door is and what opens it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Admin {
    /// Such as `http://127.0.0.1:8081`.
    pub url: String,
    /// The token.
    pub token: String,
}

impl core::fmt::Debug for Admin {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Admin({})", self.url)
    }
}

impl Admin {
    /// The door of the host that runs over this state folder; none when no host has announced one.
    #[must_use]
    pub fn find(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(file(folder)).ok()?).ok()
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("admin.json")
}

/// This host's `admin.json`, and its claim on the state folder: both end when it is dropped.
#[derive(Debug)]
pub struct Announced {
    folder: PathBuf,
    announced: bool,
    /// Held as long as the host runs.
    _claim: File,
}

impl Announced {
    /// Claims a state folder for this host; none when another host has it.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub fn claim(folder: &Path) -> Result<Option<Self>> {
        let in_folder = || format!("the state folder {}", folder.display());
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).with_context(in_folder)?;
        let path = folder.join("host.lock");
        let claim = OpenOptions::new().create(true).append(true).open(path).with_context(in_folder)?;
        match claim.try_lock() {
            Ok(()) => Ok(Some(Self { folder: folder.to_path_buf(), announced: false, _claim: claim })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).with_context(in_folder),
        }
    }

    /// Says where the door is, readable by the owner only.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn announce(&mut self, address: SocketAddr, token: &Token) -> Result<()> {
        self.announce_at(format!("http://{address}"), token)
    }

    /// The same, of a door with TLS.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn announce_encrypted(&mut self, address: SocketAddr, token: &Token) -> Result<()> {
        self.announce_at(format!("https://{address}"), token)
    }

    fn announce_at(&mut self, url: String, token: &Token) -> Result<()> {
        let admin = Admin { url, token: token.0.clone() };
        let (path, draft) = (file(&self.folder), self.folder.join("admin.json.draft"));
        // Made anew, so that the mode is ours whoever made an earlier one.
        let _ = fs::remove_file(&draft);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&draft).and_then(|mut file| file.write_all(&serde_json::to_vec(&admin)?));
        written.and_then(|()| fs::rename(&draft, &path)).with_context(|| format!("writing {}", path.display()))?;
        self.announced = true;
        Ok(())
    }
}

impl Drop for Announced {
    fn drop(&mut self) {
        if self.announced {
            // A file that stays is found out by whoever follows it.
            let _ = fs::remove_file(file(&self.folder));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_itself_and_nothing_else() {
        let token = Token::given_or_new(None).unwrap();
        assert_eq!(token.0.len(), 64);
        assert!(token.is(&token.0.clone()));
        for wrong in ["", "a", &token.0[..63], &format!("{}0", token.0), &"0".repeat(64)] {
            assert!(!token.is(wrong), "{wrong}");
        }
        assert!(!Token::given_or_new(None).unwrap().is(&token.0), "each host has its own");
        assert!(Token::given_or_new(Some("short".to_owned())).is_err());
        assert!(Token::given_or_new(Some("0123456789abcdef".to_owned())).unwrap().is("0123456789abcdef"));
        assert_eq!(format!("{token:?}"), "Token(redacted)");
    }

    #[test]
    fn one_host_announces_itself_and_takes_it_back() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("state");
        let mut first = Announced::claim(&folder).unwrap().unwrap();
        assert!(Announced::claim(&folder).unwrap().is_none(), "one host at a time");
        assert!(Admin::find(&folder).is_none());
        let token = Token::given_or_new(None).unwrap();
        first.announce(SocketAddr::from(([127, 0, 0, 1], 4711)), &token).unwrap();
        let found = Admin::find(&folder).unwrap();
        assert_eq!((found.url.as_str(), token.is(&found.token)), ("http://127.0.0.1:4711", true));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&folder), mode(&file(&folder))), (0o700, 0o600));
        }
        drop(first);
        assert!(Admin::find(&folder).is_none());
        assert!(Announced::claim(&folder).unwrap().is_some());
    }
}
