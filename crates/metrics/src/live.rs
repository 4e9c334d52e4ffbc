//! From what was measured on the wall clock to the figures of a record.

use crate::finish::ResultParts;
use crate::meter::{LoadCounts, Meter};

use crate::interval::{LoadInterval, Timed};
use crate::record::{Clock, Column, Metric, SeriesTable, Unit};
use crate::registry::{Kind, definitions};

/// Most rows that are kept; beyond, neighbours become one.
const ROWS_MOST: usize = 3_600;

/// What one second of a load looked like; with many seconds, several of them.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// What was counted.
    pub counts: LoadCounts,
    /// Median delivery between friends, from the intended send [ns].
    pub delivery_p50: Option<i64>,
    /// The 0.99 quantile of each length of time [ns], in the order of [`Timed::ALL`].
    p99: [Option<i64>; Timed::ALL.len()],
    /// Commands that waited at shards at the end.
    pub backlog: u64,
    /// Processor time of the process [ns].
    pub cpu_ns: u64,
    /// Memory of the process at the end [bytes].
    pub memory_bytes: u64,
}

impl Row {
    /// What `interval` looked like.
    #[must_use]
    pub fn of(interval: &LoadInterval, backlog: u64, cpu_ns: u64, memory_bytes: u64) -> Row {
        Row {
            counts: interval.counts,
            delivery_p50: interval.quantile_ns(Timed::Delivery, 0.5),
            p99: Timed::ALL.map(|timed| interval.quantile_ns(timed, 0.99)),
            backlog,
            cpu_ns,
            memory_bytes,
        }
    }

    /// The 0.99 quantile of a length of time [ns].
    #[must_use]
    pub fn p99(&self, timed: Timed) -> Option<i64> {
        self.p99[timed as usize]
    }

    /// Two neighbours as one: counts are added, and of quantiles and levels the worse stays.
    fn with(&self, next: &Row) -> Row {
        let mut counts = self.counts;
        counts.add(&next.counts);
        Row {
            counts,
            delivery_p50: self.delivery_p50.max(next.delivery_p50),
            p99: Timed::ALL.map(|timed| self.p99(timed).max(next.p99(timed))),
            backlog: self.backlog.max(next.backlog),
            cpu_ns: self.cpu_ns + next.cpu_ns,
            memory_bytes: self.memory_bytes.max(next.memory_bytes),
        }
    }
}

/// The seconds of a load, in bounded memory.
#[derive(Clone, Debug)]
pub struct Rows {
    rows: Vec<Row>,
    /// Seconds that make one row.
    seconds: u32,
    /// Seconds of the row that is being filled.
    pending: Option<(Row, u32)>,
}

impl Default for Rows {
    fn default() -> Rows {
        Rows {
            rows: Vec::new(),
            seconds: 1,
            pending: None,
        }
    }
}

impl Rows {
    /// Adds the next second.
    pub fn push(&mut self, second: Row) {
        let (row, filled) = match self.pending.take() {
            None => (second, 1),
            Some((row, filled)) => (row.with(&second), filled + 1),
        };
        if filled < self.seconds {
            self.pending = Some((row, filled));
            return;
        }
        self.rows.push(row);
        if self.rows.len() > ROWS_MOST {
            self.seconds *= 2;
            let pairs = self.rows.chunks(2);
            let merged = pairs.map(|pair| {
                pair.iter()
                    .skip(1)
                    .fold(pair[0].clone(), |row, next| row.with(next))
            });
            let mut merged: Vec<Row> = merged.collect();
            // An odd one out has only half of its seconds yet.
            if self.rows.len() % 2 == 1 {
                self.pending = merged.pop().map(|row| (row, self.seconds / 2));
            }
            self.rows = merged;
        }
    }

    fn table(mut self) -> SeriesTable {
        self.rows.extend(self.pending.take().map(|(row, _)| row));
        let column = |name: &str, unit, value: &dyn Fn(&Row) -> Option<i64>| Column {
            name: name.to_owned(),
            unit,
            values: self.rows.iter().map(value).collect(),
        };
        let seconds = i64::from(self.seconds);
        let rate = |count: u64| Some(count as i64 / seconds);
        let mut columns = vec![
            column("series.load.sent", Unit::Count, &|row| rate(row.counts.sent)),
            column("series.load.served", Unit::Count, &|row| rate(row.counts.served)),
            column("series.load.acknowledged", Unit::Count, &|row| {
                rate(row.counts.acknowledged)
            }),
            column("series.load.dropped", Unit::Count, &|row| {
                rate(row.counts.dropped)
            }),
            column("series.load.decided", Unit::Count, &|row| {
                rate(row.counts.decided)
            }),
            column("series.load.backlog", Unit::Count, &|row| {
                Some(row.backlog as i64)
            }),
            column("series.load.blocked", Unit::Nanoseconds, &|row| {
                rate(row.counts.blocked_ns)
            }),
            column("series.load.cpu", Unit::PartsPerMillion, &|row| {
                rate(row.cpu_ns / 1_000)
            }),
            column("series.load.memory", Unit::Bytes, &|row| {
                Some(row.memory_bytes as i64)
            }),
            column(crate::registry::DELIVERY_P50, Unit::Nanoseconds, &|row| {
                row.delivery_p50
            }),
        ];
        columns
            .extend(Timed::ALL.map(|timed| column(timed.series(), Unit::Nanoseconds, &|row| row.p99(timed))));
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        SeriesTable {
            start_ns: 0,
            interval_ns: seconds * 1_000_000_000,
            columns,
        }
    }
}

impl ResultParts {
    /// The same run's figures with what the wall clock measured in place of all that is a matter of
    /// virtual time. `measured_ns` is how long was measured.
    #[must_use]
    pub fn measured(mut self, meter: Meter, rows: Rows, measured_ns: u64) -> ResultParts {
        let counts = meter.counts();
        for name in ["load.sent", "load.dropped", "load.late", "load.lost"] {
            let metric = meter.counted(name).expect("it follows from the counts");
            self.metrics.insert(name.to_owned(), metric);
        }
        let of_wall = |name: &str| {
            let known = definitions().iter().find(|definition| definition.name == name);
            known.is_some_and(|known| known.clocks.contains(&Clock::Wall) && known.kind != Kind::Histogram)
        };
        self.metrics.retain(|name, _| of_wall(name));
        self.warnings.clear();
        self.distributions = meter.into_named().into_iter().collect();
        self.distributions
            .retain(|name, _| crate::registry::find(name).is_ok());
        for (name, distribution) in &self.distributions {
            self.metrics
                .insert(name.clone(), Metric::Histogram(distribution.summary()));
        }
        let per_second =
            |count: u64| (u128::from(count) * 1_000_000_000 / u128::from(measured_ns.max(1))) as i64;
        let friends = self.distributions.get("ack.friend").map_or(0, |ack| ack.count());
        let rates = [
            ("load.rate", per_second(counts.measured)),
            ("load.throughput", per_second(friends)),
        ];
        let unit = Unit::Count;
        for (name, value) in rates {
            self.metrics
                .insert(name.to_owned(), Metric::Gauge { unit, value });
        }
        self.window.warm_up_ns = 0;
        self.series = rows.table();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_of_any_length_has_a_bounded_number_of_rows_and_loses_no_count() {
        let mut rows = Rows::default();
        for _ in 0..100_001 {
            let counts = LoadCounts {
                sent: 3,
                ..LoadCounts::default()
            };
            rows.push(Row {
                counts,
                ..Row::default()
            });
        }
        assert!(rows.rows.len() <= ROWS_MOST);
        let all = rows.rows.iter().chain(rows.pending.iter().map(|(row, _)| row));
        assert_eq!(all.map(|row| row.counts.sent).sum::<u64>(), 300_003);
    }

    #[test]
    fn a_load_has_all_metrics_of_the_wall_clock_and_no_other() {
        let parts = crate::sample::parts().measured(Meter::default(), Rows::default(), 1);
        let mut names: Vec<&String> = parts.metrics.keys().collect();
        names.extend(parts.series.columns.iter().map(|column| &column.name));
        names.sort();
        let on_the_wall = definitions().iter();
        let on_the_wall = on_the_wall.filter(|definition| definition.clocks.contains(&Clock::Wall));
        let mut known: Vec<&String> = on_the_wall.map(|definition| &definition.name).collect();
        known.sort();
        assert_eq!(names, known);
    }

    #[test]
    fn every_distribution_and_column_is_registered() {
        for (name, _) in Meter::default().into_named() {
            let probe = name.ends_with(".probe");
            assert!(probe || crate::registry::find(&name).is_ok(), "{name}");
        }
        for column in Rows::default().table().columns {
            assert!(crate::registry::find(&column.name).is_ok(), "{}", column.name);
        }
    }
}
