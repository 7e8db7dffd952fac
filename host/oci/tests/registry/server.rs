//! A registry of a test's own; the tests of `zero` use it as well.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use zero_oci::Reference;

/// A registry on a free port of this machine; killed when it is dropped.
pub(crate) struct Registry {
    child: Child,
    folder: tempfile::TempDir,
    pub(crate) port: u16,
}

/// `author` and `correct horse`, as `htpasswd -Bbn` writes it.
const HTPASSWD: &str = "author:$2y$05$aQvg7FBORPKSnTFHpY9YV.HxcUP357esGEi8z22mPgXl68WJv4Uia\n";

impl Registry {
    /// Starts one; none when there is no `docker-registry` to start.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with("")
    }

    /// One that wants user and password.
    pub(crate) fn start_with_login() -> Option<Self> {
        Self::start_with("auth:\n  htpasswd:\n    realm: test\n    path: FOLDER/htpasswd\n")
    }

    /// One with these further lines of configuration.
    pub(crate) fn start_with(more: &str) -> Option<Self> {
        if !ensure_registry() {
            return None;
        }
        // Another process may take the port between our asking and the registry's; then the next one serves.
        (0..5).find_map(|_| Self::try_start(more)).or_else(|| panic!("docker-registry does not start"))
    }

    fn try_start(more: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let storage = folder.path().join("storage");
        // The registry reads it again and again, so it lies in the registry's own folder.
        std::fs::write(folder.path().join("htpasswd"), HTPASSWD).unwrap();
        let more = more.replace("FOLDER", &folder.path().display().to_string());
        let config = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: \
             127.0.0.1:{port}\n{more}",
            storage.display(),
        );
        let path = folder.path().join("config.yml");
        std::fs::write(&path, config).unwrap();
        let mut child = Command::new("docker-registry")
            .arg("serve")
            .arg(&path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let patience = Instant::now() + Duration::from_secs(60);
        while Instant::now() < patience {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() && child.try_wait().unwrap().is_none() {
                return Some(Self { child, folder, port });
            }
            if child.try_wait().unwrap().is_some() {
                return None;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = child.kill();
        let _ = child.wait();
        None
    }

    pub(crate) fn reference(&self, rest: &str) -> Reference {
        Reference::parse(&format!("127.0.0.1:{}/{rest}", self.port)).unwrap()
    }

    /// Where the registry keeps the bytes of this digest.
    pub(crate) fn stored(&self, digest: &str) -> PathBuf {
        let hex = digest.strip_prefix("sha256:").unwrap();
        let blobs = Path::new("storage/docker/registry/v2/blobs/sha256");
        self.folder.path().join(blobs).join(&hex[..2]).join(hex).join("data")
    }

    /// Changes what the registry keeps, behind its back.
    pub(crate) fn edit(&self, digest: &str, edit: impl FnOnce(&mut Vec<u8>)) {
        let path = self.stored(digest);
        let mut bytes = std::fs::read(&path).unwrap();
        edit(&mut bytes);
        std::fs::write(path, bytes).unwrap();
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether `docker-registry` is there, installed where that is possible.
fn ensure_registry() -> bool {
    static THERE: OnceLock<bool> = OnceLock::new();
    *THERE.get_or_init(|| {
        let there = || Command::new("docker-registry").arg("--version").output().is_ok_and(|it| it.status.success());
        if there() {
            return true;
        }
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|it| it.stdout.trim_ascii() == b"0");
        if is_root {
            let install = ["install", "-y", "-q", "--no-install-recommends", "docker-registry"];
            let installed = |()| Command::new("apt-get").args(install).output().is_ok_and(|it| it.status.success());
            let _ = installed(()) || {
                let _ = Command::new("apt-get").args(["update", "-q"]).output();
                installed(())
            };
            if there() {
                return true;
            }
        }
        assert!(
            std::env::var_os("CI").is_none(),
            "`docker-registry` is not installed: `apt-get install docker-registry`"
        );
        super::skip(
            "no registry to test against; install Debian's: `apt-get install docker-registry` (set CI=1 to \
             make this a failure)",
        );
        false
    })
}
