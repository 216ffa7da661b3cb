//! Names of parameters as people write them on a command line.

/// `candidateId` as `--candidate-id`.
pub fn flag(name: &str) -> String {
    format!("--{}", kebab(name))
}

/// `candidateId` as `candidate-id`.
pub fn kebab(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        match character {
            '_' => text.push('-'),
            upper if upper.is_ascii_uppercase() => {
                if !text.is_empty() {
                    text.push('-');
                }
                text.push(upper.to_ascii_lowercase());
            }
            other => text.push(other),
        }
    }
    text
}
