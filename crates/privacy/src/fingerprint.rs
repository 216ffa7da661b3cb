//! What tells plans apart.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::plan::{Fate, Plan};

/// Of what leaves of the same records under two plans, something differs if these do.
pub(crate) fn of(plan: &Plan) -> Option<String> {
    if plan.is_open() {
        return None;
    }
    let mut text = String::new();
    describe(&plan.root, &mut text);
    for key in plan.keys.iter().chain([&plan.ids]) {
        let _ = write!(text, ";{}", key.as_ref().map(|key| key.id()).unwrap_or_default());
    }
    let _ = write!(text, ";{:?};{}", plan.rows, plan.is_withheld);
    let digest = Sha256::digest(text);
    Some(digest[..16].iter().map(|byte| format!("{byte:02x}")).collect())
}

fn describe(fate: &Fate, text: &mut String) {
    match fate {
        Fate::Keep => text.push('k'),
        Fate::Drop => text.push('d'),
        Fate::Mask => text.push('m'),
        Fate::Year => text.push('y'),
        Fate::Country => text.push('c'),
        Fate::Hash(key) => {
            let _ = write!(text, "h{}", key.id());
        }
        Fate::Into(node) => {
            text.push('{');
            // What is known and treated as if it was not says nothing.
            for (name, fate) in node.members.iter().filter(|(_, fate)| **fate != node.other) {
                let _ = write!(text, "{name:?}:");
                describe(fate, text);
                text.push(',');
            }
            if let Some(items) = &node.items {
                text.push('*');
                describe(items, text);
            }
            text.push('/');
            describe(&node.other, text);
            text.push('}');
        }
    }
}
