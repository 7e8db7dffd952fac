//! What is filled in: each value of an alphabet that means nothing to any of the files.

use crate::Deployment;
use crate::limits::{IMAGE_BYTES_MAX, NAME_BYTES_MAX, PATH_BYTES_MAX, REPLICAS_MAX, SECRETS_MAX, VARIABLE_BYTES_MAX};
use core::fmt::Write as _;
use std::net::SocketAddr;

/// A value that is not of its form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` is `{value}`, which is not {form}\n\nhint: {hint}")]
pub struct Invalid {
    /// Which one.
    pub key: &'static str,
    /// What it is, cut short.
    pub value: String,
    /// What it should be.
    pub form: &'static str,
    /// What to do.
    pub hint: &'static str,
}

/// Values that were found good.
pub(crate) struct Values {
    name: String,
    deployment: Deployment,
    /// What Spin calls each secret; for a Spin application only.
    variables: Vec<String>,
}

/// What a placeholder stands for.
pub(crate) enum Name {
    Text(fn(&Values) -> String),
    Block(fn(&Values) -> String),
}

impl Name {
    pub(crate) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "name" => Self::Text(|it| it.name.clone()),
            "region" => Self::Text(|it| it.deployment.region.clone()),
            "image" => Self::Text(|it| it.deployment.image.clone()),
            "program_image" => Self::Text(|it| it.deployment.program_image.clone()),
            "lock" => Self::Text(|it| it.deployment.lock_digest.clone()),
            "program" => Self::Text(|it| it.deployment.program.clone()),
            "bundle" => Self::Text(|it| it.deployment.bundle.clone()),
            "bundle_in_context" => Self::Text(|it| it.deployment.bundle_in_context.clone()),
            "listen" => Self::Text(|it| it.deployment.listen.clone()),
            "replicas_min" => Self::Block(|it| it.deployment.replicas.0.to_string()),
            "replicas_max" => Self::Block(|it| it.deployment.replicas.1.to_string()),
            "env" => Self::Block(|it| it.environment("          ", "env", &it.deployment.secrets)),
            "variables" => Self::Block(|it| it.environment("  ", "variables", &it.variables)),
            _ => return None,
        })
    }
}

impl Values {
    pub(crate) fn of(deployment: &Deployment) -> Result<Self, Invalid> {
        let name = format!("zero-{}", deployment.region);
        check(
            "region",
            &deployment.region,
            "lower-case letters, digits and hyphens, which may not come first or last, at most 58",
            "name the region as its file in edge-config/regions is named",
            |text| is_label(text) && name.len() <= NAME_BYTES_MAX,
        )?;
        for (key, image) in [("image", &deployment.image), ("program_image", &deployment.program_image)] {
            let hint = "give a name with a tag or a digest, such as `registry.example/zero:1`";
            check(key, image, "the name of an image with a tag or a digest", hint, is_image)?;
        }
        let hint = "take the digest that `zero bundle build` prints";
        check("lock_digest", &deployment.lock_digest, "`sha256:` and 64 hex digits", hint, is_digest)?;
        for (key, path) in [("program", &deployment.program), ("bundle", &deployment.bundle)] {
            let hint = "letters, digits, `.`, `_`, `-` and `/` are allowed";
            check(key, path, "a plain absolute path", hint, |text| text.starts_with('/') && is_path(text))?;
        }
        let hint = "name a folder beside `container`, or `.`";
        check("bundle_in_context", &deployment.bundle_in_context, "a plain relative path", hint, |text| {
            !text.starts_with('/') && is_path(text) && !text.split('/').any(|part| part == "..")
        })?;
        let hint = "give an address and a port, such as `127.0.0.1:8080`";
        let is_address = |text: &str| text.parse::<SocketAddr>().is_ok() && !text.contains('%');
        check("listen", &deployment.listen, "an address and a port", hint, is_address)?;
        let (min, max) = deployment.replicas;
        let hint = "at least one pod, at most 1000, and no fewer at most than at least";
        let is_range = min > 0 && min <= max && max <= REPLICAS_MAX;
        check("replicas", &format!("{min}..{max}"), "a range of pods", hint, |_| is_range)?;
        let hint = "name them with letters, digits and `_`, as in `[credentials.SOURCE.SLOT] env`";
        let secrets = &deployment.secrets;
        check("secrets", &secrets.len().to_string(), "few enough", hint, |_| secrets.len() <= SECRETS_MAX)?;
        secrets
            .iter()
            .try_for_each(|it| check("secrets", it, "the name of an environment variable", hint, is_variable))?;
        let mut deployment = deployment.clone();
        // One variable may serve several sources.
        deployment.secrets.sort();
        deployment.secrets.dedup();
        Ok(Self { name, deployment, variables: Vec::new() })
    }

    /// With the names that secrets have as variables of the Spin application.
    pub(crate) fn for_spin(deployment: &Deployment, variable: impl Fn(&str) -> String) -> Result<Self, Invalid> {
        let values = Self::of(deployment)?;
        let variables: Vec<String> = values.deployment.secrets.iter().map(|it| variable(it)).collect();
        let hint = "two secrets may not have one name in Spin: rename one in `[credentials.SOURCE.SLOT] env`";
        let is_one = |text: &str| variables.iter().filter(|it| *it == text).count() == 1;
        let form = "a variable of Spin, and of one secret";
        variables.iter().try_for_each(|it| check("secrets", it, form, hint, |it| is_spin(it) && is_one(it)))?;
        Ok(Self { variables, ..values })
    }

    /// A list of variables, each from the key of the same name of the secret; nothing when there are none.
    fn environment(&self, indent: &str, key: &str, names: &[String]) -> String {
        let mut block = String::new();
        for (at, (name, secret)) in names.iter().zip(&self.deployment.secrets).enumerate() {
            if at == 0 {
                let _ = writeln!(block, "{indent}{key}:");
            }
            // Writing to a string cannot fail. Quoted as all else, since `NO` and `Y` are names like others.
            let _ = writeln!(block, "{indent}  - name: \"{name}\"");
            let _ = writeln!(block, "{indent}    valueFrom:");
            let _ = writeln!(block, "{indent}      secretKeyRef:");
            let _ = writeln!(block, "{indent}        name: \"{}-credentials\"", self.name);
            let _ = writeln!(block, "{indent}        key: \"{secret}\"");
            let _ = writeln!(block, "{indent}        # Without it this source is refused, and the others answer.");
            let _ = writeln!(block, "{indent}        optional: true");
        }
        block
    }
}

fn check(
    key: &'static str,
    value: &str,
    form: &'static str,
    hint: &'static str,
    is_good: impl Fn(&str) -> bool,
) -> Result<(), Invalid> {
    if is_good(value) {
        return Ok(());
    }
    Err(Invalid { key, value: value.chars().take(80).flat_map(char::escape_default).collect(), form, hint })
}

/// RFC 1123, without dots.
fn is_label(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = [text.bytes().next(), text.bytes().last()];
    ends.into_iter().all(|end| end.is_some_and(plain)) && text.bytes().all(|byte| plain(byte) || byte == b'-')
}

fn is_image(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:@".contains(&byte);
    let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
    let (path, tag) = match name.rsplit_once(':') {
        // A port is followed by a path.
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
        _ => (name, None),
    };
    let parts = |part: &str| !part.is_empty() && part.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    text.len() <= IMAGE_BYTES_MAX
        && text.bytes().all(plain)
        && path.split('/').all(parts)
        && tag.is_none_or(|tag| !tag.is_empty())
        && digest.is_none_or(is_digest)
        && (tag.is_some() || digest.is_some())
}

fn is_digest(text: &str) -> bool {
    let hex =
        |text: &str| text.len() == 64 && text.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it));
    text.strip_prefix("sha256:").is_some_and(hex)
}

fn is_path(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    (1..=PATH_BYTES_MAX).contains(&text.len()) && text.bytes().all(plain)
}

/// As POSIX has it.
fn is_variable(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let starts = text.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    starts && text.len() <= VARIABLE_BYTES_MAX && text.bytes().all(plain)
}

/// Lower-case words of letters and digits, each beginning with a letter.
fn is_spin(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_word = |word: &str| word.starts_with(|it: char| it.is_ascii_lowercase()) && word.bytes().all(plain);
    text.split('_').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn good() -> Deployment {
        Deployment::new("eu-west", &format!("sha256:{}", "0a".repeat(32)))
    }

    /// The key that is complained of; none when all is good.
    fn check_with(change: impl FnOnce(&mut Deployment)) -> Option<&'static str> {
        let mut deployment = good();
        change(&mut deployment);
        Values::of(&deployment).err().map(|invalid| invalid.key)
    }

    #[test]
    fn a_value_that_is_not_of_its_form_is_named() {
        assert_eq!(check_with(|_| ()), None);
        for region in ["", "-a", "a-", "EU", "a b", "a.b", "a\nb", "ü", &"a".repeat(59)] {
            assert_eq!(check_with(|it| it.region = region.to_owned()), Some("region"), "{region}");
        }
        assert_eq!(check_with(|it| it.region = "a".repeat(58)), None);
        let digest = format!("ghcr.io/a/b@{}", good().lock_digest);
        for image in ["a:1", "ghcr.io/a/b:1.0-rc.1", "localhost:5000/a:1", &digest, &digest.replace('@', ":1@")] {
            assert_eq!(check_with(|it| it.image = image.to_owned()), None, "{image}");
        }
        for image in ["", "a", "a:", "localhost:5000/a", "a b:1", "a:1\nRUN x", "a@sha256:12", "/a:1", "a//b:1", "-a:1"]
        {
            assert_eq!(check_with(|it| it.image = image.to_owned()), Some("image"), "{image}");
            assert_eq!(check_with(|it| it.program_image = image.to_owned()), Some("program_image"), "{image}");
        }
        for path in ["", "usr/bin", "/a b", "/a%h", "/a\n[Service]", "/$HOME", "/a\\"] {
            assert_eq!(check_with(|it| it.program = path.to_owned()), Some("program"), "{path}");
            assert_eq!(check_with(|it| it.bundle = path.to_owned()), Some("bundle"), "{path}");
        }
        for path in ["", "/bundle", "../bundle", "a/../../b", "a b"] {
            assert_eq!(check_with(|it| it.bundle_in_context = path.to_owned()), Some("bundle_in_context"), "{path}");
        }
        for listen in ["", "8080", "localhost:8080", "127.0.0.1", "127.0.0.1:8080 --x", "[fe80::1%1]:80"] {
            assert_eq!(check_with(|it| it.listen = listen.to_owned()), Some("listen"), "{listen}");
        }
        for secret in ["", "ü", "A-B", "A B", "1A", "A\n", "A\"", &"A".repeat(129)] {
            assert_eq!(check_with(|it| it.secrets = vec![secret.to_owned()]), Some("secrets"), "{secret}");
        }
        for (secrets, is_for_spin) in [
            (["A_B1", "a1"], true),
            (["A__B", "C"], false),
            (["A_", "C"], false),
            (["A_1", "C"], false),
            (["a", "A"], false),
        ] {
            let deployment = Deployment { secrets: secrets.map(str::to_owned).to_vec(), ..good() };
            assert!(Values::of(&deployment).is_ok(), "{secrets:?}");
            assert_eq!(Values::for_spin(&deployment, str::to_lowercase).is_ok(), is_for_spin, "{secrets:?}");
        }
        assert_eq!(check_with(|it| it.lock_digest.make_ascii_uppercase()), Some("lock_digest"));
        for replicas in [(0, 1), (2, 1), (1, 1001)] {
            assert_eq!(check_with(|it| it.replicas = replicas), Some("replicas"));
        }
        let told = Values::of(&Deployment { region: "a\nb".to_owned(), ..good() }).err().unwrap().to_string();
        assert!(
            told.starts_with("`region` is `a\\nb`, which is not lower-case") && told.contains("\n\nhint: "),
            "{told}"
        );
    }

    proptest! {
        #[test]
        fn what_is_taken_means_nothing_to_any_file(text in "\\PC{0,24}|[a-z0-9.:/@_-]{0,24}") {
            let taken = [is_label(&text), is_image(&text), is_path(&text), is_variable(&text), is_digest(&text)];
            if taken.contains(&true) {
                let means = |c: char| c.is_whitespace() || "\"'`$%\\#{}[]&*!|>,;=()<~^?".contains(c);
                let has_meaning = text.contains(means);
                prop_assert!(!has_meaning);
            }
        }
    }
}
