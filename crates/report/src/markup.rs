//! The document around the figures.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::error::Error;
use crate::figure::{Body, Figure, Table};
use crate::figures::Headline;
use crate::model::{Model, Named};
use crate::numbers::{counted, thousands};
use crate::{Confidential, Options};

const STYLE: &str = include_str!("style.css");

/// Periods that the form offers.
const PERIODS: [(&str, &str); 5] = [
    ("90d", "The last 90 days"),
    ("6m", "The last 6 months"),
    ("12m", "The last 12 months"),
    ("24m", "The last 24 months"),
    ("all", "Everything"),
];

/// What the document may do: show itself, in this style.
fn policy(has_form: bool) -> String {
    static HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE)));
    let form = if has_form { "'self'" } else { "'none'" };
    format!("default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action {form}", *HASH)
}

/// The same as a header has it: a document cannot say of itself who may frame it.
pub(crate) fn policy_header(has_form: bool) -> String {
    format!("{}; frame-ancestors 'none'", policy(has_form))
}

fn shell(title: &str, has_form: bool, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(has_form));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (content) }
        }
    }
}

pub(crate) fn document(
    model: &Model,
    options: &Options,
    headlines: &[Headline],
    figures: &[Figure],
) -> Result<Markup, Error> {
    let organisation = options.organisation.as_deref().or_else(|| model.info("organisation"));
    let organisation = organisation.map(|name| outside_text::line(name).into_owned());
    let title = match &organisation {
        Some(name) => format!("Recruiting at {name}"),
        None => "Recruiting report".to_owned(),
    };
    let facts = facts(model, options)?;
    Ok(shell(
        &format!("{title}, {}", model.window.words()),
        options.served_at.is_some(),
        &html! {
            svg class="patterns" width="0" height="0" aria-hidden="true" {
                defs {
                    pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                        rect class="hatch-ground" width="5" height="5" {}
                        rect class="hatch-line" width="2" height="5" {}
                    }
                }
            }
            header {
                h1 { (title) }
                p.period { (model.window.words()) }
                dl.facts {
                    @for (name, value) in &facts {
                        div { dt { (name) } dd { (value) } }
                    }
                }
                @if let Some(address) = &options.served_at { (form(model, options, address)) }
                dl.headlines {
                    @for headline in headlines {
                        div { dt { (headline.name) } dd { strong { (headline.shown) } " " span { (headline.beside) } } }
                    }
                }
            }
            main { @for figure in figures { (figure_of(figure)) } }
            footer {
                p {
                    "Made by " code { "ashby" } " from the model beside the records, whose tables have the same numbers. \
                     Rates of fewer than five cases are not shown as rates, those of fewer than twenty are called few. \
                     Intervals are Wilson’s, at 95%. An application is one person on one job. Re-entered stages add up, \
                     re-opened applications count by where they stand now, moved ones for their present job, and internal \
                     moves like all others."
                }
            }
        },
    ))
}

/// What one must know before one reads a figure.
fn facts(model: &Model, options: &Options) -> Result<Vec<(&'static str, String)>, Error> {
    let window = &model.window;
    let moment = window.as_of.to_zoned(window.zone.clone()).strftime("%-d %b %Y, %H:%M").to_string();
    let zone = model.info("timezone").unwrap_or("UTC").to_owned();
    let (applications, with_history) = model.coverage()?;
    let mut facts = vec![("As of", moment), ("Time zone", zone)];
    if window.is_widened {
        facts.push(("Period", format!("{}, counted by whole months", options.period)));
    }
    if applications > 0 {
        let covered =
            format!("history of {} of {}", thousands(with_history), counted(applications, "application"));
        facts.push(("Coverage", covered));
    }
    let names = |all: &[Named], asked: &[String]| {
        let name =
            |id: &String| all.iter().find(|one| one.id == *id).map_or(id.clone(), |one| one.name.clone());
        asked.iter().map(name).collect::<Vec<_>>().join(", ")
    };
    if !options.jobs.is_empty() {
        facts.push((if options.jobs.len() == 1 { "Job" } else { "Jobs" }, names(&model.jobs, &options.jobs)));
    }
    if !options.departments.is_empty() {
        let name = if options.departments.len() == 1 { "Department" } else { "Departments" };
        facts.push((name, names(&model.departments, &options.departments)));
    }
    if model.has_confidential {
        let said = match options.confidential {
            Confidential::Mask => "masked",
            Confidential::Show => "shown",
            Confidential::Exclude => "left out",
        };
        facts.push(("Confidential jobs", said.to_owned()));
    }
    Ok(facts)
}

fn form(model: &Model, options: &Options, address: &str) -> Markup {
    let period = options.period.to_string();
    let is_odd = !PERIODS.iter().any(|(value, _)| *value == period);
    let several = |asked: &[String]| asked.len() > 1;
    let choice = |name: &str, label: &str, every: &str, all: &[Named], asked: &[String]| {
        html! {
            label {
                span { (label) }
                select name=(name) multiple[several(asked)] {
                    option value="" selected[asked.is_empty()] { (every) }
                    @for one in all {
                        option value=(one.id) selected[asked.contains(&one.id)] { (crate::svg::cut(&one.name, 60)) }
                    }
                }
            }
        }
    };
    html! {
        form method="get" action=(address) {
            label {
                span { "Period" }
                select name="period" {
                    @if is_odd { option value=(period) selected { (period) } }
                    @for (value, label) in PERIODS { option value=(value) selected[value == period] { (label) } }
                }
            }
            (choice("job", "Job", "All jobs", &model.jobs, &options.jobs))
            @if !model.departments.is_empty() {
                (choice("department", "Department", "All departments", &model.departments, &options.departments))
            }
            @if model.has_confidential {
                label {
                    span { "Confidential jobs" }
                    select name="confidential" {
                        @for (name, _) in Confidential::NAMES {
                            option value=(name) selected[name == options.confidential.name()] { (name) }
                        }
                    }
                }
            }
            button { "Show" }
        }
    }
}

fn figure_of(figure: &Figure) -> Markup {
    let (title, sentence) = (format!("{}-title", figure.chart), format!("{}-sentence", figure.chart));
    let caption = html! {
        figcaption {
            h2 id=(title) { (figure.title) }
            p id=(sentence) { (figure.sentence) }
        }
    };
    match &figure.body {
        Body::Empty(why) => html! {
            figure data-chart=(figure.chart) data-n=(figure.n) data-empty {
                (caption)
                p.empty { (with_code(why)) }
            }
        },
        Body::Shown { picture, height, table } => html! {
            figure.long[table.rows.len() > 25] data-chart=(figure.chart) data-n=(figure.n) {
                (caption)
                svg.picture role="img" aria-labelledby={ (title) " " (sentence) } width="100%" height=(height) { (picture) }
                @for note in &figure.notes { p.note { (note) } }
                details open[table.is_open] {
                    summary { "The numbers" span.hidden { " of " (figure.title) } }
                    (table_of(table, figure, &title))
                }
            }
        },
    }
}

fn table_of(table: &Table, figure: &Figure, title: &str) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-labelledby=(title) {
            table {
                caption { (figure.title) ", n = " (thousands(figure.n)) }
                thead {
                    tr {
                        th scope="col" { (table.heads) }
                        @for column in &table.columns { th scope="col" { (column.heading) } }
                    }
                }
                tbody {
                    @for row in &table.rows {
                        tr data-key=(row.key) {
                            th scope="row" { (row.heading) }
                            @for (column, cell) in table.columns.iter().zip(&row.cells) {
                                td.few[cell.is_few] data-col=(column.col) data-value=[cell.value] { (cell.shown) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A sentence in which backticks stand around commands.
fn with_code(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

pub(crate) fn sign_in(action: &str, was_wrong: bool) -> Markup {
    shell(
        "Sign in",
        true,
        &html! {
            main.card {
                h1 { "Recruiting dashboard" }
                p { "It is for those who have a token of this server, as " code { "ashby token create NAME" } " makes them." }
                form method="post" action=(action) {
                    label {
                        span { "Token" }
                        input type="password" name="token" required autocomplete="current-password" spellcheck="false"
                            aria-describedby=[was_wrong.then_some("wrong")];
                    }
                    button { "Sign in" }
                }
                @if was_wrong { p.wrong id="wrong" role="alert" { "That is no token of this server, or it has expired." } }
            }
        },
    )
}

pub(crate) fn notice(what: &str, hint: Option<&str>) -> Markup {
    shell(
        "Recruiting dashboard",
        true,
        &html! {
            main.card {
                h1 { "Recruiting dashboard" }
                p { (with_code(what)) }
                @if let Some(hint) = hint { p { (with_code(hint)) } }
            }
        },
    )
}
