#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace branchline::apps {

/// What `branchline experiment codecs` is told.
struct CodecFlags {
  std::vector<std::string> models;  ///< empty: the shipped ones
  std::vector<std::string> data;  ///< folders of test pictures; each model takes the first fitting
  std::int64_t images = 1000;     ///< 0: all
  std::string output;             ///< folder; empty: none
  bool full = false, json = false;
};

/// Prints the table, and writes codecs.csv, codecs.json and codecs.txt into the folder.
/// @throws InputError naming the model or folder.
int run_codecs(const CodecFlags& flags);

}  // namespace branchline::apps
