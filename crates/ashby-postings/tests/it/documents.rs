//! What the documents look like.

use ashby_client::JobBoard;
use ashby_postings::{Published, Reason};
use serde_json::{Value, json};

use crate::xml::texts;
use crate::{board, documents};

fn job() -> Value {
    json!({
        "id": "0a1b", "title": "Cook & Baker", "department": "Kitchen", "employmentType": "FullTime",
        "location": "Lund", "jobUrl": "https://jobs.ashbyhq.com/acme/0a1b", "isListed": true,
        "publishedAt": "2026-03-02T09:00:00.000+02:00", "descriptionHtml": "<p>Bread</p>",
        "shouldDisplayCompensationOnJobPostings": true, "compensation": {"compensationTierSummary": "$1"},
    })
}

fn document(published: &Published, name: &str) -> String {
    documents(published).into_iter().find(|(other, _)| *other == name).unwrap().1
}

#[test]
fn rss_has_a_channel_with_items() {
    let rss = document(&board(&json!([job()])), "rss");
    assert_eq!(
        rss,
        r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0">
  <channel>
    <title>Jobs at acme</title>
    <link>https://jobs.ashbyhq.com/acme/</link>
    <description>Open positions</description>
    <item>
      <title>Cook &amp; Baker</title>
      <link>https://jobs.ashbyhq.com/acme/0a1b</link>
      <guid isPermaLink="false">0a1b</guid>
      <pubDate>Mon, 02 Mar 2026 07:00:00 GMT</pubDate>
      <category domain="department">Kitchen</category>
      <category domain="location">Lund</category>
      <category domain="employmentType">FullTime</category>
      <category domain="compensation">$1</category>
      <description>&lt;p&gt;Bread&lt;/p&gt;</description>
    </item>
  </channel>
</rss>
"#
    );
}

#[test]
fn atom_has_a_feed_with_entries() {
    let atom = document(&board(&json!([job()])), "atom");
    assert_eq!(
        atom,
        r#"<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>https://jobs.ashbyhq.com/acme/</id>
  <title>Jobs at acme</title>
  <updated>2026-03-02T07:00:00Z</updated>
  <link rel="alternate" href="https://jobs.ashbyhq.com/acme/"/>
  <author>
    <name>Jobs at acme</name>
  </author>
  <entry>
    <id>urn:uuid:0a1b</id>
    <title>Cook &amp; Baker</title>
    <published>2026-03-02T07:00:00Z</published>
    <updated>2026-03-02T07:00:00Z</updated>
    <link rel="alternate" href="https://jobs.ashbyhq.com/acme/0a1b"/>
    <category term="Kitchen"/>
    <category term="Lund"/>
    <category term="FullTime"/>
    <category term="$1"/>
    <content type="html">&lt;p&gt;Bread&lt;/p&gt;</content>
  </entry>
</feed>
"#
    );
}

#[test]
fn a_partner_feed_is_flat_and_always_has_a_department() {
    let without_department = json!({"id": "2", "department": null, "isListed": true, "jobUrl": "https://x",
        "publishedAt": "2026-03-02T09:00:00Z"});
    let published = board(&json!([job(), without_department]));
    let json: Value = serde_json::from_str(&document(&published, "feed as JSON")).unwrap();
    assert_eq!(
        json[1],
        json!({"id": "2", "jobBoardName": "acme", "title": "", "departmentName": "",
        "publishedDate": "2026-03-02T09:00:00Z", "externalLink": "https://x"})
    );
    let xml = document(&published, "feed as XML");
    assert_eq!(texts(&xml, "jobPostings/jobPosting/departmentName"), ["Kitchen", ""]);
    assert_eq!(texts(&xml, "jobPostings/jobPosting/title"), ["Cook & Baker", ""]);
}

#[test]
fn pay_that_is_not_to_be_shown_is_not_taken_over() {
    for shown in [json!(false), Value::Null] {
        let mut job = job();
        job["shouldDisplayCompensationOnJobPostings"] = shown;
        let published = board(&json!([job]));
        assert_eq!(published.postings[0].compensation, None);
        for (name, document) in documents(&published) {
            assert!(!document.contains("$1"), "{name}");
        }
    }
}

#[test]
fn a_document_without_postings_is_one() {
    let published = board(&json!([]));
    for (name, document) in documents(&published) {
        let is_one = document.ends_with('\n') && document.len() > 2;
        assert!(is_one || (name == "ndjson" && document.is_empty()), "{name}: {document}");
    }
    assert_eq!(texts(&document(&published, "rss"), "rss/channel/link"), ["https://jobs.ashbyhq.com/"]);
    assert_eq!(published.withheld.get(&Reason::Unlisted), None);
}

#[test]
fn a_feed_names_all_places_the_address_and_whose_it_is() {
    let mut job = job();
    job["secondaryLocations"] = json!([{"location": "Europe"}, {"location": null}]);
    job["address"] =
        json!({"postalAddress": {"addressLocality": "Lund", "addressCountry": "Sweden", "more": 1}});
    job["compensation"]["scrapeableCompensationSalarySummary"] = json!("EUR 70K - 90K");
    job["applyUrl"] = json!("javascript:alert(1)");
    let mut published = board(&json!([job]));
    published.set_organization(Some("o-1"), Some("Acme"));
    let feed: Value = serde_json::from_str(&document(&published, "feed as JSON")).unwrap();
    assert_eq!(feed[0]["secondaryLocationNames"], json!(["Europe"]));
    assert_eq!(feed[0]["address"], json!({"addressLocality": "Lund", "addressCountry": "Sweden"}));
    assert_eq!((&feed[0]["organizationId"], &feed[0]["organizationName"]), (&json!("o-1"), &json!("Acme")));
    assert_eq!(feed[0].get("applyLink"), None, "no link but to the web");
    let xml = document(&published, "feed as XML");
    let at = |path: &str| texts(&xml, &format!("jobPostings/jobPosting/{path}"));
    assert_eq!(at("secondaryLocationNames/secondaryLocationName"), ["Europe"]);
    assert_eq!(
        (at("address/addressCountry"), at("organizationId")),
        (vec!["Sweden".into()], vec!["o-1".into()])
    );

    let json: Value = serde_json::from_str(&document(&published, "json")).unwrap();
    assert_eq!(
        json[0]["address"]["postalAddress"],
        json!({"addressLocality": "Lund", "addressCountry": "Sweden"})
    );
    assert_eq!(json[0]["scrapeableCompensationSalarySummary"], "EUR 70K - 90K");
    let csv = document(&published, "csv");
    assert!(csv.contains("EUR 70K - 90K") && csv.contains("Sweden"), "{csv}");
}

#[test]
fn no_document_links_to_what_is_no_page() {
    let mut job = job();
    job["jobUrl"] = json!("javascript://x/%0aalert(1)");
    let published = board(&json!([job]));
    for (name, document) in documents(&published) {
        let is_feed = ["rss", "atom", "feed as JSON", "feed as XML"].contains(&name);
        assert!(!is_feed || !document.contains("javascript"), "{name}: {document}");
    }
}

#[test]
fn half_a_character_spoils_no_posting() {
    let text = json!([job(), job()]).to_string().replacen("Cook & Baker", r"Cut \ud83d", 1);
    let body = format!(r#"{{"apiVersion":"1","jobs":{text}}}"#);
    let published = Published::from_board(&JobBoard::from_body("acme", body.into()).unwrap());
    let titles: Vec<&str> = published.postings.iter().map(|posting| posting.title.as_str()).collect();
    assert_eq!(titles, ["Cut \u{fffd}", "Cook & Baker"]);
}

#[test]
fn an_odd_posting_is_named_and_the_others_are_there() {
    let mut odd = job();
    odd["id"] = json!("odd-1");
    odd["secondaryLocations"] = json!(["SECRET place"]);
    let mut unlisted = odd.clone();
    unlisted["isListed"] = json!(false);
    let published = board(&json!([job(), odd, unlisted, {"title": "no id"}, 7]));
    assert_eq!(published.postings.len(), 1);
    let named: Vec<&str> = published.odd.iter().map(|odd| odd.posting.as_str()).collect();
    assert_eq!(named, ["odd-1", "a job without a usable id", "a job without a usable id"]);
    assert!(!format!("{:?}", published.odd).contains("SECRET"));
    assert_eq!(
        published.withheld.get(&Reason::Unlisted),
        Some(&1),
        "what nobody may see is nobody's trouble"
    );
}
