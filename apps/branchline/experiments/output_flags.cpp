#include "apps/branchline/experiments/output_flags.h"

#include <CLI/CLI.hpp>

namespace branchline::apps {

void add_output_flags(CLI::App& command, OutputFlags& flags) {
  command
      .add_option("-o,--output", flags.folder,
                  "Write the results into this folder, with the flags in force")
      ->type_name("DIR");
  command.add_flag("--json", flags.json, "Print JSON");
}

std::optional<lab::RunFolder> open_output(const OutputFlags& flags, const CLI::App& command) {
  if (flags.folder.empty()) return std::nullopt;
  std::optional<lab::RunFolder> folder(flags.folder);
  folder->write("config.toml", lab::configuration_text("experiment." + command.get_name(),
                                                       command.config_to_str(true)));
  return folder;
}

}  // namespace branchline::apps
