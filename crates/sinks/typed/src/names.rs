//! What members and streams are called as columns and tables: in snake case, since `createdAt` would have to be quoted at
//! each use in SQL, and readers of files disagree about case.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_64;

/// PostgreSQL cuts longer names without a word.
pub const NAME_BYTES_MAX: usize = 63;

/// The column of a member among the names that are taken, which it joins.
pub fn column(member: &str, taken: &mut HashSet<String>) -> String {
    let name = within_limit(snake(member), member);
    let name = if taken.contains(&name) { with_hash(&name, member) } else { name };
    taken.insert(name.clone());
    name
}

/// The table of a stream: its own name, as far as that fits.
pub fn table(stream: &str) -> String {
    within_limit(stream.to_owned(), stream)
}

/// In snake case, of letters, digits and underscores; names that begin with an underscore are ours.
fn snake(member: &str) -> String {
    let letters: Vec<char> = member.chars().collect();
    let mut name = String::with_capacity(member.len() + 4);
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(index + 1);
        let begins_word = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase))
            });
        if begins_word {
            name.push('_');
        }
        let letter = letter.to_ascii_lowercase();
        name.push(if letter.is_ascii_alphanumeric() { letter } else { '_' });
    }
    if name.is_empty() {
        return "unnamed".to_owned();
    }
    if name.starts_with(|first: char| first == '_' || first.is_ascii_digit()) {
        name.insert(0, 'f');
    }
    name
}

fn within_limit(name: String, original: &str) -> String {
    if name.len() <= NAME_BYTES_MAX { name } else { with_hash(&name, original) }
}

/// The name and a hash of what it was made of, within the limit.
fn with_hash(name: &str, original: &str) -> String {
    let mut end = name.len().min(54);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    // Kept in databases: the hash may never change.
    format!("{}_{:08x}", &name[..end], xxh3_64(original.as_bytes()) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_become_snake_case() {
        for (member, name) in [
            ("createdAt", "created_at"),
            ("submitterClientIp", "submitter_client_ip"),
            ("descriptionHTMLText", "description_html_text"),
            ("ID", "id"),
            ("id2Go", "id2_go"),
            ("", "unnamed"),
            (" ", "f_"),
            ("_key", "f_key"),
            ("9lives", "f9lives"),
            ("a.b\"; drop", "a_b___drop"),
            ("ü", "f_"),
            ("select", "select"),
        ] {
            assert_eq!(snake(member), name, "{member:?}");
        }
    }

    #[test]
    fn names_that_are_long_or_taken_get_a_hash() {
        let mut taken = HashSet::new();
        let (one, two) = ("x".repeat(70), "x".repeat(70) + "y");
        let names: Vec<String> =
            ["Company", "company", &one, &two].map(|member| column(member, &mut taken)).to_vec();
        assert_eq!(names[0], "company");
        assert!(names[1].starts_with("company_") && names[1].len() == 16, "{names:?}");
        assert!(names.iter().all(|name| name.len() <= NAME_BYTES_MAX), "{names:?}");
        assert_eq!(taken.len(), 4);
        assert_eq!(table(&"ü".repeat(40)).len(), 63);
        assert_eq!(table("select"), "select");
    }
}
