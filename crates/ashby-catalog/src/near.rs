//! What somebody may have meant.

/// The candidates that are most like a word that is none of them, the likeliest first, three at most.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', '.', ' '], "");
    let word = plain(word);
    let mut scored: Vec<(f64, &str)> = candidates
        .into_iter()
        .map(|candidate| {
            let plain = plain(candidate);
            let likeness = strsim::jaro_winkler(&word, &plain);
            (
                if word.len() > 2 && plain.contains(&word) { likeness.max(CONTAINED) } else { likeness },
                candidate,
            )
        })
        .filter(|(score, _)| *score > LIKE)
        .collect();
    scored.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    let best = scored.first().map_or(0.0, |(score, _)| *score);
    let likely = scored.into_iter().take_while(|(score, _)| best - score < BEHIND);
    likely.take(3).map(|(_, candidate)| candidate).collect()
}

/// Jaro-Winkler similarity from which on two words look alike.
const LIKE: f64 = 0.8;
/// How much a word is at least like one that it is a part of.
const CONTAINED: f64 = 0.9;
/// How much less than the likeliest another may be alike and still be named.
const BEHIND: f64 = 0.05;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let names = ["candidate.create", "candidate.createNote", "job.create", "webhook.delete"];
        assert_eq!(nearest("candidate.craeteNote", names)[0], "candidate.createNote");
        assert_eq!(nearest("Candidate-Create", names)[0], "candidate.create");
        assert_eq!(nearest("note", names), ["candidate.createNote"]);
        assert!(nearest("zzz", names).is_empty());
    }
}
