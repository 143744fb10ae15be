#pragma once

#include "branchline/security.h"

namespace CLI {
class App;
}

namespace branchline::apps {

/// --edge-ca, --edge-fingerprint, --tls-cert, --tls-key, --token-file of a verb that talks to
/// edges. `access` must outlive `app`.
void add_edge_access(CLI::App& app, EdgeAccess& access);

}  // namespace branchline::apps
