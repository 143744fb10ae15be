#pragma once

#include <string>

namespace CLI {
class App;
}

namespace branchline::apps {

/// Where flags come from besides the command line: flag > environment > --config file > default.
/// Adds --config, and for every long flag BRANCHLINE_FLAG, or BRANCHLINE_VERB_FLAG for a verb's.
/// Call it once, when all verbs and flags are there.
///
/// The file is TOML with a section a verb (none for a program without verbs). An empty text and a
/// flag that is false stand for "not given", so that a configuration that a run wrote can be read
/// again. Parsing then throws InputError naming the file when it is no TOML, or holds a key or a
/// section that no flag or verb has.
void add_flag_sources(CLI::App& app, const std::string& config_help);

}  // namespace branchline::apps
