#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace branchline::apps {

/// What `branchline experiment load` is told.
struct LoadFlags {
  std::vector<std::string> models;  ///< the first counts; empty: b_camera
  std::vector<int> clients;
  std::vector<double> loads;
  std::chrono::nanoseconds budget{std::chrono::milliseconds(100)}, step{0};
  int exit = 0;
  std::int32_t cut = 0;
  std::uint64_t seed = 1;
  std::string output;         ///< folder; empty: none
  std::string configuration;  ///< for the folder
  bool full = false, csv = false, json = false;
};

/// The flags that only `load` has. `flags` must outlive `command`.
void add_load_flags(CLI::App& command, LoadFlags& flags);

/// Prints the table, and writes load.txt, load.csv and its configuration into the folder.
/// @throws InputError naming the model, flag or folder; RunError when an edge fails.
int run_load(const LoadFlags& flags);

}  // namespace branchline::apps
