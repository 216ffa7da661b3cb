//! The deb in a Debian that was made for it: installed, run as its own user, installed again over a changed configuration,
//! removed, purged. Nothing but its own services may be stopped, and what it kept stays.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Ended, Packages, bare, gives_its_demo, is_root, lacks, told};
use crate::Result;

/// Where the services keep what they have.
const STATE: &str = "var/lib/ashby";

/// Systems come with this; the tree has none, so that what it is told can be read afterwards.
const SYSTEMCTL: &str = "#!/bin/sh\necho \"$*\" >> /systemctl.log\n";

pub(super) fn try_package(packages: &Packages, place: &Path) -> Result<Ended> {
    let Some(deb) = &packages.deb else {
        return Ok(Ended::Skipped("there is none for this platform".into()));
    };
    if !is_root() {
        return Ok(Ended::Skipped("only root may make a system and enter it".into()));
    }
    if let Some(ended) = lacks("debootstrap") {
        return Ok(ended);
    }
    let system = Debian::make(place)?;
    system.install(&packages.folder.join(deb))?;
    system.has(&[
        "usr/share/man/man1/ashby.1.gz",
        "usr/share/man/man1/ashby-sync.1.gz",
        "usr/share/bash-completion/completions/ashby",
        "usr/lib/systemd/system/ashby-sync.timer",
    ])?;
    let version = told(&mut system.run(&["ashby", "--version"]))?;
    if version.trim() != format!("ashby {}", packages.version) {
        return Err(format!("--version tells {version:?}").into());
    }
    let mode = fs::metadata(system.path(STATE))?.permissions().mode() & 0o777;
    if mode != 0o700 {
        return Err(format!("/{STATE} has mode {mode:o}: others could read people's data").into());
    }
    // As the services do: its own user, in its own folder, with the settings of the system.
    let as_user = ["env", "XDG_CONFIG_HOME=/etc", "runuser", "-u", "ashby", "--", "sh", "-c"];
    let shown =
        told(&mut system.run(&[&as_user[..], &["cd /var/lib/ashby && ashby --show-config"]].concat()))?;
    if !shown.contains("/etc/ashby/config.toml") {
        return Err(format!("/etc/ashby/config.toml is not read:\n{shown}").into());
    }
    let demo = [&as_user[..], &["cd /var/lib/ashby && /usr/bin/ashby demo"]].concat();
    gives_its_demo(&system.path(STATE), &mut system.run(&demo))?;
    let units = system.units_are_right()?;

    // What an administrator has changed outlives the next version.
    let settings = system.path("etc/ashby/config.toml");
    let changed = fs::read_to_string(&settings)? + "max_rpm = 600\n";
    fs::write(&settings, &changed)?;
    system.install(&packages.folder.join(deb))?;
    if fs::read_to_string(&settings)? != changed {
        return Err("a second installation has written over /etc/ashby/config.toml".into());
    }

    fs::remove_file(system.path("systemctl.log"))?;
    told(&mut system.run(&["dpkg", "--remove", "ashby"]))?;
    if system.path("usr/bin/ashby").exists() {
        return Err("the program is still there after its removal".into());
    }
    let log = fs::read_to_string(system.path("systemctl.log"))?;
    stops_only_its_own(&log)?;
    system.has(&["etc/ashby/config.toml", "var/lib/ashby/ashby-demo.db"])?;
    told(&mut system.run(&["dpkg", "--purge", "ashby"]))?;
    if settings.exists() {
        return Err("/etc/ashby/config.toml is still there after a purge".into());
    }
    system.has(&["var/lib/ashby/ashby-demo.db"])?;
    Ok(units.unwrap_or(Ended::Well))
}

/// A system in a folder.
struct Debian {
    root: PathBuf,
}

impl Debian {
    /// The smallest there is, of this machine's own release where that is Debian.
    fn make(place: &Path) -> Result<Self> {
        // Not the folder of the trial itself, which only root may enter.
        let root = place.join("system");
        let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
        let of = |name: &str| release.lines().find_map(|line| line.strip_prefix(name));
        let suite = match (of("ID="), of("VERSION_CODENAME=")) {
            (Some("debian"), Some(suite)) => suite,
            _ => "stable",
        };
        told(bare("debootstrap", place).args(["--variant=minbase", suite]).arg(&root))?;
        let system = Self { root };
        let systemctl = system.path("usr/bin/systemctl");
        fs::write(&systemctl, SYSTEMCTL)?;
        fs::set_permissions(&systemctl, fs::Permissions::from_mode(0o755))?;
        // Where this is, systemd runs.
        fs::create_dir_all(system.path("run/systemd/system"))?;
        Ok(system)
    }

    fn path(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    fn run(&self, words: &[&str]) -> Command {
        let mut command = bare("chroot", Path::new("/tmp"));
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("DEBIAN_FRONTEND", "noninteractive");
        command.arg(&self.root).args(words);
        command
    }

    fn install(&self, deb: &Path) -> Result<()> {
        fs::copy(deb, self.path("ashby.deb"))?;
        // As the site says; a second time what is there is the same version.
        let apt = ["apt-get", "install", "--yes", "--quiet", "--reinstall", "--no-install-recommends"];
        told(&mut self.run(&[&apt[..], &["--option=Dpkg::Options::=--force-confold", "/ashby.deb"]].concat()))
            .map(drop)
    }

    fn has(&self, paths: &[&str]) -> Result<()> {
        match paths.iter().find(|path| !self.path(path).exists()) {
            None => Ok(()),
            Some(missing) => Err(format!("/{missing} is not there").into()),
        }
    }

    /// As systemd reads them; why that is not tried.
    fn units_are_right(&self) -> Result<Option<Ended>> {
        if let Some(skipped) = lacks("systemd-analyze") {
            return Ok(Some(skipped));
        }
        let units = ["ashby-sync.service", "ashby-sync.timer", "ashby-serve.service"];
        let units = units.map(|unit| self.path("usr/lib/systemd/system").join(unit));
        let mut verify = bare("systemd-analyze", Path::new("/tmp"));
        let output = verify.args(["verify", "--man=no", "--recursive-errors=no"]).args(units).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        // The program lies in the tree, not where the units will find it.
        let wrong = said.lines().find(|line| line.contains("ashby-") && !line.contains("is not executable"));
        wrong.map_or(Ok(None), |wrong| Err(format!("systemd-analyze verify: {wrong}").into()))
    }
}

/// Every command that names a unit must name ours alone.
fn stops_only_its_own(log: &str) -> Result<()> {
    if !log.contains("ashby-serve.service") {
        return Err(format!("its services were not stopped: {log:?}").into());
    }
    let others = |line: &&str| {
        let units = line.split(' ').filter(|word| word.contains('.'));
        units.clone().any(|unit| !unit.starts_with("ashby-"))
            || (*line != "daemon-reload" && units.count() == 0)
    };
    log.lines().find(others).map_or(Ok(()), |line| Err(format!("its removal says: systemctl {line}").into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removal_that_stops_something_else_is_noticed() {
        stops_only_its_own("disable --now ashby-sync.timer ashby-serve.service\ndaemon-reload\n").unwrap();
        stops_only_its_own("stop ashby-serve.service cron.service\n").unwrap_err();
        stops_only_its_own("stop ashby-serve.service\nisolate\n").unwrap_err();
        stops_only_its_own("daemon-reload\n").unwrap_err();
    }
}
