#pragma once

#include <iosfwd>
#include <string>

namespace branchline::lab {

/// Draws a run's figures into FOLDER/figures (per figure ID.csv, ID.gp, ID.png, ID.svg) and writes
/// FOLDER/report.html, one self-contained page, and FOLDER/report.md, its findings, from what lies
/// in the folder: results.csv and its like, config.toml with the [[figure]]s, machine.json,
/// results.json. May be repeated.
///
/// @param notes  gets a line for what could not be drawn, and one when gnuplot is missing: then
///               everything else is written
/// @returns the page's path
/// @throws InputError naming folder, file and line when the folder holds no results or a figure
/// asks
///         for what is not there; RunError when the disk is full. One thread at a time.
std::string write_report(const std::string& folder, std::ostream& notes);

/// The same figures with both runs' series in FOLDER/comparison, and FOLDER/comparison.html with
/// each row's ratios, this run's over the other's.
/// @throws InputError also when the folders hold different experiments.
std::string write_comparison(const std::string& folder, const std::string& other,
                             std::ostream& notes);

}  // namespace branchline::lab
