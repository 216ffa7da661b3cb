//! Inputs made from others: bytes changed, taken out, doubled, put together, and words that readers trip over.

/// Inputs without end, the same for the same seed.
#[derive(Debug, Clone)]
pub struct Mutations {
    state: u64,
    corpus: Vec<Vec<u8>>,
    handed_out: usize,
}

/// No input grows longer: what is slow with long ones is found with these, too.
const MAX_BYTES: usize = 16 * 1024;

/// Pieces of what is read here.
const WORDS: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"\\ud83d",
    b"\\ude00",
    b"\\u0000",
    b"\\u202e",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"null",
    b"true",
    b"false",
    b"-0",
    b"1e999",
    b"-1e-999",
    b"9223372036854775808",
    b"18446744073709551616",
    b"0.1",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80",
    b"..",
    b"/",
    b"CON",
    b".part",
    b"=",
    b"[[",
    b"\"id\":",
    b"\"success\":",
    b"\"errors\":",
    b"\"nextCursor\":",
    b"\"version\":",
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
];

impl Mutations {
    /// Begins with these inputs, each of which is handed out once as it is.
    #[must_use]
    pub fn new(seed: u64, corpus: Vec<Vec<u8>>) -> Self {
        Self { state: seed ^ 0x9e37_79b9_7f4a_7c15, corpus, handed_out: 0 }
    }

    /// The next input.
    pub fn next_input(&mut self) -> Vec<u8> {
        let number = self.handed_out;
        self.handed_out += 1;
        if let Some(seed) = self.corpus.get(number) {
            return seed.clone();
        }
        let mut input = self.some_seed();
        for _ in 0..=self.below(6) {
            self.change(&mut input);
        }
        input.truncate(MAX_BYTES);
        // Some stay, so that changes add up.
        if self.below(64) == 0 && self.corpus.len() < 4096 {
            self.corpus.push(input.clone());
        }
        input
    }

    fn some_seed(&mut self) -> Vec<u8> {
        match self.corpus.len() {
            0 => Vec::new(),
            length => {
                let at = self.below(length);
                self.corpus[at].clone()
            }
        }
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        match self.below(8) {
            0 if at < input.len() => input[at] ^= 1 << self.below(8),
            1 if at < input.len() => input[at] = self.number() as u8,
            2 => {
                let end = (at + 1 + self.below(16)).min(input.len());
                input.drain(at.min(end)..end);
            }
            3 => {
                let word = WORDS[self.below(WORDS.len())];
                input.splice(at..at, word.iter().copied());
            }
            4 => {
                let end = (at + 1 + self.below(64)).min(input.len());
                let piece = input[at.min(end)..end].to_vec();
                for _ in 0..=self.below(8) {
                    input.splice(at..at, piece.iter().copied());
                }
            }
            5 => {
                let other = self.some_seed();
                let from = self.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            6 => input.truncate(at),
            _ => input.insert(at, self.number() as u8),
        }
    }

    /// A number below this one, or 0.
    fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (self.number() % limit as u64) as usize }
    }

    /// SplitMix64: enough for choices.
    fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_come_first_and_the_same_seed_gives_the_same_inputs() {
        let inputs = |seed| {
            let mut inputs = Mutations::new(seed, vec![b"one".to_vec(), b"two".to_vec()]);
            (0..500).map(|_| inputs.next_input()).collect::<Vec<_>>()
        };
        assert_eq!(inputs(1)[..2], [b"one".to_vec(), b"two".to_vec()]);
        assert_eq!(inputs(1), inputs(1));
        assert_ne!(inputs(1), inputs(2));
        assert!(inputs(1).iter().all(|input| input.len() <= MAX_BYTES));
    }
}
