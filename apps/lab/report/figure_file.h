#pragma once

#include <string>
#include <vector>

#include "apps/lab/report/figure.h"

namespace branchline::lab {

/// The [[figure]] sections of an experiment's file; its other sections are not looked at.
///
/// @param toml  text of the file
/// @param name  of the file, for errors
/// @throws InputError naming file and line: no TOML, an unknown key (and those there are), a value
/// of
///         the wrong kind, a key that is missing, an id used twice.
std::vector<Figure> parse_figures(const std::string& toml, const std::string& name);

}  // namespace branchline::lab
