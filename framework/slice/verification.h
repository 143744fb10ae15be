#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "framework/slice/slice.h"

namespace branchline::slice {

struct VerifyOptions {
  double tolerance = 1e-4;  ///< |a - b| allowed, as a share of the exit's largest |whole|
  int cuts = 0;             ///< cut vertices tried per exit, spread evenly; 0: every one
  int sets = 16;            ///< random predecessor-closed sets tried
  std::uint64_t seed = 1;
  std::function<void(const std::string& doing)> progress;  ///< may be empty
};

/// Where slices and the whole module were compared, e.g. {"exit1", "behind conv1+relu", 4}.
struct VerifyPlace {
  std::string exit;
  std::string cut;
  std::int64_t batch = 1;
};

struct VerifyMismatch {
  VerifyPlace place;
  double error = 0;  ///< largest |a - b| / largest |whole|
  std::string why;
};

struct VerifyReport {
  std::int64_t cuts = 0;         ///< exit x cut vertex pairs
  std::int64_t sets = 0;         ///< random sets, each compared at every exit
  std::int64_t comparisons = 0;  ///< logits tensors compared
  std::int64_t slices = 0;       ///< different ones compiled
  std::vector<std::int64_t> batches;
  double worst_error = 0;  ///< largest |a - b| / largest |whole|
  VerifyPlace worst_place;
  double largest_output = 0;  ///< of the whole module, over all exits
  std::vector<VerifyMismatch> mismatches;
  std::vector<std::string> unoptimised;  ///< slices that serve in a slower form, and why

  bool untestable() const noexcept { return largest_output < 1e-3; }
};

/// Compares slices with the module as it came, neither frozen nor optimised: for every exit and
/// every cut vertex the part before and the part behind it, and for random predecessor-closed sets
/// of units the set and the rest, which keep every exit's logits. Random inputs, batch 1 and, where
/// the model is batchable, 4. Per exit |a - b| <= tolerance * max|whole|, and the same arg-max
/// wherever the two largest logits are further apart than that.
///
/// @returns a report without comparisons when it is untestable() (nearly zero outputs would equal
/// anything).
/// @throws RunError naming the operator or the units that cannot be handled.
/// Two slices to compile per cut; a prefix that several exits share is compiled once if it is
/// small. Holds the model, the two slices compared and at most 256 MiB of others.
VerifyReport verify(const std::shared_ptr<const model::Model>& model, const VerifyOptions& options);

}  // namespace branchline::slice
