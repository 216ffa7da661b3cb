//! What a key sees of what Ashby leaves out without an error: confidential jobs and projects, and private fields. Ashby
//! does not tell; records can.

use ashby_client::{Client, ListRequest, ReadOperation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Where a key's permissions and switches are.
pub(crate) const WHERE: &str = "Ashby: Admin > Integrations > API Keys";

/// What records of the first pages tell.
#[derive(Debug, Serialize)]
pub(crate) struct Sight {
    /// It sees confidential jobs or projects; `None` if nothing tells.
    pub(crate) confidential: Option<bool>,
    #[serde(skip)]
    looked_at: Vec<String>,
    #[serde(skip)]
    fields: Option<Counted>,
}

/// Records that hold something, among so many.
#[derive(Debug, Clone, Copy)]
struct Counted {
    holding: usize,
    all: usize,
}

/// Looks, with a request for each of jobs, projects and custom fields.
pub(crate) async fn look(client: &Client) -> Sight {
    #[derive(Deserialize)]
    struct Record {
        #[serde(default)]
        confidential: bool,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Field {
        #[serde(default)]
        is_private: bool,
    }
    let is_confidential = |record: &Record| record.confidential;
    let jobs = count(client, "job.list", is_confidential).await;
    let projects = count(client, "project.list", is_confidential).await;
    let fields = count(client, "customField.list", |field: &Field| field.is_private).await;
    let looked_at = [(jobs, "job"), (projects, "project")];
    let found = looked_at.iter().any(|(counts, _)| counts.is_some_and(|counts| counts.holding > 0));
    let counted = |(counts, noun): (Option<Counted>, &str)| {
        counts.map(|counts| crate::output::counted(counts.all as u64, noun))
    };
    Sight {
        confidential: found.then_some(true),
        looked_at: looked_at.into_iter().filter_map(counted).collect(),
        fields,
    }
}

impl Sight {
    /// What is known of confidential jobs and projects.
    pub(crate) fn of_confidential(&self) -> String {
        match (self.confidential, &self.looked_at[..]) {
            (Some(true), _) => {
                "the key sees confidential jobs or projects, and what belongs to them".to_owned()
            }
            (_, []) => "cannot tell: the key may read neither jobs nor projects".to_owned(),
            (_, looked_at) => format!(
                "cannot tell: none is confidential among the {} looked at; if the key may not see such, they are left \
                 out without an error",
                looked_at.join(" and ")
            ),
        }
    }

    /// What to do where it is not known.
    pub(crate) fn hint_of_confidential(&self) -> Option<String> {
        let is_open = self.confidential.is_none() && !self.looked_at.is_empty();
        is_open.then(|| format!("access to confidential jobs and projects is a switch of the key ({WHERE})"))
    }

    /// What is known of private fields.
    pub(crate) fn of_private(&self) -> String {
        let observed = match self.fields {
            Some(Counted { holding, all }) => {
                let all = crate::output::counted(all as u64, "custom field");
                format!("; private among the {all} looked at: {holding}")
            }
            None => String::new(),
        };
        format!(
            "Ashby does not tell whether the key sees private notes, e-mails and fields: what it may not see is left out \
             without an error{observed}"
        )
    }

    /// What to do about it.
    pub(crate) fn hint_of_private(&self) -> String {
        format!("access to private fields is a switch of the key ({WHERE})")
    }
}

/// Counts records of a list's first page; `None` if it cannot be read.
async fn count<T: DeserializeOwned>(
    client: &Client,
    operation: &'static str,
    holds: impl Fn(&T) -> bool,
) -> Option<Counted> {
    let page = client.page(&ListRequest::new(ReadOperation::new(operation))).await.ok()?;
    let records = page.records().filter_map(|record| json_slices::read::<T>(&record).ok());
    Some(Counted { holding: records.filter(holds).count(), all: page.len() })
}
