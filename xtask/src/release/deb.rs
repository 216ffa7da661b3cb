//! The program as a package of Debian's: with its units, a user for them, and a configuration file that upgrades leave alone.
//!
//! It needs no library of the system's, so that one package serves every release of Debian and Ubuntu.

use super::contents::Contents;
use crate::Result;
use crate::archive::{Packing, Tree, ar, gzip};

/// What only this package has, by its place in the system.
const FILES: [(&str, &str); 4] = [
    ("etc/ashby/config.toml", include_str!("../../../packaging/debian/config.toml")),
    (
        "usr/lib/systemd/system/ashby-sync.service",
        include_str!("../../../packaging/debian/ashby-sync.service"),
    ),
    ("usr/lib/systemd/system/ashby-sync.timer", include_str!("../../../packaging/debian/ashby-sync.timer")),
    (
        "usr/lib/systemd/system/ashby-serve.service",
        include_str!("../../../packaging/debian/ashby-serve.service"),
    ),
];

/// What runs when it is installed and removed.
const SCRIPTS: [(&str, &str); 3] = [
    ("postinst", include_str!("../../../packaging/debian/postinst")),
    ("prerm", include_str!("../../../packaging/debian/prerm")),
    ("postrm", include_str!("../../../packaging/debian/postrm")),
];

/// Where documents of packages lie.
const DOCUMENTS: &str = "usr/share/doc/ashby";

/// The package's name and bytes; none where Debian does not run.
pub(crate) fn pack(
    contents: &Contents,
    repository: &str,
    packing: Packing,
) -> Result<Option<(String, Vec<u8>)>> {
    let Some(architecture) = contents.platform.debian else { return Ok(None) };
    let version = contents.version.debian();
    let data = data(contents, packing)?;
    let mut control = Tree::default();
    control.add("control", described(contents, architecture, repository, &data));
    let conffiles = data.files().map(|(path, _)| path).filter(|path| path.starts_with("etc/"));
    control.add("conffiles", conffiles.map(|path| format!("/{path}\n")).collect::<String>());
    control.add("md5sums", sums(&data));
    for (name, text) in SCRIPTS {
        control.add_program(name, text);
    }
    let (control, data) = (control.tar_gz("./", false, packing)?, data.tar_gz("./", true, packing)?);
    let members: [(&str, &[u8]); 3] =
        [("debian-binary", b"2.0\n"), ("control.tar.gz", &control), ("data.tar.gz", &data)];
    Ok(Some((format!("ashby_{version}_{architecture}.deb"), ar(&members, packing))))
}

/// What is installed.
fn data(contents: &Contents, packing: Packing) -> Result<Tree> {
    let mut tree = Tree::default();
    tree.add_program("usr/bin/ashby", contents.program.clone());
    for (name, page) in &contents.manual {
        tree.add(format!("usr/share/man/man1/{name}.gz"), gzip(page, packing)?);
    }
    for (shell, script) in &contents.completions {
        tree.add(format!("usr/{}", shell.place()), script.clone());
    }
    for (path, text) in FILES {
        tree.add(path, text);
    }
    let mut copyright = String::from("The Ashby toolkit is licensed under MIT or Apache 2.0, as you like.\n");
    for (_, text) in &contents.licences {
        copyright.push('\n');
        copyright.push_str(&String::from_utf8_lossy(text));
    }
    tree.add(format!("{DOCUMENTS}/copyright"), copyright);
    tree.add(format!("{DOCUMENTS}/README.md"), contents.read_me.clone());
    Ok(tree)
}

fn described(contents: &Contents, architecture: &str, repository: &str, data: &Tree) -> String {
    let bytes: usize = data.files().map(|(_, file)| file.bytes.len()).sum();
    format!(
        "Package: ashby\nVersion: {}\nArchitecture: {architecture}\nMaintainer: The authors of ashby <{repository}@users.noreply.github.com>\n\
         Installed-Size: {}\nDepends: passwd\nRecommends: ca-certificates\nSection: database\nPriority: optional\n\
         Homepage: https://github.com/{repository}\nDescription: {}\n \
         Everything the first time, only what changed after that; tools for agents; and every\n \
         operation of the API. Units for systemd are in it: see /etc/ashby/config.toml.\n",
        contents.version.debian(),
        bytes.div_ceil(1024),
        super::SUMMARY,
    )
}

/// What `dpkg --verify` compares with.
fn sums(data: &Tree) -> String {
    use md5::{Digest as _, Md5};
    let installed = data.files().filter(|(path, _)| !path.starts_with("etc/"));
    let line = |(path, file): (&str, &crate::archive::File)| {
        let sum: String = Md5::digest(&file.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{sum}  {path}\n")
    };
    installed.map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;

    #[test]
    fn a_package_is_the_same_each_time_and_only_where_debian_is() {
        let contents = Contents::example("x86_64-unknown-linux-gnu");
        let (name, bytes) = pack(&contents, "OWNER/ashby", Packing::example()).unwrap().unwrap();
        assert_eq!(name, "ashby_0.3.0_amd64.deb");
        assert_eq!(pack(&contents, "OWNER/ashby", Packing::example()).unwrap().unwrap().1, bytes);
        assert!(
            pack(&Contents::example("aarch64-apple-darwin"), "OWNER/ashby", Packing::example())
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn dpkg_reads_it() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("x.deb");
        let contents = Contents::example("x86_64-unknown-linux-gnu");
        fs::write(&file, pack(&contents, "OWNER/ashby", Packing::example()).unwrap().unwrap().1).unwrap();
        let asked = |words: &[&str]| {
            let output = Command::new("dpkg-deb").args(words).arg(&file).output();
            output.map(|output| {
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                String::from_utf8(output.stdout).unwrap()
            })
        };
        let Ok(listed) = asked(&["--contents"]) else {
            println!("SKIPPED: dpkg-deb is not installed");
            return;
        };
        assert!(listed.contains("-rwxr-xr-x root/root"), "{listed}");
        assert!(listed.contains("./usr/share/man/man1/ashby.1.gz"), "{listed}");
        assert!(asked(&["--info"]).unwrap().contains("Version: 0.3.0"));
    }

    #[test]
    fn services_are_of_their_own_user_and_name_the_installed_program() {
        for (path, text) in FILES.iter().filter(|(path, _)| path.ends_with(".service")) {
            assert!(text.contains("User=ashby\n") && text.contains("ExecStart=/usr/bin/ashby "), "{path}");
            assert!(text.contains("LoadCredential=key:/etc/ashby/key\n"), "{path}");
        }
    }
}
