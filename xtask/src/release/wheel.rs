//! The program as a wheel, by the format's own rules
//! (<https://packaging.python.org/en/latest/specifications/binary-distribution-format/>): it holds no Python to speak of, and
//! nothing of it is compiled where it is installed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::contents::Contents;
use crate::Result;
use crate::archive::{Packing, Tree};

/// The distribution's name in names of files.
const NAME: &str = "ashby_toolkit";

/// The wheel's name and bytes.
pub(crate) fn pack(contents: &Contents, repository: &str, packing: Packing) -> Result<(String, Vec<u8>)> {
    let version = contents.version.python();
    let information = format!("{NAME}-{version}.dist-info");
    let mut tree = Tree::default();
    // Installed beside Python's own programs, with the right to be run.
    let scripts = format!("{NAME}-{version}.data/scripts");
    tree.add_program(format!("{scripts}/{}", contents.platform.program()), contents.program.clone());
    for (path, text) in [
        ("__init__.py", include_str!("../../../packaging/python/__init__.py")),
        ("__main__.py", include_str!("../../../packaging/python/__main__.py")),
    ] {
        tree.add(format!("{NAME}/{path}"), text);
    }
    tree.add(format!("{information}/METADATA"), metadata(contents, &version, repository));
    tree.add(format!("{information}/WHEEL"), wheel(contents));
    tree.add(
        format!("{information}/entry_points.txt"),
        format!("[console_scripts]\nashby-toolkit = {NAME}:main\n"),
    );
    for (name, text) in &contents.licences {
        tree.add(format!("{information}/licenses/{name}"), text.clone());
    }
    let record = record(&tree, &information);
    tree.add(format!("{information}/RECORD"), record);
    let name = format!("{NAME}-{version}-py3-none-{}.whl", contents.platform.wheel);
    Ok((name, tree.zip(packing)?))
}

fn metadata(contents: &Contents, version: &str, repository: &str) -> String {
    format!(
        "Metadata-Version: 2.4\nName: ashby-toolkit\nVersion: {version}\nSummary: {}\nLicense-Expression: MIT OR Apache-2.0\n\
         License-File: LICENSE-APACHE\nLicense-File: LICENSE-MIT\nKeywords: ashby,ats,recruiting,etl,elt,mcp\n\
         Classifier: Environment :: Console\nClassifier: Topic :: Database\nClassifier: Programming Language :: Rust\n\
         Requires-Python: >=3.8\nProject-URL: Source, https://github.com/{repository}\n\
         Description-Content-Type: text/markdown; charset=UTF-8\n\n{}",
        super::SUMMARY,
        contents.read_me,
    )
}

fn wheel(contents: &Contents) -> String {
    let tags = contents.platform.wheel.split('.').map(|tag| format!("Tag: py3-none-{tag}\n"));
    let tags: String = tags.collect();
    format!("Wheel-Version: 1.0\nGenerator: ashby xtask\nRoot-Is-Purelib: false\n{tags}")
}

/// Hash and size of every other file.
fn record(tree: &Tree, information: &str) -> String {
    let line = |(path, file): (&str, &crate::archive::File)| {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(&file.bytes));
        format!("{path},sha256={hash},{}\n", file.bytes.len())
    };
    let lines: String = tree.files().map(line).collect();
    format!("{lines}{information}/RECORD,,\n")
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    #[test]
    fn a_wheel_names_every_file_and_is_the_same_each_time() {
        let contents = Contents::example("x86_64-unknown-linux-gnu");
        let (name, bytes) = pack(&contents, "OWNER/ashby", Packing::example()).unwrap();
        assert_eq!(
            name,
            "ashby_toolkit-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64.whl"
        );
        assert_eq!(pack(&contents, "OWNER/ashby", Packing::example()).unwrap().1, bytes);
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut text = |name: &str| {
            let mut text = String::new();
            archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        let record = text("ashby_toolkit-0.3.0.dist-info/RECORD");
        assert!(text("ashby_toolkit-0.3.0.dist-info/WHEEL").contains("Tag: py3-none-manylinux2014_x86_64\n"));
        assert!(text("ashby_toolkit-0.3.0.dist-info/METADATA").ends_with("\n\n# Ashby\n"));
        let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        for name in &names {
            assert!(record.contains(&format!("{name},")), "RECORD lacks {name}");
        }
        let program = "ashby_toolkit-0.3.0.data/scripts/ashby";
        assert_eq!(archive.by_name(program).unwrap().unix_mode().unwrap() & 0o777, 0o755);
    }

    #[test]
    fn a_preview_is_spelled_as_python_does() {
        let mut contents = Contents::example("x86_64-pc-windows-msvc");
        contents.version = "0.3.0-rc.1".parse().unwrap();
        let (name, _) = pack(&contents, "OWNER/ashby", Packing::example()).unwrap();
        assert_eq!(name, "ashby_toolkit-0.3.0rc1-py3-none-win_amd64.whl");
    }
}
