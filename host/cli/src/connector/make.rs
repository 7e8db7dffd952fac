//! `zero connector new` and `build`.

use super::InProject;
use super::bench::{places, say};
use crate::out;
use crate::setup::Setup;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use zero_author::project::Project;
use zero_author::template::Template;
use zero_author::{Made, make, template};

#[derive(Args)]
pub(crate) struct NewArguments {
    /// Name of the connector, and of the folder that is made for it
    name: String,
    /// A mapping in TOML for the `rest` connector, without code
    #[arg(long)]
    rest: bool,
    /// Folder to make it in
    #[arg(long, value_name = "DIR", default_value = ".")]
    parent: PathBuf,
}

#[derive(Args)]
pub(crate) struct BuildArguments {
    #[command(flatten)]
    which: InProject,
}

pub(super) fn new(arguments: &NewArguments) -> Result<ExitCode> {
    let kind = if arguments.rest { Template::Rest } else { Template::Code };
    let folder = template::new(&arguments.parent, &arguments.name, kind)?;
    let main = if arguments.rest { "sources.toml" } else { "src/lib.rs" };
    out::write(&format!(
        "made {}\nread {}, then: cd {} && zero connector test\n",
        folder.display(),
        folder.join(main).display(),
        folder.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn build(setup: &Setup, arguments: &BuildArguments) -> Result<ExitCode> {
    let project = Project::open(&arguments.which.project)?;
    let made = make(&project, &places(setup)?, &say)?;
    out::write(&summary(&made))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn summary(made: &Made) -> String {
    format!(
        "component  {}\ninterface  {}\nsize       {} bytes, {} exchanges in it\ndigest     sha256:{}\n",
        made.path.display(),
        made.world,
        made.bytes.len(),
        made.fixtures.exchanges.len(),
        made.digest()
    )
}
