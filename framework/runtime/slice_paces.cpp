#include "framework/runtime/slice_paces.h"

#include <algorithm>

namespace branchline::runtime {
namespace {

constexpr int kRuns = 5;
constexpr Duration kTime = std::chrono::milliseconds(30);

}  // namespace

std::shared_ptr<SlicePaces> SlicePaces::of_network(const std::string& digest) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<SlicePaces>> networks;
  const std::lock_guard lock(mutex);
  std::erase_if(networks, [](const auto& network) { return network.second.expired(); });
  std::shared_ptr<SlicePaces> paces = networks[digest].lock();
  if (!paces) networks[digest] = paces = std::make_shared<SlicePaces>();
  return paces;
}

bool SlicePaces::enough(const Runs& runs) { return runs.count >= kRuns && runs.sum >= kTime; }

void SlicePaces::add(const std::string& slice, Duration busy) {
  const std::lock_guard lock(mutex_);
  Runs& runs = runs_[slice];
  if (enough(runs)) return;
  ++runs.count;
  runs.sum += busy;
  runs.quickest = std::min(runs.quickest, busy);
}

bool SlicePaces::known(const std::string& slice) const {
  const std::lock_guard lock(mutex_);
  const auto runs = runs_.find(slice);
  return runs != runs_.end() && enough(runs->second);
}

std::optional<Duration> SlicePaces::of(const std::string& slice) const {
  const std::lock_guard lock(mutex_);
  const auto runs = runs_.find(slice);
  if (runs == runs_.end()) return std::nullopt;
  return runs->second.quickest;
}

}  // namespace branchline::runtime
