#pragma once

#include "apps/branchline/verb.h"

namespace branchline::apps {

/// Each adds one sub-command of `branchline experiment`; its code lies in experiments/<name>.cpp.
Verb add_adaptation(CLI::App& experiment);
Verb add_bandwidth(CLI::App& experiment);
Verb add_codecs(CLI::App& experiment);
Verb add_emulation(CLI::App& experiment);
Verb add_faults(CLI::App& experiment);
Verb add_link_estimates(CLI::App& experiment);
Verb add_load(CLI::App& experiment);
Verb add_planners(CLI::App& experiment);
Verb add_streams(CLI::App& experiment);
Verb add_tiles(CLI::App& experiment);
Verb add_traces(CLI::App& experiment);
Verb add_upload(CLI::App& experiment);

}  // namespace branchline::apps
