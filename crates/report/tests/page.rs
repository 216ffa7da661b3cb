//! What is on the page.

// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

#[path = "fixture/mod.rs"]
mod fixture;

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use report::{Confidential, Options, Page, Period, page};

const CHARTS: [&str; 8] = [
    "funnel",
    "time-in-stage",
    "time-to-hire",
    "source-yield",
    "offer-acceptance",
    "interviewer-load",
    "pipeline-by-job",
    "open-roles-ageing",
];

/// What each figure must have of columns.
const COLUMNS: [&[&str]; 8] = [
    &["reached", "ended_reached", "entered"],
    &["n", "p50_days", "p90_days", "open_n"],
    &["hires", "p50_days", "p90_days"],
    &["applications", "reached_interview", "reached_offer", "hires"],
    &["accepted", "declined", "cancelled", "rate"],
    &["interviews", "minutes", "feedback_missing"],
    &["applications"],
    &["age_days", "active_applications", "openings_open"],
];

fn all() -> Options {
    Options { period: Period::All, ..Options::default() }
}

fn company(options: &Options) -> Page {
    let directory = tempfile::tempdir().unwrap();
    page(&fixture::company(directory.path(), 3_000), options).unwrap()
}

/// A part of the page by how it begins and ends.
fn part<'a>(html: &'a str, begin: &str, end: &str) -> &'a str {
    let start = html.find(begin).unwrap_or_else(|| panic!("no {begin}"));
    let rest = &html[start..];
    &rest[..rest.find(end).unwrap() + end.len()]
}

fn figure<'a>(html: &'a str, chart: &str) -> &'a str {
    let at = html.find(&format!("data-chart=\"{chart}\"")).unwrap_or_else(|| panic!("no {chart}"));
    let start = html[..at].rfind("<figure").unwrap();
    part(&html[start..], "<figure", "</figure>")
}

type Values = BTreeMap<(String, String), String>;

/// What marks and cells say, by key and column; each key in the order of the table.
struct Told {
    marks: Vec<((String, String), String)>,
    cells: Values,
    columns: BTreeSet<String>,
    keys: Vec<String>,
    has_caption: bool,
    scopes: usize,
}

fn told(figure: &str) -> Told {
    let mut told = Told {
        marks: Vec::new(),
        cells: Values::new(),
        columns: BTreeSet::new(),
        keys: Vec::new(),
        has_caption: false,
        scopes: 0,
    };
    let text = figure.replace(" data-empty", "").replace("<details open>", "<details>");
    let mut reader = Reader::from_str(&text);
    let (mut in_table, mut key) = (false, String::new());
    loop {
        let of = |element: &BytesStart<'_>, name: &str| {
            element
                .try_get_attribute(name)
                .unwrap()
                .map(|found| found.normalized_value(quick_xml::XmlVersion::Explicit1_0).unwrap().into_owned())
        };
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(element) | Event::Empty(element) => {
                let name = element.name().as_ref().to_owned();
                in_table |= name == "table";
                told.has_caption |= in_table && name == "caption";
                told.scopes += usize::from(name == "th" && of(&element, "scope").is_some());
                if name == "tr"
                    && let Some(own) = of(&element, "data-key")
                {
                    told.keys.push(own.clone());
                    key = own;
                }
                let (column, value) = (of(&element, "data-col"), of(&element, "data-value"));
                match (in_table, column, value) {
                    (true, Some(column), value) => {
                        told.columns.insert(column.clone());
                        if let Some(value) = value {
                            let before = told.cells.insert((key.clone(), column), value);
                            assert!(before.is_none(), "twice in a table");
                        }
                    }
                    (false, Some(column), Some(value)) => {
                        told.marks.push(((of(&element, "data-key").unwrap(), column), value));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    told
}

/// One element a line.
fn readable(html: &str) -> String {
    html.replace("><", ">\n<")
}

#[test]
fn every_figure_is_there_and_every_mark_stands_in_its_table() {
    for options in [all(), Options::default()] {
        let made = company(&options);
        assert_eq!(made.figures, 8);
        let mut last = 0;
        for (chart, columns) in CHARTS.iter().zip(COLUMNS) {
            let at = made.html.find(&format!("data-chart=\"{chart}\"")).unwrap();
            assert!(at > last, "{chart} is in its place");
            last = at;
            let text = figure(&made.html, chart);
            let told = told(text);
            assert!(told.has_caption && told.scopes > told.columns.len(), "{chart}");
            for column in columns {
                assert!(told.columns.contains(*column), "{chart} has no {column}");
            }
            assert!(!told.marks.is_empty(), "{chart}");
            for (place, value) in &told.marks {
                assert_eq!(told.cells.get(place), Some(value), "{chart}: {place:?}");
            }
            assert_eq!(
                text.matches("<svg class=\"picture\" role=\"img\" aria-labelledby=").count(),
                1,
                "{chart}"
            );
            assert_eq!(text.matches("<h2").count(), 1);
        }
        assert_eq!(made.html.matches("<h1").count(), 1);
    }
}

#[test]
fn pictures_and_tables_stay_as_they_are() {
    let directory = tempfile::tempdir().unwrap();
    let made = page(&fixture::company(directory.path(), 400), &all()).unwrap();
    for chart in CHARTS {
        insta::assert_snapshot!(chart, readable(figure(&made.html, chart)));
    }
}

#[test]
fn values_are_those_of_the_model() {
    let directory = tempfile::tempdir().unwrap();
    let path = fixture::company(directory.path(), 3_000);
    let made = page(&path, &all()).unwrap();
    let model = rusqlite::Connection::open(&path).unwrap();
    let number = |sql: &str| model.query_row(sql, [], |row| row.get::<_, f64>(0)).unwrap();
    let value = |chart: &str, key: &str, column: &str| -> f64 {
        let told = told(figure(&made.html, chart));
        told.cells[&(key.to_owned(), column.to_owned())].parse().unwrap()
    };
    let reached = number("SELECT sum(reached) FROM metric_funnel WHERE milestone = 'Interviews'");
    assert_eq!(value("funnel", "Interviews", "reached"), reached);
    let median = number("SELECT p50_days FROM metric_time_in_stage WHERE stage_title = 'Offer'");
    assert_eq!(value("time-in-stage", "Offer", "p50_days"), median);
    let hires = number("SELECT count(*) FROM hires WHERE hired_month = '2026-06'");
    assert_eq!(value("time-to-hire", "2026-06", "hires"), hires);
    let sql = "SELECT 1.0 * sum(accepted) / sum(accepted + declined) FROM metric_offers WHERE month BETWEEN '2026-04' AND '2026-06'";
    assert_eq!(value("offer-acceptance", "2026-Q2", "rate"), number(sql));
    let minutes = number("SELECT sum(minutes) FROM metric_interviewer_load WHERE user_id = 'user-00'");
    assert_eq!(value("interviewer-load", "user-00", "minutes"), minutes);
    let age = number("SELECT age_days FROM metric_open_jobs WHERE job_id = 'job-10'");
    assert_eq!(value("open-roles-ageing", "job-10", "age_days"), age);
    let everybody = number("SELECT sum(applications) FROM metric_pipeline");
    let pipeline = told(figure(&made.html, "pipeline-by-job"));
    let sum = |told: &Told| -> f64 {
        let applications = told.cells.iter().filter(|((_, column), _)| column == "applications");
        applications.map(|(_, value)| value.parse::<f64>().unwrap()).sum()
    };
    assert_eq!(sum(&pipeline), everybody);
    assert_eq!(pipeline.keys.len(), 21);
    assert_eq!(pipeline.keys.last().map(String::as_str), Some("other"));
    let drawn = pipeline.marks.iter().filter(|((key, _), _)| key == "other").count();
    assert_eq!(drawn, 1, "the last row is a number only");
}

#[test]
fn counted_by_jobs_it_is_the_same_as_counted_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = fixture::company(directory.path(), 3_000);
    let jobs: Vec<String> = (0..44).map(|number| format!("job-{number:02}")).collect();
    for (period, chart) in
        [Period::All, Period::Months(12)].into_iter().flat_map(|period| CHARTS.map(|chart| (period, chart)))
    {
        let whole = Options { period, ..Options::default() };
        let scoped = Options { jobs: jobs.clone(), ..whole.clone() };
        let (whole, scoped) = (page(&path, &whole).unwrap(), page(&path, &scoped).unwrap());
        let (whole, scoped) = (told(figure(&whole.html, chart)), told(figure(&scoped.html, chart)));
        assert_eq!(whole.keys, scoped.keys, "{chart}");
        for (place, value) in &whole.cells {
            let other: f64 = scoped.cells[place].parse().unwrap();
            assert!((value.parse::<f64>().unwrap() - other).abs() < 1e-9, "{chart}: {place:?}");
        }
    }
    // Departments go with those below them: all but the third.
    let departments = Options { departments: vec!["department-0".to_owned()], ..all() };
    let two: Vec<String> =
        jobs.iter().enumerate().filter(|(place, _)| place % 3 < 2).map(|(_, job)| job.clone()).collect();
    let by_jobs = page(&path, &Options { jobs: two, ..all() }).unwrap();
    let by_departments = page(&path, &departments).unwrap();
    for chart in CHARTS {
        assert_eq!(
            told(figure(&by_jobs.html, chart)).cells,
            told(figure(&by_departments.html, chart)).cells,
            "{chart}"
        );
    }
}

#[test]
fn what_titles_say_is_text() {
    let made = company(&Options { confidential: Confidential::Show, ..all() });
    assert!(!made.html.contains("<script") && !made.html.contains("</script"), "no script at all");
    assert!(made.html.contains("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(made.html.contains("&lt;i&gt;Iverson&lt;/i&gt;") && !made.html.contains("<i>"));
    assert!(
        !made.html.contains('\u{202e}') && !made.html.contains('\u{7}'),
        "nothing that turns text around"
    );
    assert!(
        made.html.contains("… <title>") || made.html.contains("…<title>"),
        "long titles are cut, and whole beside"
    );
}

#[test]
fn confidential_jobs_are_masked_shown_or_left_out() {
    let pipeline = |confidential| {
        let made = company(&Options { confidential, ..all() });
        let told = told(figure(&made.html, "open-roles-ageing"));
        (made.html, told.keys.contains(&"job-05".to_owned()))
    };
    let (masked, has_row) = pipeline(Confidential::Mask);
    assert!(!masked.contains("Chief Financial") && masked.contains("Confidential job") && has_row);
    assert!(masked.contains("<dt>Confidential jobs</dt><dd>masked</dd>"));
    let (shown, has_row) = pipeline(Confidential::Show);
    assert!(shown.contains(fixture::SECRET) && has_row);
    let (excluded, has_row) = pipeline(Confidential::Exclude);
    assert!(!excluded.contains("Chief Financial") && !has_row);
}

#[test]
fn little_is_said_to_be_little() {
    let directory = tempfile::tempdir().unwrap();
    let made = page(&fixture::company(directory.path(), 150), &all()).unwrap();
    let rates = told(figure(&made.html, "offer-acceptance"));
    let mut seen = (0, 0);
    for key in &rates.keys {
        let count = |column: &str| rates.cells[&(key.clone(), column.to_owned())].parse::<u64>().unwrap();
        let (accepted, decided) = (count("accepted"), count("accepted") + count("declined"));
        let has_rate = rates.cells.contains_key(&(key.clone(), "rate".to_owned()));
        assert_eq!(has_rate, decided >= 5, "{key}");
        if (1..5).contains(&decided) {
            assert!(made.html.contains(&format!(">{accepted} of {decided}<")), "{key}");
            seen.0 += 1;
        }
        seen.1 += 1;
    }
    assert!(seen.0 > 0 && seen.1 >= 4, "{seen:?}");
    assert!(made.html.contains("% few<") || made.html.contains(" few<"));
}

#[test]
fn without_anything_it_says_why_and_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let made = page(&fixture::empty(directory.path()), &Options::default()).unwrap();
    assert_eq!(made.figures, 0);
    for chart in CHARTS {
        let text = figure(&made.html, chart);
        assert!(
            text.contains(" data-empty") && !text.contains("<svg") && !text.contains("<table"),
            "{chart}"
        );
        assert!(text.contains("<code>ashby sync"), "{chart}: {text}");
    }
    no_leftovers(&made.html);
    insta::assert_snapshot!("empty", readable(&made.html[made.html.find("<body>").unwrap()..]));
}

/// What programs write where people would say something.
fn no_leftovers(html: &str) {
    let body = &html[html.find("<body>").unwrap()..];
    for odd in ["NaN", "null", "inf%", ">inf", ">None", ">-0", "\"-0", "undefined"] {
        assert!(!body.contains(odd), "{odd}");
    }
}

#[test]
fn without_history_it_says_which_stream_has_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = fixture::company(directory.path(), 300);
    let model = rusqlite::Connection::open(&path).unwrap();
    model
        .execute_batch(
            "UPDATE applications SET has_history = 0; DELETE FROM application_stage_durations; DELETE FROM metric_time_in_stage;
             DELETE FROM hires; DELETE FROM metric_interviewer_load;
             INSERT INTO model_info VALUES ('missing_streams', '[\"application_history\", \"interview_schedules\"]')",
        )
        .unwrap();
    let made = page(&path, &all()).unwrap();
    let text = figure(&made.html, "time-in-stage");
    assert!(
        text.contains("data-empty") && text.contains("<code>ashby sync application_history</code>"),
        "{text}"
    );
    assert!(figure(&made.html, "interviewer-load").contains("<code>ashby sync interview_schedules"));
    assert!(figure(&made.html, "funnel").contains("a lower bound"));
    assert!(made.html.contains("history of 0 of 300 applications"));
    no_leftovers(&made.html);
}

#[test]
fn there_is_no_axis_of_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = fixture::company(directory.path(), 300);
    let model = rusqlite::Connection::open(&path).unwrap();
    let sql = "UPDATE metric_open_jobs SET age_days = NULL; UPDATE metric_time_in_stage SET n = 0, p50_days = NULL, p90_days = NULL";
    model.execute_batch(sql).unwrap();
    let made = page(&path, &all()).unwrap();
    let roles = figure(&made.html, "open-roles-ageing");
    assert!(
        !roles.contains("class=\"grid\"") && roles.contains("age unknown") && roles.contains("late"),
        "{roles}"
    );
    assert!(!roles.contains("class=\"flag\""), "no mark of an age that nobody knows");
    assert!(figure(&made.html, "time-in-stage").contains("data-empty"));
    no_leftovers(&made.html);
}

#[test]
fn what_stands_at_the_head_is_known() {
    let made = company(&Options { organisation: Some("Acme <b>".to_owned()), ..Options::default() });
    let head = part(&made.html, "<header>", "</header>");
    for words in [
        "Recruiting at Acme &lt;b&gt;",
        "Dec 2025 to Nov 2026",
        "29 Nov 2026, 07:00",
        "Europe/Berlin",
        "masked",
    ] {
        assert!(head.contains(words), "{words}: {head}");
    }
    assert!(!head.contains("<form"), "a file has nothing to ask");
    let policy = "Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-";
    assert!(made.html.contains(policy) && made.html.contains("name=\"robots\" content=\"noindex\""));
    assert!(made.content_security_policy.contains("frame-ancestors 'none'"));
    assert!(
        !made.html.contains(" style=") && !made.html.contains("http://") && !made.html.contains("https://")
    );
    assert!(!made.html.contains("url(http") && !made.html.contains("src=") && !made.html.contains("href="));
}

#[test]
fn a_served_page_has_filters_that_keep_what_was_chosen() {
    let options = Options {
        served_at: Some("/dashboard".to_owned()),
        jobs: vec!["job-06".to_owned()],
        period: "2026-01-01..2026-06-30".parse().unwrap(),
        ..Options::default()
    };
    let made = company(&options);
    let form = part(&made.html, "<form", "</form>");
    assert!(form.starts_with("<form method=\"get\" action=\"/dashboard\""), "{form}");
    for chosen in
        ["value=\"job-06\" selected", "value=\"2026-01-01..2026-06-30\" selected", "value=\"mask\" selected"]
    {
        assert!(form.contains(chosen), "{chosen}: {form}");
    }
    assert!(!form.contains("Chief Financial"));
    assert!(made.html.contains("form-action 'self'"));
}

#[test]
fn mistakes_are_said() {
    let directory = tempfile::tempdir().unwrap();
    let none = page(&directory.path().join("none.db"), &all()).unwrap_err();
    assert!(matches!(none, report::Error::NoModel(_)) && none.hint().unwrap().contains("ashby sync"));
    let other = directory.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    assert!(matches!(page(&other, &all()).unwrap_err(), report::Error::NotAModel(_)));
    std::fs::write(
        &other,
        "no database at all, but long enough to be looked at as if it were one, page by page",
    )
    .unwrap();
    assert!(matches!(page(&other, &all()).unwrap_err(), report::Error::NotAModel(_)));
    let model = fixture::company(directory.path(), 50);
    let unknown = page(&model, &Options { jobs: vec!["nope".to_owned()], ..all() }).unwrap_err();
    assert!(unknown.is_usage() && unknown.to_string().contains("nope"));
    let unknown = page(&model, &Options { departments: vec!["nope".to_owned()], ..all() }).unwrap_err();
    assert!(matches!(unknown, report::Error::UnknownDepartment(_)));
}

#[test]
fn a_large_company_has_a_small_page() {
    let directory = tempfile::tempdir().unwrap();
    let made = page(&fixture::company(directory.path(), 20_000), &all()).unwrap();
    assert!(made.html.len() < 400_000, "{}", made.html.len());
    no_leftovers(&made.html);
}

#[test]
fn other_pages_are_dressed_the_same() {
    let sign_in = report::sign_in_page("/dashboard/sign-in?period=\"all\"", true).html;
    assert!(
        sign_in.contains("action=\"/dashboard/sign-in?period=&quot;all&quot;\"")
            && sign_in.contains("role=\"alert\"")
    );
    assert!(
        report::notice_page("There is no model: `ashby sync`", None).html.contains("<code>ashby sync</code>")
    );
}
