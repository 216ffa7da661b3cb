//! Any text comes out of a document as it went in, apart from what the format cannot hold.

use ashby_postings::{Published, render};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::xml::{elements, texts};
use crate::{board, documents};

/// Texts with more than a fair share of what could go wrong.
fn any_text() -> impl Strategy<Value = String> {
    let awkward = prop::sample::select(vec![
        "<",
        ">",
        "&",
        "\"",
        "'",
        "]]>",
        "<![CDATA[",
        "&amp;",
        "&#0;",
        "\r\n",
        "\r",
        "\n",
        "\t",
        " ",
        ",",
        ";",
        "=1+1",
        "+",
        "-",
        "@",
        "\0",
        "\u{b}",
        "\u{1f}",
        "\u{7f}",
        "\u{85}",
        "\u{2028}",
        "\u{fffe}",
        "\u{feff}",
        "\u{1f980}",
        "é",
        "</title>",
        "<!--",
        "?>",
    ]);
    let part = prop_oneof![awkward.prop_map(str::to_owned), any::<String>()];
    prop::collection::vec(part, 0..4).prop_map(|parts| parts.concat())
}

fn any_url() -> impl Strategy<Value = String> {
    "https://[a-z0-9/?&=%é'\"<>#-]{1,20}"
}

prop_compose! {
    fn any_job()(texts in prop::array::uniform10(any_text()), [url, apply] in prop::array::uniform2(any_url())) -> Value {
        let [id, title, department, team, location, second, kind, pay, html, plain] = texts;
        json!({
            "id": id, "title": title, "department": department, "team": team, "location": location,
            "secondaryLocations": [{"location": second}], "employmentType": kind, "jobUrl": url, "applyUrl": apply,
            "shouldDisplayCompensationOnJobPostings": true, "compensation": {"compensationTierSummary": pay},
            "descriptionHtml": html, "descriptionPlain": plain, "isListed": true,
            "publishedAt": "2026-03-02T09:00:00.000+00:00",
        })
    }
}

/// What is left of a text in XML 1.0, by its grammar.
fn in_xml(text: &str) -> String {
    let is_legal = |character: &char| matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(is_legal).collect()
}

fn document(published: &Published, name: &str) -> String {
    documents(published).into_iter().find(|(other, _)| *other == name).unwrap().1
}

fn expected(published: &Published, text: impl Fn(&ashby_postings::PostingContent) -> &str) -> Vec<String> {
    published.postings.iter().map(|posting| in_xml(text(posting))).collect()
}

proptest! {
    #[test]
    fn rss(jobs in prop::collection::vec(any_job(), 0..3)) {
        let published = board(&json!(jobs));
        let document = document(&published, "rss");
        let at = |name: &str| texts(&document, &format!("rss/channel/item/{name}"));
        prop_assert_eq!(at("title"), expected(&published, |posting| &posting.title));
        prop_assert_eq!(at("link"), expected(&published, |posting| posting.url.as_deref().unwrap()));
        prop_assert_eq!(at("guid"), expected(&published, |posting| &posting.id));
        prop_assert_eq!(
            at("description"),
            expected(&published, |posting| posting.description_html.as_deref().unwrap())
        );
        let of = |domain: &str| -> Vec<String> {
            let domain = [("domain".to_owned(), domain.to_owned())];
            let categories = elements(&document).into_iter().filter(|element| element.attributes == domain);
            categories.map(|element| element.text).collect()
        };
        prop_assert_eq!(of("team"), expected(&published, |posting| posting.team.as_deref().unwrap()));
        prop_assert_eq!(of("compensation"), expected(&published, |posting| posting.compensation.as_deref().unwrap()));
    }

    #[test]
    fn atom(jobs in prop::collection::vec(any_job(), 0..3)) {
        let published = board(&json!(jobs));
        let document = document(&published, "atom");
        let at = |name: &str| texts(&document, &format!("feed/entry/{name}"));
        prop_assert_eq!(at("title"), expected(&published, |posting| &posting.title));
        prop_assert_eq!(
            at("content"),
            expected(&published, |posting| posting.description_html.as_deref().unwrap())
        );
        let attribute = |path: &str, name: &str| -> Vec<String> {
            let elements = elements(&document).into_iter().filter(|element| element.path == path);
            let attributes = elements.flat_map(|element| element.attributes);
            attributes.filter(|(other, _)| other == name).map(|(_, value)| value).collect()
        };
        prop_assert_eq!(
            attribute("feed/entry/link", "href"),
            expected(&published, |posting| posting.url.as_deref().unwrap())
        );
        let terms = attribute("feed/entry/category", "term");
        prop_assert_eq!(
            terms.iter().step_by(6).cloned().collect::<Vec<_>>(),
            expected(&published, |posting| posting.department.as_deref().unwrap())
        );
    }

    #[test]
    fn feeds(jobs in prop::collection::vec(any_job(), 0..3)) {
        let published = board(&json!(jobs));
        let json: Vec<serde_json::Map<String, Value>> =
            serde_json::from_str(&document(&published, "feed as JSON")).unwrap();
        let xml = document(&published, "feed as XML");
        prop_assert_eq!(json.len(), jobs.len());
        for (entry, job) in json.iter().zip(&jobs) {
            for (field, member) in [
                ("id", "id"), ("title", "title"), ("departmentName", "department"), ("teamName", "team"),
                ("descriptionPlain", "descriptionPlain"), ("descriptionHtml", "descriptionHtml"),
                ("employmentType", "employmentType"), ("externalLink", "jobUrl"), ("applyLink", "applyUrl"),
            ] {
                prop_assert_eq!(&entry[field], &job[member], "{}", field);
            }
        }
        // Both forms hold the same.
        for name in json.first().into_iter().flat_map(serde_json::Map::keys) {
            if name == "secondaryLocationNames" {
                let all: Vec<String> =
                    json.iter().map(|entry| in_xml(entry[name][0].as_str().unwrap())).collect();
                let path = format!("jobPostings/jobPosting/{name}/secondaryLocationName");
                prop_assert_eq!(texts(&xml, &path), all);
                continue;
            }
            let values: Vec<String> = json.iter().map(|entry| in_xml(entry[name].as_str().unwrap())).collect();
            prop_assert_eq!(texts(&xml, &format!("jobPostings/jobPosting/{name}")), values, "{}", name);
        }
    }

    #[test]
    fn csv(jobs in prop::collection::vec(any_job(), 0..3)) {
        let published = board(&json!(jobs));
        let document = document(&published, "csv");
        let mut table = csv::Reader::from_reader(document.as_bytes());
        let header = table.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = table.records().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(rows.len(), jobs.len());
        for (row, job) in rows.iter().zip(&jobs) {
            for (column, member) in
                [("id", "id"), ("title", "title"), ("url", "jobUrl"), ("descriptionPlain", "descriptionPlain")]
            {
                let cell = &row[header.iter().position(|name| name == column).unwrap()];
                let text = job[member].as_str().unwrap();
                prop_assert_eq!(outside_text::unguarded(cell), text.replace('\0', "\u{fffd}"));
            }
        }
    }

    #[test]
    fn json(jobs in prop::collection::vec(any_job(), 0..3)) {
        let published = board(&json!(jobs));
        let mut out = Vec::new();
        render::json(&published.postings, &mut out).unwrap();
        let postings: Vec<Value> = serde_json::from_slice(&out).unwrap();
        prop_assert_eq!(postings.len(), jobs.len());
        for (posting, job) in postings.iter().zip(&jobs) {
            for (field, member) in [
                ("id", "id"), ("title", "title"), ("department", "department"), ("team", "team"), ("url", "jobUrl"),
                ("applyUrl", "applyUrl"), ("descriptionHtml", "descriptionHtml"), ("location", "location"),
            ] {
                prop_assert_eq!(&posting[field], &job[member], "{}", field);
            }
            prop_assert_eq!(&posting["secondaryLocations"][0], &job["secondaryLocations"][0]["location"]);
        }
    }
}
