//! `parquet:DIR` and `parquet:s3://bucket/prefix?region=…`.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use capture_core::{Error, ErrorKind, Locking, Result};
use url::Url;

/// How long a run may be silent before another one takes its place, unless the address says otherwise.
const LEASE: Duration = Duration::from_secs(30);

/// What an address may say behind its `?`, and of which services.
const PARAMETERS: [(&str, &[Service]); 4] = [
    ("account", &[Service::Azure]),
    ("endpoint", &[Service::S3, Service::Azure]),
    ("lease_s", &[Service::S3, Service::Gcs, Service::Azure]),
    ("region", &[Service::S3]),
];

/// Names of what is secret: they do not belong into an address.
const SECRETS: [&str; 6] = ["key", "secret", "token", "password", "sas", "credential"];

/// Whose object store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    S3,
    Gcs,
    Azure,
}

/// How addresses begin.
const SCHEMES: [(&str, Service); 4] =
    [("s3", Service::S3), ("gs", Service::Gcs), ("az", Service::Azure), ("azure", Service::Azure)];

impl Service {
    pub(crate) fn scheme(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Gcs => "gs",
            Self::Azure => "az",
        }
    }
}

/// A folder in an object store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) service: Service,
    pub(crate) name: String,
    /// Without slashes at its ends.
    pub(crate) prefix: String,
    pub(crate) region: Option<String>,
    pub(crate) endpoint: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) lease: Duration,
}

/// Where the files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    Directory(PathBuf, Locking),
    Bucket(Bucket),
}

impl Address {
    /// Chooses what to do if a directory's file system cannot lock.
    pub(crate) fn lock_with(&mut self, locking: Locking) {
        if let Self::Directory(_, chosen) = self {
            *chosen = locking;
        }
    }

    /// What stands behind `parquet:`.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for one that cannot be.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let Some((scheme, _)) = text.split_once("://") else {
            return match text {
                "" => Err(refused("`parquet:` names no directory")
                    .with_hint("parquet:DIR, or parquet:s3://BUCKET/PREFIX")),
                path => Ok(Self::Directory(path.into(), Locking::default())),
            };
        };
        let Some((_, service)) = SCHEMES.iter().find(|(known, _)| *known == scheme) else {
            let schemes: Vec<&str> = SCHEMES[..3].iter().map(|(known, _)| *known).collect();
            return Err(refused("`parquet:` names an object store that is not known")
                .with_hint(format!("those that are: {}://BUCKET/PREFIX", schemes.join("://, "))));
        };
        // Its message could repeat what is secret.
        let url = Url::parse(text).map_err(|_| refused("the address of the object store cannot be read"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(no_secrets());
        }
        let name = url.host_str().unwrap_or_default().to_owned();
        if name.is_empty() || url.port().is_some() || url.fragment().is_some() {
            return Err(refused("the address of the object store names no bucket")
                .with_hint(format!("parquet:{scheme}://BUCKET/PREFIX")));
        }
        let prefix = percent_encoding::percent_decode_str(url.path()).decode_utf8();
        let prefix = prefix.map_err(|_| refused("the prefix in the object store is no text"))?;
        let prefix: Vec<&str> = prefix.split('/').filter(|part| !part.is_empty()).collect();
        // As it was given: reading an address resolves them.
        let given = text.split(['?', '#']).next().unwrap_or_default();
        if given.split('/').any(|part| matches!(part, "." | "..")) {
            return Err(refused("the prefix in the object store has a part that is `.` or `..`"));
        }
        let mut bucket = Bucket {
            service: *service,
            name,
            prefix: prefix.join("/"),
            region: None,
            endpoint: None,
            account: None,
            lease: LEASE,
        };
        for (name, value) in url.query_pairs() {
            bucket.set(&name, &value)?;
        }
        Ok(Self::Bucket(bucket))
    }
}

impl Bucket {
    fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let is_known = PARAMETERS.iter().any(|(known, of)| *known == name && of.contains(&self.service));
        match name {
            _ if !is_known => return Err(unknown(name, self.service)),
            "region" => self.region = Some(value.to_owned()),
            "endpoint" => self.endpoint = Some(value.to_owned()),
            "account" => self.account = Some(value.to_owned()),
            _ => {
                let seconds: u64 = value.parse().ok().filter(|seconds| (1..=3_600).contains(seconds)).ok_or_else(
                    || refused("`lease_s` in the address of the object store is no number of seconds from 1 to 3600"),
                )?;
                self.lease = Duration::from_secs(seconds);
            }
        }
        Ok(())
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let lease = (self.lease != LEASE).then(|| self.lease.as_secs().to_string());
        let all = [
            ("account", self.account.clone()),
            ("endpoint", self.endpoint.clone()),
            ("lease_s", lease),
            ("region", self.region.clone()),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// As readers of the files name it.
impl Address {
    pub(crate) fn root(&self) -> String {
        match self {
            Self::Directory(path, _) => {
                let path = path.display().to_string();
                if path.len() > 1 { path.trim_end_matches('/').to_owned() } else { path }
            }
            Self::Bucket(bucket) => {
                let slash = if bucket.prefix.is_empty() { "" } else { "/" };
                format!("{}://{}{slash}{}", bucket.service.scheme(), bucket.name, bucket.prefix)
            }
        }
    }
}

/// As it can be given again.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(path, _) => write!(f, "parquet:{}", path.display()),
            Self::Bucket(bucket) => {
                write!(f, "parquet:{}", self.root())?;
                for (index, (name, value)) in bucket.parameters().into_iter().enumerate() {
                    write!(f, "{}{name}={value}", if index == 0 { '?' } else { '&' })?;
                }
                Ok(())
            }
        }
    }
}

fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

/// What stands on a command line can be read by everybody on the machine.
fn no_secrets() -> Error {
    refused("keys do not belong into the address of an object store").with_hint(
        "give them by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, ~/.aws/credentials, \
         GOOGLE_APPLICATION_CREDENTIALS, AZURE_STORAGE_ACCOUNT_KEY, or the role of the machine",
    )
}

fn unknown(name: &str, service: Service) -> Error {
    let small = name.to_ascii_lowercase();
    if SECRETS.iter().any(|secret| small.contains(secret)) {
        return no_secrets();
    }
    let known: Vec<&str> =
        PARAMETERS.iter().filter(|(_, of)| of.contains(&service)).map(|(known, _)| *known).collect();
    let nearest = known.iter().max_by(|a, b| strsim::jaro(a, name).total_cmp(&strsim::jaro(b, name)));
    let hint = match nearest.filter(|known| strsim::jaro(known, name) > 0.8) {
        Some(nearest) => format!("perhaps `{nearest}`"),
        None => format!("known are: {}", known.join(", ")),
    };
    refused("the address of the object store has a parameter that is not known").with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> String {
        Address::parse(text).unwrap().to_string()
    }

    #[test]
    fn addresses_are_read_and_can_be_given_again() {
        for text in [
            "out/",
            "/srv/lake",
            "s3://lake/ashby?region=eu-central-1",
            "gs://lake",
            "az://lake/a/b?account=hr",
            "a:b",
        ] {
            assert_eq!(printed(text), format!("parquet:{text}"));
        }
        assert_eq!(printed("s3://lake//x//?lease_s=5"), "parquet:s3://lake/x?lease_s=5");
        assert_eq!(Address::parse("s3://lake/x").unwrap().root(), "s3://lake/x");
        assert_eq!(Address::parse("out/").unwrap().root(), "out");
    }

    #[test]
    fn what_cannot_be_is_refused_and_no_secret_is_repeated() {
        for text in [
            "",
            "ftp://lake/x",
            "s3:///x",
            "s3://lake/../x",
            "s3://AKIA:S3CR3T@lake/x",
            "s3://lake/x?aws_secret_access_key=S3CR3T",
            "s3://lake/x?regoin=S3CR3T",
            "gs://lake/x?region=S3CR3T",
            "s3://lake/x?lease_s=0",
        ] {
            let error = Address::parse(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{text}");
            assert!(!format!("{error:?} {:?}", error.hint()).contains("S3CR3T"), "{text}");
        }
        let hint = |text| Address::parse(text).unwrap_err().hint().unwrap().to_owned();
        assert_eq!(hint("s3://lake/x?regoin=x"), "perhaps `region`");
        assert!(hint("s3://lake/x?sas_token=x").contains("AWS_ACCESS_KEY_ID"));
    }
}
