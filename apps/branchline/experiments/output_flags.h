#pragma once

#include <optional>
#include <string>

#include "apps/lab/run_folder.h"

namespace CLI {
class App;
}

namespace branchline::apps {

/// Where the results of an experiment go.
struct OutputFlags {
  std::string folder;  ///< as text, CSV and the like; empty: none
  bool json = false;   ///< JSON on standard output, instead of tables
};

/// Both must outlive the parsing.
void add_output_flags(CLI::App& command, OutputFlags& flags);

/// The folder, if one is wanted, with the flags in force already in it: config.toml, which
/// `branchline --config` reads.
/// @throws InputError when it cannot be made; RunError when the disk does not take it.
std::optional<lab::RunFolder> open_output(const OutputFlags& flags, const CLI::App& command);

}  // namespace branchline::apps
