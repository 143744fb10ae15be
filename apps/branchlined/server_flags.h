#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "branchline/security.h"

namespace CLI {
class App;
}

namespace branchline::apps {

/// What branchlined is told by flags, environment (BRANCHLINE_…) and configuration file.
struct ServerFlags {
  std::vector<std::string> models;  ///< files, and folders whose .pt files are meant
  std::string listen = "127.0.0.1:7400";
  EdgeProtection protection;
  bool unprotected = false;  ///< other machines may come without TLS and token
  int workers = 1;
  int threads = 1;
  int max_queue = 64;
  int max_batch = 8;
  bool first_come = false;  ///< to be compared with; not shown in the help
  std::int64_t max_frame = 64ll << 20;
  std::int64_t slice_cache = 1ll << 30;
  std::chrono::nanoseconds piece = std::chrono::milliseconds(5);
  std::chrono::nanoseconds drain = std::chrono::seconds(10);
  bool check = false;
  bool verbose = false, quiet = false;
};

/// `flags` must outlive `app`.
void add_server_flags(CLI::App& app, ServerFlags& flags);

/// The .pt files that --models means, sorted, each once.
/// @throws InputError naming the path when it is not there or a folder holds no .pt file.
std::vector<std::string> model_files_of(const std::vector<std::string>& paths);

/// What stands between a stranger and the edge, for the log: "TLS and a token", "nothing".
std::string what_protects(const ServerFlags& flags);

/// @throws InputError when other machines can reach it, nothing protects it, and no flag says that
/// this is meant.
void require_safe_address(const ServerFlags& flags);

}  // namespace branchline::apps
