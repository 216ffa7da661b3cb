//! The credentials that Amazon's tools keep in `~/.aws/credentials`: the library reads the environment alone.

use std::path::PathBuf;

/// What a profile says.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Profile {
    pub(super) key_id: Option<String>,
    pub(super) secret: Option<String>,
    pub(super) token: Option<String>,
    pub(super) region: Option<String>,
}

/// The profile that the environment names, of the file that it names; nothing where the environment has keys itself.
pub(super) fn of_environment(variable: &dyn Fn(&str) -> Option<String>) -> Option<Profile> {
    if variable("AWS_ACCESS_KEY_ID").is_some() {
        return None;
    }
    let home =
        || variable("HOME").or_else(|| variable("USERPROFILE")).map(|home| PathBuf::from(home).join(".aws"));
    let file = |name: &str, of_home: &str| {
        variable(name).map(PathBuf::from).or_else(|| home().map(|home| home.join(of_home)))
    };
    let name = variable("AWS_PROFILE").unwrap_or_else(|| "default".to_owned());
    let mut profile = Profile::default();
    let files = [
        (file("AWS_SHARED_CREDENTIALS_FILE", "credentials"), name.clone()),
        (file("AWS_CONFIG_FILE", "config"), if name == "default" { name } else { format!("profile {name}") }),
    ];
    for (path, section) in files {
        if let Some(text) = path.and_then(|path| std::fs::read_to_string(path).ok()) {
            profile.read(&text, &section);
        }
    }
    (profile != Profile::default()).then_some(profile)
}

impl Profile {
    fn read(&mut self, text: &str, section: &str) {
        let mut is_ours = false;
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                is_ours = name.trim() == section;
                continue;
            }
            let Some((name, value)) = line.split_once('=').filter(|_| is_ours) else { continue };
            let value = value.trim().to_owned();
            match name.trim() {
                "aws_access_key_id" => self.key_id = Some(value),
                "aws_secret_access_key" => self.secret = Some(value),
                "aws_session_token" => self.token = Some(value),
                "region" => self.region = Some(value),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_profile_counts_and_keys_of_the_environment_come_first() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = directory.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let credentials = file(
            "credentials",
            "[default]\naws_access_key_id = A\n# x\n[hr]\naws_access_key_id=B\naws_secret_access_key = C=\n",
        );
        let config = file("config", "[default]\nregion=x\n[profile hr]\nregion = eu-central-1\n");
        let of = |more: &[(&str, &str)]| {
            let more: Vec<(String, String)> =
                more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let (credentials, config) = (credentials.clone(), config.clone());
            of_environment(&move |name| match name {
                "AWS_SHARED_CREDENTIALS_FILE" => Some(credentials.clone()),
                "AWS_CONFIG_FILE" => Some(config.clone()),
                _ => more.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()),
            })
        };
        let hr = of(&[("AWS_PROFILE", "hr")]).unwrap();
        assert_eq!((hr.key_id.as_deref(), hr.secret.as_deref()), (Some("B"), Some("C=")));
        assert_eq!(hr.region.as_deref(), Some("eu-central-1"));
        assert_eq!(of(&[]).unwrap().key_id.as_deref(), Some("A"));
        assert!(of(&[("AWS_ACCESS_KEY_ID", "D")]).is_none());
        assert!(of(&[("AWS_PROFILE", "nobody")]).is_none());
    }
}
