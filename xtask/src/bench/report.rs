//! What came out: figures, targets, the machine, and the file that keeps them.

use std::fmt::Write as _;
use std::fs;

use super::process::Cost;
use crate::Result;
use crate::workspace::{root, table};

const BEGIN: &str = "<!-- figures: written by `cargo xtask bench --write` -->";
const END: &str = "<!-- end of figures -->";
const MEBIBYTE: f64 = (1 << 20) as f64;

/// What one kind of run cost.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) records: u64,
    pub(crate) requests: u64,
    pub(crate) costs: Vec<Cost>,
}

impl Figure {
    pub(crate) fn new(name: impl Into<String>, records: u64) -> Self {
        Self { name: name.into(), records, requests: 0, costs: Vec::new() }
    }

    pub(crate) fn add(&mut self, (cost, requests): (Cost, u64)) {
        self.requests = requests;
        self.costs.push(cost);
    }

    pub(crate) fn wall_seconds(&self) -> f64 {
        median(self.costs.iter().map(|cost| cost.wall.as_secs_f64()))
    }

    pub(crate) fn processor_seconds(&self) -> f64 {
        median(self.costs.iter().map(|cost| cost.processor.as_secs_f64()))
    }

    /// The highest of all runs.
    pub(crate) fn peak_mebibytes(&self) -> f64 {
        self.costs.iter().map(|cost| cost.peak_bytes as f64 / MEBIBYTE).fold(0.0, f64::max)
    }

    /// Cores that other processes kept busy.
    pub(crate) fn others_cores(&self) -> Option<f64> {
        let measured: Vec<f64> = self.costs.iter().filter_map(|cost| cost.others_cores).collect();
        (!measured.is_empty()).then(|| median(measured.into_iter()))
    }

    pub(crate) fn records_per_second(&self) -> f64 {
        self.records as f64 / self.wall_seconds()
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    match values.as_slice() {
        [] => f64::NAN,
        values => (values[(values.len() - 1) / 2] + values[values.len() / 2]) / 2.0,
    }
}

/// Something promised, and what came of it.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) promise: &'static str,
    pub(crate) measured: String,
    pub(crate) met: bool,
}

/// Everything that was measured.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) figures: Vec<Figure>,
    pub(crate) targets: Vec<Target>,
}

impl Report {
    pub(crate) fn target(&mut self, promise: &'static str, met: bool, measured: String) {
        self.targets.push(Target { promise, measured, met });
    }

    /// The figures and targets as Markdown. Ratios are to the processor time of `floor`, if it was measured.
    pub(crate) fn to_markdown(&self, floor: Option<&Figure>) -> String {
        let header = [
            "run",
            "runs",
            "records/s",
            "wall s",
            "CPU s",
            "CPU µs/record",
            "× floor",
            "peak MiB",
            "requests",
            "others",
        ];
        let row = |figure: &Figure| {
            let processor = figure.processor_seconds();
            let ratio = floor.filter(|floor| floor.records == figure.records && figure.records > 0);
            let per_record = |value: f64, decimals: usize| match figure.records {
                0 => "-".to_owned(),
                _ => format!("{value:.decimals$}"),
            };
            vec![
                figure.name.clone(),
                figure.costs.len().to_string(),
                per_record(figure.records_per_second(), 0),
                format!("{:.2}", figure.wall_seconds()),
                format!("{processor:.2}"),
                per_record(processor * 1e6 / figure.records as f64, 2),
                ratio.map_or_else(
                    || "-".to_owned(),
                    |floor| format!("{:.2}", processor / floor.processor_seconds()),
                ),
                format!("{:.1}", figure.peak_mebibytes()),
                figure.requests.to_string(),
                figure.others_cores().map_or_else(|| "-".to_owned(), |cores| format!("{cores:.1}")),
            ]
        };
        let mut text = String::new();
        if !self.figures.is_empty() {
            text += &table(&header, self.figures.iter().map(row));
        }
        if !self.targets.is_empty() {
            let verdict = |met| if met { "met" } else { "**missed**" }.to_owned();
            let rows = self
                .targets
                .iter()
                .map(|target| vec![target.promise.to_owned(), target.measured.clone(), verdict(target.met)]);
            text = format!("{text}\n{}", table(&["target", "measured", "verdict"], rows));
        }
        text
    }
}

/// The machine and what else it had to do.
pub(crate) fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let processors = read("/proc/cpuinfo");
    let value = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.split_once(':').map(|(_, value)| value.trim().to_owned())
    };
    let model = value(&processors, "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let megahertz = value(&processors, "cpu MHz").and_then(|text| text.parse::<f64>().ok());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory_kibibytes = value(&read("/proc/meminfo"), "MemTotal")
        .and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    let mut text = format!("{cores} cores of {model}");
    if let Some(megahertz) = megahertz {
        // A string takes any text; so below.
        let _ = write!(text, " at {:.1} GHz", megahertz / 1000.0);
    }
    if let Some(kibibytes) = memory_kibibytes {
        let _ = write!(text, ", {:.0} GiB of memory", kibibytes / MEBIBYTE);
    }
    let _ = write!(text, ", {}", std::env::consts::OS);
    text
}

/// Processes that ran or wanted to, averaged over the last minute.
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("unknown").to_owned()
}

/// Replaces the figures in `BENCHMARKS.md`.
pub(crate) fn write(figures: &str) -> Result<()> {
    let path = root().join("BENCHMARKS.md");
    let text =
        fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let text = replaced(&text, figures)
        .ok_or_else(|| format!("{} lacks the lines `{BEGIN}` and `{END}`", path.display()))?;
    fs::write(&path, text).map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}

fn replaced(text: &str, figures: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", figures.trim()))
}

/// Whether two figures are as good as equal: within a tenth of the smaller one.
pub(crate) fn is_equal(one: f64, other: f64) -> bool {
    (one - other).abs() <= 0.1 * one.min(other)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn figure(seconds: &[u64]) -> Figure {
        let mut figure = Figure::new("x", 1_000);
        for seconds in seconds {
            let time = Duration::from_secs(*seconds);
            figure.add((
                Cost { wall: time, processor: time / 2, peak_bytes: seconds << 20, others_cores: Some(0.5) },
                11,
            ));
        }
        figure
    }

    #[test]
    fn a_figure_is_the_median_of_its_runs_and_the_highest_peak() {
        let figure = figure(&[9, 1, 2]);
        assert_eq!((figure.wall_seconds(), figure.processor_seconds()), (2.0, 1.0));
        assert_eq!((figure.records_per_second(), figure.peak_mebibytes()), (500.0, 9.0));
        assert_eq!(median([1.0, 2.0].into_iter()), 1.5);
    }

    #[test]
    fn ratios_are_to_the_floor_of_the_same_size() {
        let mut report = Report { figures: vec![figure(&[3])], ..Report::default() };
        report.target("fast", false, "slow".to_owned());
        let text = report.to_markdown(Some(&figure(&[4])));
        assert!(text.contains("| 0.75 "), "{text}");
        assert!(text.contains("**missed**"), "{text}");
        let other = Figure { records: 10, ..figure(&[4]) };
        assert!(!report.to_markdown(Some(&other)).contains("| 0.75 "));
    }

    #[test]
    fn only_the_figures_between_the_marks_are_replaced() {
        let text = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        assert_eq!(replaced(&text, "new\n").unwrap(), format!("a\n{BEGIN}\n\nnew\n\n{END}\nb\n"));
        assert_eq!(replaced("a", "new"), None);
    }

    #[test]
    fn a_tenth_is_no_difference() {
        assert!(is_equal(10.0, 11.0) && is_equal(11.0, 10.0) && !is_equal(10.0, 11.2));
    }
}
