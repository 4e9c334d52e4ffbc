//! Rows of cells as plain text, for a terminal.

/// Rows of labels and values, a line each, the values below one another.
#[must_use]
pub fn table(rows: &[(String, String)]) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|(label, value)| vec![label.clone(), value.clone()])
        .collect();
    grid(&rows)
}

/// Rows of cells, a line each, the cells of a column below one another.
#[must_use]
pub fn grid(rows: &[Vec<String>]) -> String {
    let columns_count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns_count).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths);
        let line: String = cells.map(|(cell, &width)| format!("{cell:<width$}  ")).collect();
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_a_column_stand_below_one_another() {
        let rows = [["figure", "run"], ["µ", "1"]].map(|row| row.map(str::to_string).to_vec());
        assert_eq!(grid(&rows), "figure  run\nµ       1\n");
    }
}
