//! Time series as CSV.

use crate::record::SeriesTable;
use std::io::{Result, Write};

/// Writes one line per interval: its start, then each column. The header names them with their
/// units; where there is no value, the field is empty.
///
/// # Errors
/// What the writer says.
pub fn write_csv(series: &SeriesTable, writer: &mut impl Write) -> Result<()> {
    write!(writer, "start_ns")?;
    for column in &series.columns {
        write!(writer, ",{}_{}", column.name, column.unit.label())?;
    }
    writeln!(writer)?;
    let rows = series.columns.first().map_or(0, |column| column.values.len());
    for row in 0..rows {
        write!(writer, "{}", series.start_ns + row as i64 * series.interval_ns)?;
        for column in &series.columns {
            match column.values[row] {
                Some(value) => write!(writer, ",{value}")?,
                None => write!(writer, ",")?,
            }
        }
        writeln!(writer)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Column, Unit};

    #[test]
    fn rows_are_intervals_and_headers_have_units() {
        let column = |name: &str, unit, values: &[Option<i64>]| Column {
            name: name.to_owned(),
            unit,
            values: values.to_vec(),
        };
        let series = SeriesTable {
            start_ns: 0,
            interval_ns: 60_000_000_000,
            columns: vec![
                column("series.blocks", Unit::Count, &[Some(0), Some(2)]),
                column(
                    "series.delivery.friend.p50",
                    Unit::Nanoseconds,
                    &[None, Some(101)],
                ),
                column("series.revenue", Unit::MicroUnits, &[Some(-1), Some(20_000)]),
            ],
        };
        let mut text = Vec::new();
        write_csv(&series, &mut text).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "start_ns,series.blocks_count,series.delivery.friend.p50_ns,series.revenue_micro_units\n\
             0,0,,-1\n\
             60000000000,2,101,20000\n"
        );
    }
}
