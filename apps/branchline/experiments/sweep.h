#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace branchline::apps {

/// `branchline experiment NAME|FILE.toml -o DIR`: what an experiment file declares, beside the
/// sub-commands. Adds its flags to `experiment` itself.
/// @returns what runs it: called at most once, when no sub-command was chosen; without a name it
/// lists what there is.
std::function<int()> add_sweep(CLI::App& experiment);

}  // namespace branchline::apps
