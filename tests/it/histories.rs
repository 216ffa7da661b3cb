//! Random histories: whatever happens, nothing is lost, nothing that lives is buried, and the end is the truth (I1, I2,
//! I3, I4, I6, I7). Thousands of them: `cargo xtask histories --seconds 600 --seed 1000`.

use std::time::Duration;

use ::histories::{Feature, Options, run};

use crate::support::BINARY;

const HISTORIES: u64 = 300;
/// On a machine that does nothing else it takes half of this; on a slow one, fewer may have to do.
const LIMIT: Duration = Duration::from_secs(420);

#[test]
fn whatever_happens_the_end_is_the_truth() {
    let options = Options { histories: HISTORIES, limit: Some(LIMIT), threads: 2, ..Options::new(BINARY) };
    let report = run(&options);
    assert!(report.failures.is_empty() && report.broken.is_empty(), "{report}");

    let tally = &report.tally;
    let ran = tally.get("histories");
    assert!(ran >= HISTORIES / 5, "{report}");
    // Of fewer histories, what is rare may be rarer than its share by chance.
    let often = |times: u64| {
        let share = times * ran / HISTORIES;
        if ran < HISTORIES { share.saturating_sub(2 * share.isqrt()) } else { share }
    };
    for feature in Feature::ALL {
        assert!(
            tally.get(&format!("feature {}", feature.name())) >= often(30),
            "{feature:?} is rare:\n{report}"
        );
    }
    if private_postgres::shared().is_some() {
        assert!(tally.get("destination postgres") >= often(15), "PostgreSQL is rare:\n{report}");
    }
    for (what, times) in [
        ("destination sqlite", 70),
        ("destination parquet", 12),
        ("destination jsonl", 50),
        ("destination stdout", 20),
        ("runs with --full", 300),
        ("runs with changes meanwhile", 50),
        ("runs at another address", 20),
        ("key: Narrow", 30),
        ("key: Rotated", 15),
        ("key: Limited", 15),
        ("key: Blind", 15),
        ("key: Other", 20),
        ("key: Wrong", 10),
        ("rights changed", 50),
        ("stop: Terminate", 20),
        ("stop: Kill", 20),
        ("stop: KillLater", 2),
        ("two at once: Symlink", 20),
        ("two at once: WithoutLock", 10),
        ("watches", 20),
        ("states exported", 30),
        ("states reset", 10),
        ("states imported", 10),
        ("states imported beside an empty destination", 5),
        ("change: Move", 20),
        ("change: AuditLate", 10),
        ("change: Hide", 10),
    ] {
        assert!(
            tally.get(what) >= often(times),
            "{what} happened {} times, not {}:\n{report}",
            tally.get(what),
            often(times)
        );
    }
    for beginning in ["fault: ", "file lost: ", "tokens refused: ", "cursors refused: ", "parent cursed: "] {
        let kinds = tally.kinds(beginning);
        let rare: Vec<&str> =
            kinds.iter().filter(|(_, times)| *times < often(2)).map(|(kind, _)| *kind).collect();
        assert!(kinds.len() >= 3 && rare.is_empty(), "rare: {rare:?}\n{report}");
    }
}
