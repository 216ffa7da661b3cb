//! From a seed to a history.

use crate::dice::Dice;
use crate::fault::{Armed, Curse, Fault};
use crate::keys::{KeyName, Right};
use crate::site::{Ending, Stop};
use crate::step::{Alias, Feature, Kind, Loss, Plan, Selection, Step, Sync};
use crate::stream::{OWN_SCOPE, ROWS, SCOPES, Shape, Stream};
use crate::world::Change;

/// The history of a seed; with `only`, of no other feature.
pub(crate) fn plan(seed: u64, only: Option<Feature>) -> Plan {
    let mut dice = Dice::new(seed);
    let mut features: Vec<Feature> = Feature::ALL.into_iter().filter(|_| dice.chance(22)).collect();
    if let Some(only) = only {
        features = vec![only];
        // How much is listed again decides what is found out.
        features.extend(dice.chance(60).then_some(Feature::Full));
    }
    let needs_lines = features.contains(&Feature::Loss);
    let kind = match dice.below(10) {
        _ if needs_lines => Kind::Jsonl,
        0 if private_postgres::shared().is_some() => Kind::Postgres,
        1 => Kind::Parquet,
        0..=5 => Kind::Sqlite,
        6..=7 => Kind::Jsonl,
        _ => Kind::Stdout,
    };
    let page_size = dice.of(&[1, 2, 2, 3, 3, 5]);
    let size = dice.of(&[3, 6, 10]);
    let mut plan = Plan { seed, kind, features, page_size, size, steps: Vec::new() };
    let rounds = dice.between(3, 8);
    for _ in 0..rounds {
        for _ in 0..dice.between(0, 4) {
            let change = change(&plan, &mut dice);
            plan.steps.push(Step::Change(change));
        }
        between(&mut plan, &mut dice);
        let sync = sync(&plan, &mut dice);
        plan.steps.push(Step::Sync(sync));
    }
    plan
}

/// Streams, those that people work with most first.
const BUSY: [Stream; 21] = [
    Stream::Candidates,
    Stream::Candidates,
    Stream::Candidates,
    Stream::Applications,
    Stream::Applications,
    Stream::Jobs,
    Stream::Offers,
    Stream::Offers,
    Stream::Schedules,
    Stream::Schedules,
    Stream::Events,
    Stream::Events,
    Stream::Plans,
    Stream::Stages,
    Stream::Reasons,
    Stream::Sources,
    Stream::Notes,
    Stream::History,
    Stream::Details,
    Stream::Versions,
    Stream::Audit,
];

fn change(plan: &Plan, dice: &mut Dice) -> Change {
    let stream = dice.of(&BUSY);
    let pick = dice.pick();
    let quietly = plan.has(Feature::Children) && dice.chance(30);
    let hides = [Feature::Keys, Feature::Rights].into_iter().any(|feature| plan.has(feature));
    match dice.below(20) {
        0 if plan.has(Feature::Late) => Change::AuditLate,
        1..=2 if plan.has(Feature::Children) => Change::Move {
            stream: dice.of(&[Stream::Events, Stream::Notes, Stream::Notes]),
            pick,
            to: dice.pick(),
        },
        3 if hides && stream != Stream::Audit => Change::Hide { stream, pick },
        4 if hides && stream != Stream::Audit => Change::Show { stream, pick },
        5..=10 => Change::Create { stream, pick, quietly },
        11..=15 => Change::Edit { stream, pick, quietly },
        _ => Change::Delete { stream, pick, quietly },
    }
}

/// How often one that can be watched is, of a hundred times.
const WATCHES: usize = 40;

/// What happens besides changes.
fn between(plan: &mut Plan, dice: &mut Dice) {
    let mut steps = Vec::new();
    for feature in plan.features.clone() {
        if !dice.chance(45) {
            continue;
        }
        match feature {
            Feature::Rights => {
                let key = dice.of(&[KeyName::Wide, KeyName::Wide, KeyName::Narrow, KeyName::Limited]);
                let scope = if dice.chance(30) { OWN_SCOPE } else { dice.of(&SCOPES) };
                let right = match dice.below(4) {
                    0 => Right::Confidential(dice.chance(60)),
                    1 => Right::Revoke(scope),
                    _ => Right::Grant(scope),
                };
                steps.push(Step::Right(key, right));
            }
            Feature::Expiry if dice.chance(60) => steps.push(Step::RefuseTokens(dice.of(&[
                "sync_token_expired",
                "sync_token_invalid",
                "incremental_sync_too_large",
                "invalid_input",
                "invalid_input",
            ]))),
            Feature::Expiry => steps.push(Step::RefuseCursors(dice.of(&[
                "next_cursor_expired",
                "invalid_next_cursor",
                "cursor_invalid",
                "invalid_input",
            ]))),
            Feature::Curses if dice.chance(70) => {
                let stream = dice.of(&[
                    Stream::Notes,
                    Stream::Notes,
                    Stream::History,
                    Stream::Details,
                    Stream::Versions,
                    Stream::Stages,
                ]);
                let curse = dice.of(&[Curse::Status500, Curse::Refused, Curse::Malformed]);
                steps.push(Step::Curse(stream, dice.pick(), curse));
            }
            Feature::Odd if dice.chance(30) => {
                let rows: Vec<&'static str> = ROWS
                    .iter()
                    .filter(|row| {
                        matches!(row.shape, Shape::Token | Shape::Snapshot | Shape::Children { .. })
                    })
                    .map(|row| row.operation)
                    .collect();
                steps.push(Step::Spoil(dice.of(&rows)));
            }
            Feature::Curses | Feature::Odd => steps.push(Step::Mend),
            Feature::Loss if plan.kind == Kind::Jsonl => steps.push(Step::Lose(
                dice.of(&[Loss::Deleted, Loss::Torn, Loss::Shortened, Loss::Rotated]),
                dice.pick(),
            )),
            // There must be something to import.
            Feature::State if !plan.steps.contains(&Step::Export) => steps.push(Step::Export),
            Feature::State => steps.push(match dice.below(7) {
                0 => Step::Export,
                1..=3 => Step::Import(false),
                4 => Step::Import(true),
                _ => Step::Reset(dice.of(&BUSY)),
            }),
            Feature::Two => {
                let changes = (0..dice.between(0, 3)).map(|_| change(plan, dice)).collect();
                // Only a database can notice inside that another run has begun.
                let is_database = plan.kind == Kind::Sqlite;
                let alias = if is_database && dice.chance(50) { Alias::WithoutLock } else { Alias::Symlink };
                steps.push(Step::Two(alias, changes));
            }
            // It takes seconds. Files that were lost may end it, and rightly so.
            Feature::Watch if !plan.has(Feature::Loss) && dice.chance(WATCHES) => {
                let changes = (0..dice.between(1, 4)).map(|_| change(plan, dice)).collect();
                let mut sync = Sync::quiet(KeyName::Wide);
                for _ in 0..dice.between(0, 3) {
                    let operation = dice.of(&ROWS.each_ref().map(|row| row.operation));
                    let fault = dice.of(&PASSING);
                    sync.faults.push(Armed { operation, nth: dice.between(1, 3) as u32, fault });
                }
                steps.push(Step::Watch(sync, changes));
            }
            _ => {}
        }
    }
    plan.steps.extend(steps);
}

fn sync(plan: &Plan, dice: &mut Dice) -> Sync {
    let mut sync = Sync::quiet(KeyName::Wide);
    sync.full = plan.has(Feature::Full) && dice.chance(45);
    if plan.has(Feature::Keys) {
        sync.key = dice.of(&[
            KeyName::Wide,
            KeyName::Wide,
            KeyName::Rotated,
            KeyName::Narrow,
            KeyName::Narrow,
            KeyName::Limited,
            KeyName::Blind,
            KeyName::Wrong,
        ]);
        sync.accept = dice.chance(6);
    }
    // Another company never comes first.
    if plan.has(Feature::Organisations)
        && dice.chance(30)
        && plan.steps.iter().any(|step| matches!(step, Step::Sync(_)))
    {
        (sync.key, sync.address) = dice.of(&[(KeyName::Other, 0), (KeyName::Wide, 1), (KeyName::Other, 1)]);
        sync.accept = false;
    }
    if plan.has(Feature::Subsets) && dice.chance(60) {
        sync.selection = match dice.below(6) {
            0 => Selection::All,
            1..=2 => Selection::Default,
            _ => {
                let mut streams: Vec<Stream> = (0..dice.between(1, 5)).map(|_| dice.of(&BUSY)).collect();
                streams.sort_unstable();
                streams.dedup();
                Selection::Some(streams)
            }
        };
    }
    if plan.has(Feature::During) || plan.has(Feature::Offset) {
        for _ in 0..dice.between(0, 3) {
            let operation = dice.of(&ROWS.each_ref().map(|row| row.operation));
            let change = change(plan, dice);
            sync.during.push((operation, dice.between(1, 4) as u32, change));
        }
        // What makes rows move: something ahead of the next page goes away.
        if plan.has(Feature::Offset) && dice.chance(70) {
            let stream = dice.of(&[Stream::Candidates, Stream::Applications, Stream::Jobs, Stream::Offers]);
            let change = Change::Delete { stream, pick: 0, quietly: false };
            sync.during.push((stream.row().operation, 2, change));
        }
    }
    faults(plan, dice, &mut sync);
    if plan.has(Feature::State) && dice.chance(30) {
        // A state in the middle of its listings.
        sync.stop = Some(Stop { at_request: dice.between(5, 30) as u64, how: Ending::Terminate });
    }
    if plan.has(Feature::Stops) && dice.chance(50) {
        let how = dice.of(&[
            Ending::Terminate,
            Ending::Terminate,
            Ending::Terminate,
            Ending::Terminate,
            Ending::Kill,
            Ending::Kill,
            Ending::Kill,
            Ending::KillLater,
        ]);
        sync.stop = Some(Stop { at_request: dice.between(2, 45) as u64, how });
    }
    sync
}

/// One operation is away for long: nothing else may wait for it.
const LONG: Armed = Armed { operation: "auditLog.list", nth: 1, fault: Fault::Status(503, Some(600)) };
const PASSING: [Fault; 8] = [
    Fault::Status(500, None),
    Fault::Status(503, None),
    Fault::Status(503, Some(0)),
    Fault::Status(429, Some(0)),
    Fault::Status(502, None),
    Fault::ProxyForbids,
    Fault::Cut,
    Fault::Truncated,
];
const REFUSALS: [Fault; 7] = [
    Fault::Refused("generic_internal_error"),
    Fault::Refused("something_new"),
    Fault::Refused("invalid_input"),
    Fault::Refused("sync_token_expired"),
    Fault::Refused("next_cursor_expired"),
    Fault::Refused("rate_limit_exceeded_by_far"),
    Fault::Refused("missing_endpoint_permission"),
];
const HOLLOW: [Fault; 4] = [Fault::NoResults, Fault::NullResults, Fault::NoArray, Fault::NullArray];
const CONTRADICTIONS: [Fault; 7] = [
    Fault::CursorWithoutFlag,
    Fault::CursorWithNullFlag,
    Fault::CursorWithFalseFlag,
    Fault::FlagWithoutCursor,
    Fault::NoToken,
    Fault::EndsEarly,
    Fault::Empty,
];

fn faults(plan: &Plan, dice: &mut Dice, sync: &mut Sync) {
    if plan.has(Feature::Faults) && dice.chance(2) {
        sync.faults.push(LONG);
    }
    for feature in &plan.features {
        let kinds: &[Fault] = match feature {
            Feature::Faults => &PASSING,
            Feature::Refusals => &REFUSALS,
            Feature::Hollow => &HOLLOW,
            Feature::Contradictions => &CONTRADICTIONS,
            Feature::Endless => &[Fault::SamePage, Fault::EmptyPages],
            Feature::Twice => &[Fault::Twice],
            Feature::Odd => &[Fault::WithoutId],
            _ => continue,
        };
        if !dice.chance(65) {
            continue;
        }
        for _ in 0..dice.between(1, 3) {
            let fault = dice.of(kinds);
            let mut fitting: Vec<&'static str> =
                ROWS.iter().map(|row| row.operation).filter(|operation| fault.fits(operation)).collect();
            if matches!(feature, Feature::Faults | Feature::Refusals) {
                fitting.push("apiKey.info");
            }
            let operation = dice.of(&fitting);
            let nth = if fault == Fault::Twice || operation == "apiKey.info" {
                1
            } else {
                dice.between(1, 4) as u32
            };
            sync.faults.push(Armed { operation, nth, fault });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_history() {
        for seed in 0..50 {
            assert_eq!(plan(seed, None).steps, plan(seed, None).steps);
        }
        assert_ne!(plan(1, None).steps, plan(2, None).steps);
    }

    #[test]
    fn a_feature_can_be_had_alone() {
        for feature in Feature::ALL {
            assert!(plan(3, Some(feature)).has(feature));
            assert_eq!(Feature::named(&feature.name()), Some(feature));
        }
    }
}
