//! The commands in the documents do what the documents say.

use std::path::Path;

#[test]
fn the_commands_in_the_documents_print_what_they_show() {
    // The documents show commands as given at the top of the repository.
    std::env::set_current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap();
    trycmd::TestCases::new()
        .register_bin("ringfence", Path::new(env!("CARGO_BIN_EXE_ringfence")))
        .case("README.md")
        .case("docs/continuous-integration.md")
        .case("docs/evidence.md");
}
