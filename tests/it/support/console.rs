//! Commands as pages show them: ```console blocks, in which lines after `$ ` are typed and the others are what is said.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// Longer than any command of a page takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// Stands for what differs from time to time; alone in a line, for any number of lines.
const ANYTHING: &str = "…";

/// What of a page is carried out.
#[derive(Debug, PartialEq)]
pub(crate) enum Part {
    /// Commands.
    Block(Block),
    /// A block of something else that begins with a comment that is a file's name: the rest is that file.
    File { name: String, content: String },
}

/// A block of commands.
#[derive(Debug, PartialEq)]
pub(crate) struct Block {
    /// Where it begins, from 1.
    pub(crate) line: usize,
    pub(crate) fence: Fence,
    pub(crate) steps: Vec<Step>,
}

/// What a block's first line says of it, after `console`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Fence {
    /// Why it cannot be run here.
    pub(crate) skip: Option<String>,
    /// Programs of others without which it is not run.
    pub(crate) needs: Vec<String>,
    /// With which code its last command ends.
    pub(crate) exit: i32,
    /// Its commands stay up, as in one terminal: each until the next.
    pub(crate) stays: bool,
    /// It is about another directory, which is empty.
    pub(crate) fresh: bool,
}

/// A command, and what is shown of what it says.
#[derive(Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) line: usize,
    pub(crate) command: String,
    pub(crate) shown: Vec<String>,
}

impl Step {
    /// The command without the comment behind it.
    fn bare(command: &str) -> &str {
        command.split_once(" # ").map_or(command, |(command, _)| command).trim_end()
    }

    /// Whether it goes on while others are typed.
    pub(crate) fn goes_on(&self) -> bool {
        Self::bare(&self.command).ends_with('&')
    }
}

impl Fence {
    fn read(words: &str) -> Result<Self, String> {
        let mut fence = Self::default();
        for word in words.split(',').filter(|word| !word.is_empty()) {
            match word.split_once('=') {
                Some(("skip", why)) if !why.is_empty() => fence.skip = Some(why.replace('-', " ")),
                Some(("needs", program)) => fence.needs.push(program.to_owned()),
                Some(("exit", code)) => {
                    fence.exit = code.parse().map_err(|_| format!("`{word}` is no exit code"))?;
                }
                None if word == "stays" => fence.stays = true,
                None if word == "fresh" => fence.fresh = true,
                _ => return Err(format!("`{word}` says nothing of a console block")),
            }
        }
        Ok(fence)
    }
}

/// The name of a file that a block begins with: `# privacy.toml`, `# ~/.config/ashby/config.toml`.
fn file_name(first: &str) -> Option<&str> {
    let name = first.strip_prefix("# ").or_else(|| first.strip_prefix("// "))?;
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "~_./-".contains(letter);
    (name.chars().all(is_part) && name.rsplit_once('.').is_some_and(|(_, ending)| !ending.is_empty()))
        .then_some(name)
}

/// What of a page is carried out, in order.
///
/// # Errors
/// If commands stand in a block that nobody would run, or a block is not as it should be; with the line.
pub(crate) fn parts(page: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut lines = page.lines().enumerate().map(|(number, line)| (number + 1, line));
    while let Some((number, line)) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        let Some(words) = line.trim_start().strip_prefix("```") else { continue };
        let wrong = |what: String| format!("line {number}: {what}");
        let (language, words) = words.split_once(',').unwrap_or((words, ""));
        if ["sh", "bash", "shell"].contains(&language) {
            return Err(wrong("commands stand in ```console blocks, after `$ `".into()));
        }
        let inside: Vec<_> = lines.by_ref().take_while(|(_, line)| line.trim_start() != "```").collect();
        let text = |line: &'_ str| line.get(indent..).unwrap_or("").to_owned();
        if language != "console" {
            if let Some(name) = inside.first().and_then(|(_, first)| file_name(first.trim_start())) {
                let content: String = inside[1..].iter().map(|(_, line)| text(line) + "\n").collect();
                parts.push(Part::File { name: name.to_owned(), content });
            }
            continue;
        }
        let mut steps: Vec<Step> = Vec::new();
        for (line, inside) in inside {
            let text = &text(inside);
            let goes_on = steps.last().is_some_and(|step| step.shown.is_empty());
            if let Some(command) = text.strip_prefix("$ ") {
                steps.push(Step { line, command: command.to_owned(), shown: Vec::new() });
                continue;
            }
            let Some(step) = steps.last_mut() else {
                return Err(wrong("a console block begins with `$ `".into()));
            };
            match text.strip_prefix("> ") {
                Some(more) if goes_on => step.command = format!("{}\n{more}", step.command),
                _ if goes_on && step.command.ends_with('\\') => {
                    step.command = format!("{}\n{text}", step.command);
                }
                _ => step.shown.push(text.trim_end().to_owned()),
            }
        }
        parts.push(Part::Block(Block { line: number, fence: Fence::read(words).map_err(wrong)?, steps }));
    }
    Ok(parts)
}

/// Whether a command said what a page shows; white space in a line is all the same.
pub(crate) fn is_shown(shown: &[String], said: &str) -> bool {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: Vec<String> = shown.iter().map(|line| words(line)).collect();
    let said: Vec<String> = said.lines().map(words).collect();
    lines_match(&shown, &said)
}

fn lines_match(shown: &[String], said: &[String]) -> bool {
    match shown {
        [] => said.is_empty(),
        [first, rest @ ..] if first == ANYTHING => {
            (0..=said.len()).any(|skipped| lines_match(rest, &said[skipped..]))
        }
        [first, rest @ ..] => {
            said.first().is_some_and(|line| line_matches(first, line)) && lines_match(rest, &said[1..])
        }
    }
}

fn line_matches(shown: &str, said: &str) -> bool {
    let Some((before, mut rest)) = shown.split_once(ANYTHING) else { return shown == said };
    let Some(mut said) = said.strip_prefix(before) else { return false };
    while let Some((part, behind)) = rest.split_once(ANYTHING) {
        let Some(found) = said.find(part) else { return false };
        (said, rest) = (&said[found + part.len()..], behind);
    }
    said.ends_with(rest)
}

/// A shell in which the commands of a page are typed, one after the other.
pub(crate) struct Shell {
    child: Child,
    typed: ChildStdin,
    ended: Lines<BufReader<ChildStdout>>,
    files: PathBuf,
    typed_so_far: usize,
}

impl Shell {
    /// A shell in `directory` that keeps its files in `files` and has these variables, and no others but what programs need.
    pub(crate) fn start(directory: &Path, files: &Path, variables: &[(&str, String)]) -> Self {
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc"])
            .current_dir(directory)
            .env_clear()
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // What stays up ends with the page.
            .process_group(0)
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let typed = child.stdin.take().unwrap();
        let ended = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, typed, ended, files: files.to_owned(), typed_so_far: 0 }
    }

    fn said(&self) -> PathBuf {
        self.files.join(format!("said-{}", self.typed_so_far))
    }

    /// Types a command; gives its exit code and what it has said when the shell takes the next one.
    pub(crate) async fn run(&mut self, command: &str) -> (i32, String) {
        self.typed_so_far += 1;
        let file = self.files.join(format!("typed-{}", self.typed_so_far));
        std::fs::write(&file, command).unwrap();
        let (file, said) = (file.display(), self.said());
        let line = format!("eval \"$(<'{file}')\" >'{}' 2>&1 </dev/null; echo $?\n", said.display());
        self.typed.write_all(line.as_bytes()).await.unwrap();
        let ended = tokio::time::timeout(PATIENCE, self.ended.next_line()).await;
        let code = ended.expect("the command ends").unwrap().expect("the shell goes on").parse().unwrap();
        (code, std::fs::read_to_string(said).unwrap())
    }

    /// Starts what stays up, and waits until it has said what is shown, or something if nothing is; gives what it said.
    ///
    /// What was started `alone` before is ended first if this is, too.
    pub(crate) async fn start_up(&mut self, command: &str, shown: &[String], alone: bool) -> String {
        if alone {
            self.run("[ -z \"$ALONE\" ] || { kill $ALONE; wait $ALONE; }").await;
        }
        let command = Step::bare(command);
        let remembered = if alone { "\nALONE=$!" } else { "" };
        self.run(&format!("{} &{remembered}", command.strip_suffix('&').unwrap_or(command))).await;
        let said = self.said();
        let wait = async {
            loop {
                let so_far = std::fs::read_to_string(&said).unwrap();
                if if shown.is_empty() { so_far.contains('\n') } else { is_shown(shown, &so_far) } {
                    return so_far;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        match tokio::time::timeout(PATIENCE / 3, wait).await {
            Ok(said) => said,
            Err(_) => panic!(
                "{command} does not say what is shown, but:\n{}",
                std::fs::read_to_string(&said).unwrap()
            ),
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        if let Some(pid) = self.child.id() {
            let _ =
                std::process::Command::new("bash").args(["-c", &format!("kill -TERM -- -{pid}")]).status();
        }
    }
}

#[test]
fn blocks_are_read_with_what_their_fences_say() {
    let page = "text\n```console,exit=4,needs=jq\n$ one \\\n    two\nsaid\n$ cat <<E\n> x\n> E\n```\n\n```toml\n$ no\n```\n```toml\n# a/b.toml\nx = 1\n```\n";
    let read = parts(page).unwrap();
    let [Part::Block(block), Part::File { name, content }] = &read[..] else { panic!("{read:?}") };
    assert_eq!((&name[..], &content[..]), ("a/b.toml", "x = 1\n"));
    assert_eq!((block.line, block.fence.exit, &block.fence.needs[..]), (2, 4, &["jq".to_owned()][..]));
    assert_eq!(block.steps[0].command, "one \\\n    two");
    assert_eq!((&block.steps[0].shown[..], block.steps[0].line), (&["said".to_owned()][..], 3));
    assert_eq!(block.steps[1].command, "cat <<E\nx\nE");
    assert!(parts("```sh\nls\n```\n").is_err());
    assert!(parts("```console,skipp=x\n$ ls\n```\n").is_err());
    assert!(parts("```console\nls\n```\n").is_err());
}

#[test]
fn what_differs_from_time_to_time_is_passed_over_and_nothing_else() {
    let is = |shown: &str, said: &str| is_shown(&shown.lines().map(str::to_owned).collect::<Vec<_>>(), said);
    assert!(is("a  1", "a 1\n"));
    assert!(is("a … s\n…\nend", "a 0.4 s\nx\ny\nend\n"));
    assert!(is("…", ""));
    assert!(!is("a 1", "a 2\n"));
    assert!(!is("a 1", "a 1\nb\n"));
    assert!(!is("a … s", "a 0.4 m\n"));
    assert!(!is("…\nend", "x\n"));
}
