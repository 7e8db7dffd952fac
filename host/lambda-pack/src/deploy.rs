//! Deployment files: those of `edge-config/lambda`, with a region's values in them.

use crate::PackError;
use zero_engine::Target;

/// What differs from deployment to deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment<'a> {
    /// The region of the bundle, such as `eu-west`.
    pub region: &'a str,
    /// The machine.
    pub target: Target,
    /// Environment variables that hold secrets, as `[credentials]` of the configuration names them.
    pub secrets: Vec<&'a str>,
}

const TEMPLATE: &str = include_str!("../../../edge-config/lambda/template.yaml");
const TERRAFORM: &str = include_str!("../../../edge-config/lambda/main.tf");
const CONTAINERFILE: &str = include_str!("../../../edge-config/lambda/Containerfile");

/// Stands where secrets belong in the template.
const SECRETS_HERE: &str = "          # secrets stand here\n";

/// The deployment files by name.
///
/// # Errors
/// A value has characters that such a file cannot hold.
pub fn deployment(of: &Deployment<'_>) -> Result<Vec<(String, String)>, PackError> {
    let region = of.region;
    let aws = aws_region(region)?;
    let architecture = of.target.architecture();
    let mut secrets = String::new();
    for name in &of.secrets {
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(fine) || name.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(PackError::Value { what: "an environment variable", value: (*name).to_owned() });
        }
        // Resolved by CloudFormation when it deploys; the value stands in no file.
        secrets += &format!("          {name}: \"{{{{resolve:secretsmanager:zero/{region}/{name}}}}}\"\n");
    }
    let listed: Vec<String> = of.secrets.iter().map(|name| format!("\"{name}\"")).collect();
    let template = TEMPLATE
        .replace("Default: us-east\n", &format!("Default: {region}\n"))
        .replace("Default: x86_64\n", &format!("Default: {architecture}\n"))
        .replace(SECRETS_HERE, &secrets);
    let terraform = TERRAFORM
        .replace("default     = \"us-east\"", &format!("default     = \"{region}\""))
        .replace("default     = \"us-east-1\"", &format!("default     = \"{aws}\""))
        .replace("default     = \"x86_64\"", &format!("default     = \"{architecture}\""))
        .replace("default     = []", &format!("default     = [{}]", listed.join(", ")));
    let platform = match of.target {
        Target::X86_64 => "linux/amd64",
        Target::Arm64 => "linux/arm64",
    };
    let containerfile = CONTAINERFILE.replace("--platform=linux/amd64", &format!("--platform={platform}"));
    Ok(vec![
        ("Containerfile".to_owned(), containerfile),
        ("main.tf".to_owned(), terraform),
        ("template.yaml".to_owned(), template),
    ])
}

/// `eu-west` is wherever its first region is; `eu-west-3` is itself.
fn aws_region(region: &str) -> Result<String, PackError> {
    let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if region.is_empty() || !region.bytes().all(fine) {
        return Err(PackError::Value { what: "a region", value: region.to_owned() });
    }
    let numbered = region.ends_with(|last: char| last.is_ascii_digit());
    Ok(if numbered { region.to_owned() } else { format!("{region}-1") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(region: &str, target: Target, secrets: &[&str]) -> Vec<(String, String)> {
        deployment(&Deployment { region, target, secrets: secrets.to_vec() }).unwrap()
    }

    #[test]
    fn a_region_stands_where_the_default_stood() {
        let files = made("eu-west", Target::Arm64, &["GITHUB_TOKEN"]);
        let [container, terraform, template] = files.as_slice() else { panic!("{files:?}") };
        assert!(container.1.contains("--platform=linux/arm64"));
        for (text, words) in [
            (&terraform.1, ["\"eu-west\"", "\"eu-west-1\"", "\"arm64\"", "[\"GITHUB_TOKEN\"]"]),
            (&template.1, ["Default: eu-west\n", "Default: arm64\n", "GITHUB_TOKEN:", "secretsmanager:zero/eu-west/"]),
        ] {
            words.iter().for_each(|word| assert!(text.contains(word), "{word}:\n{text}"));
            assert!(!text.contains("us-east"), "{text}");
        }
        assert_eq!(aws_region("eu-west-3").unwrap(), "eu-west-3");
    }

    #[test]
    fn the_files_as_they_stand_are_those_of_the_first_region() {
        let files = made("us-east", Target::X86_64, &[]);
        let texts: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, [CONTAINERFILE, TERRAFORM, &TEMPLATE.replace(SECRETS_HERE, "")]);
    }

    #[test]
    fn values_cannot_break_out() {
        for (region, secret) in [("eu\nwest", "A"), ("eu-west", "A: b"), ("eu-west", "1A"), ("", "A")] {
            let of = Deployment { region, target: Target::X86_64, secrets: vec![secret] };
            assert!(matches!(deployment(&of), Err(PackError::Value { .. })), "{of:?}");
        }
    }
}
