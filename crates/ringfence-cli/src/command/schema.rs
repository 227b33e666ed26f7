//! `ringfence schema`: JSON Schemas, so that editors complete and check packs and cases.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use ringfence_desk::{SCHEMAS, Schema};

use crate::exit::{Answer, Failure, Problem};
use crate::screen::Screen;
use crate::words::counted;

/// Write the JSON Schemas of packs, cases, bindings and rulings
///
/// Editors complete and check YAML with them. The first line of a file names its schema:
/// `# yaml-language-server: $schema=../../schemas/pack.schema.json`
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence schema ruling
  ringfence schema --output schemas")]
pub(crate) struct SchemaCommand {
    /// Which: a kind of file, or the section of a pack for the files in its folder
    #[arg(value_name = "NAME", required_unless_present = "output", conflicts_with = "output",
          value_parser = PossibleValuesParser::new(SCHEMAS.iter().map(|schema| schema.name)))]
    name: Option<String>,
    /// The folder for a file of each; it is made where there is none
    #[arg(long, short, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

impl SchemaCommand {
    /// Writes one schema, or all of them.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        if let Some(schema) = self.name.as_deref().and_then(Schema::named) {
            screen.deliver(schema.text, None)?;
        }
        if let Some(folder) = &self.output {
            fs::create_dir_all(folder)
                .map_err(|error| Problem::unwritable(&format!("`{}`", folder.display()), &error))?;
            for schema in SCHEMAS {
                screen.deliver(schema.text, Some(&folder.join(schema.file())))?;
            }
            screen.say(&format!("wrote {} to {}", counted(SCHEMAS.len(), "schema"), folder.display()));
        }
        Ok(Answer::Yes)
    }
}
