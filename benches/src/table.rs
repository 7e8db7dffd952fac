//! The report as one table for people.

use crate::report::{Aim, Figure, Report, Row};
use std::fmt::Write as _;

/// Machine on top, then a line for each row, grouped by part.
pub(crate) fn render(report: &Report) -> String {
    let lines: Vec<[String; COLUMNS]> = report.rows.iter().map(cells).collect();
    let mut widths = HEAD.map(|cell| cell.chars().count());
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = format!("{}\n\n", report.machine);
    write_line(&mut out, &HEAD.map(str::to_owned), &widths);
    let mut part = "";
    for (row, line) in report.rows.iter().zip(&lines) {
        if row.part != part {
            let _ = writeln!(out, "-- {}", row.part);
            part = row.part;
        }
        write_line(&mut out, line, &widths);
    }
    let aims = report.rows.iter().filter_map(|row| row.aim.as_ref());
    let missed = aims.clone().filter(|aim| !aim.met).count();
    let _ = writeln!(out, "\n{} of {} aims met, {missed} MISSED", aims.clone().count() - missed, aims.count());
    out
}

const COLUMNS: usize = 7;
const HEAD: [&str; COLUMNS] = ["what", "n", "p50", "p95", "p99", "aim", "note"];

fn cells(row: &Row) -> [String; COLUMNS] {
    let figure = |figure: Option<Figure>| figure.map_or_else(|| "-".to_owned(), |figure| figure.to_string());
    let aim = |aim: &Aim| format!("{} {} <= {}", if aim.met { "met" } else { "MISSED" }, aim.of, aim.at_most);
    [
        row.what.clone(),
        row.samples.to_string(),
        figure(row.p50),
        figure(row.p95),
        figure(row.p99),
        row.aim.as_ref().map_or_else(String::new, aim),
        row.note.clone(),
    ]
}

/// Words to the left, figures to the right.
fn write_line(out: &mut String, cells: &[String; COLUMNS], widths: &[usize; COLUMNS]) {
    let mut line = String::new();
    for (at, (cell, &width)) in cells.iter().zip(widths).enumerate() {
        let _ = if (1..5).contains(&at) { write!(line, "{cell:>width$}  ") } else { write!(line, "{cell:<width$}  ") };
    }
    let _ = writeln!(out, "{}", line.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Machine;

    #[test]
    fn columns_stand_under_each_other_and_a_missed_aim_is_shown() {
        let rows = vec![
            Row::once("start", "a long name", Figure::ms(400)).aim_p50(Figure::ms(300)),
            Row::once("start", "b", Figure::Bytes(5_000_000)).note("fine"),
        ];
        let table = render(&Report { machine: Machine::example(), rows });
        let lines: Vec<&str> = table.lines().skip_while(|line| !line.starts_with("what")).collect();
        assert_eq!(lines[0], "what         n        p50  p95  p99  aim                      note");
        assert_eq!(lines[1], "-- start");
        assert_eq!(lines[2], "a long name  1  400.00 ms    -    -  MISSED p50 <= 300.00 ms");
        assert_eq!(lines[3], "b            1     5.0 MB    -    -                           fine");
        assert_eq!(lines[5], "0 of 1 aims met, 1 MISSED");
    }
}
