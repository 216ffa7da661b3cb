//! Every target stands its seeds, and some thousands of inputs made from them.

use std::time::Duration;

#[test]
fn every_target_stands_what_is_made_of_its_seeds() {
    for target in fuzzing::TARGETS {
        assert!(!fuzzing::seeds(target).is_empty(), "{} has no seeds", target.name);
        let ended = fuzzing::run(target, 1, Duration::from_secs(2), 4_000);
        let found =
            ended.err().map(|found| (found.message, String::from_utf8_lossy(&found.input).into_owned()));
        assert_eq!(found, None, "{}", target.name);
    }
}
