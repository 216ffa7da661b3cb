//! People, and what belongs to them alone.

use crate::table::{Making, TABLE, Table, columns};

const CANDIDATE: &[(&str, &str)] = &[("candidate_id", "candidates")];

pub(crate) static TABLES: &[Table] = &[
    Table {
        name: "candidates",
        row: "A person",
        making: Making::Records { origins: &[("candidates", "")] },
        key: &["candidate_id"],
        record: &["candidate_id"],
        indexes: &["source_id?source_id IS NOT NULL", "credited_to_user_id?credited_to_user_id IS NOT NULL"],
        columns: columns! {
            candidate_id Text "id" "The person"
            name Text "name" "Name"
            primary_email Text "primaryEmailAddress.value" "Primary e-mail address"
            primary_phone Text "primaryPhoneNumber.value" "Primary telephone number"
            company Text "company" "Where they work"
            position Text "position" "As what they work"
            school Text "school" "Where they studied"
            source_id Text "source.id" "The source of the person; applications have their own"
            credited_to_user_id Text "creditedToUser.id" "Who brought the person"
            location_summary Text "location.locationSummary" "Where they live, in words"
            city Text "!city" "City"
            region Text "!region" "Region"
            country Text "!country" "Country"
            timezone Text "timezone" "Time zone"
            fraud_status Text "fraudStatus" "What Ashby or somebody says of fraud"
            profile_url Text "profileUrl" "The person's page in Ashby"
            has_resume Bool "!has_resume" "Whether there is a résumé"
            created_at Instant "createdAt" "When the person came into Ashby"
            updated_at Instant "updatedAt" "When anything about the person changed last; dates nothing"
            application_count Int "~(SELECT count(*) FROM _applications a WHERE a.candidate_id = t.candidate_id AND a.is_live)" "Live applications, leads among them"
            first_applied_at Instant "~(SELECT min(a.created_at) FROM _applications a WHERE a.candidate_id = t.candidate_id AND a.is_live)" "When the first of them was made"
            last_applied_at Instant "~(SELECT max(a.created_at) FROM _applications a WHERE a.candidate_id = t.candidate_id AND a.is_live)" "When the last of them was made"
            is_hired Bool "~EXISTS (SELECT 1 FROM _applications a WHERE a.candidate_id = t.candidate_id AND a.is_live AND a.outcome = 'hired')" "Whether one of them is hired"
        },
        ..TABLE
    },
    Table {
        name: "candidate_tag_links",
        row: "A tag of a person",
        making: Making::Records { origins: &[("candidates", "tags")] },
        key: &["candidate_id", "tag_id"],
        record: &["candidate_id"],
        owners: CANDIDATE,
        indexes: &["tag_id"],
        columns: columns! {
            candidate_id Text "^id" "The person"
            tag_id Text "id" "The tag"
            title Text "title" "Title of the tag, as the person's record has it"
        },
        ..TABLE
    },
    Table {
        name: "candidate_emails",
        row: "An e-mail address of a person",
        making: Making::Records { origins: &[("candidates", "emailAddresses")] },
        key: &["candidate_id", "position"],
        record: &["candidate_id"],
        owners: CANDIDATE,
        columns: columns! {
            candidate_id Text "^id" "The person"
            email Text "value" "The address"
            type Text "type" "Personal, Work, Other"
            is_primary Bool "isPrimary" "Whether it is the primary one"
            position Int "#" "Its place, from 0"
        },
        ..TABLE
    },
    Table {
        name: "candidate_phones",
        row: "A telephone number of a person",
        making: Making::Records { origins: &[("candidates", "phoneNumbers")] },
        key: &["candidate_id", "position"],
        record: &["candidate_id"],
        owners: CANDIDATE,
        columns: columns! {
            candidate_id Text "^id" "The person"
            phone Text "value" "The number"
            type Text "type" "Personal, Work, Other"
            is_primary Bool "isPrimary" "Whether it is the primary one"
            position Int "#" "Its place, from 0"
        },
        ..TABLE
    },
    Table {
        name: "candidate_links",
        row: "A link of a person",
        making: Making::Records { origins: &[("candidates", "socialLinks")] },
        key: &["candidate_id", "position"],
        record: &["candidate_id"],
        owners: CANDIDATE,
        columns: columns! {
            candidate_id Text "^id" "The person"
            type Text "type" "LinkedIn, GitHub, Website …"
            url Text "url" "Where it leads"
            position Int "#" "Its place, from 0"
        },
        ..TABLE
    },
    Table {
        name: "candidate_files",
        row: "A file of a person; what it holds is not here",
        making: Making::Records { origins: &[("candidates", "fileHandles")] },
        key: &["candidate_id", "file_id"],
        record: &["candidate_id"],
        owners: CANDIDATE,
        columns: columns! {
            candidate_id Text "^id" "The person"
            file_id Text "id" "The file"
            name Text "name" "Its name"
        },
        ..TABLE
    },
    Table {
        name: "project_candidates",
        row: "A person in a talent project",
        making: Making::Records { origins: &[("candidate_projects", "")] },
        key: &["project_id", "candidate_id"],
        record: &["project_id", "candidate_id"],
        owners: CANDIDATE,
        indexes: &["candidate_id"],
        columns: columns! {
            project_id Text "id" "The project"
            candidate_id Text "candidateId" "The person"
        },
        ..TABLE
    },
];
