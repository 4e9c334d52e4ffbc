//! `chappe trace`.

use crate::args::TraceArgs;
use crate::failure::Failure;
use crate::sources::read_trace;
use crate::terminal::grid;
use chappe_workload::{Figure, FigureUnit, TraceStatistics};
use std::io::{Write, stdout};
use std::path::Path;

/// Prints what a trace says, or what two say side by side.
pub(crate) fn trace(args: &TraceArgs) -> Result<(), Failure> {
    let read = |path: &Path| Ok::<_, Failure>(TraceStatistics::of(&read_trace(path)?, args.zone));
    let one = read(&args.trace)?;
    let Some(against) = &args.against else {
        let figures = one.figures();
        let rows = figures
            .iter()
            .map(|figure| vec![figure.name.clone(), show(figure)]);
        writeln!(stdout(), "{}", grid(rows.collect()))?;
        return Ok(());
    };
    let other = read(against)?;
    let head = [
        "figure".to_owned(),
        name(&args.trace),
        name(against),
        "difference".to_owned(),
    ];
    let rows: Vec<Vec<String>> = std::iter::once(head.to_vec())
        .chain(compare(&one, &other))
        .collect();
    writeln!(stdout(), "{}", grid(rows))?;
    Ok(())
}

fn name(path: &Path) -> String {
    path.file_stem()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// The figures of both and their difference, and the distances between their distributions.
fn compare(one: &TraceStatistics, other: &TraceStatistics) -> Vec<Vec<String>> {
    let figures = one
        .figures()
        .into_iter()
        .zip(other.figures())
        .map(|(one, other)| {
            let difference = match (one.value, other.value) {
                (one, other) if one == other => "0%".to_owned(),
                (_, 0.0) => String::new(),
                (one, other) => format!("{:+.1}%", (one / other - 1.0) * 100.0),
            };
            vec![one.name.clone(), show(&one), show(&other), difference]
        });
    let distances = one
        .samples()
        .into_iter()
        .zip(other.samples())
        .map(|((name, one), (_, other))| {
            let distance = format!("{:.3}", one.distance(other));
            vec![
                format!("{name}: Kolmogorov–Smirnov distance"),
                String::new(),
                String::new(),
                distance,
            ]
        });
    figures.chain(distances).collect()
}

fn show(figure: &Figure) -> String {
    match figure.unit {
        FigureUnit::Count => format!("{:.0}", figure.value),
        FigureUnit::Seconds => format!("{:.0} s", figure.value),
        FigureUnit::Share => format!("{:.1}%", figure.value * 100.0),
        FigureUnit::Number => format!("{:.2}", figure.value),
    }
}
