#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "branchline/request.h"
#include "branchline/result.h"
#include "tests/soak/known_network.h"
#include "tests/soak/tally.h"

namespace branchline::soak {

/// One request, and what may become of it.
struct AskedRequest {
  std::string what;  ///< for people: how, of which engine
  const KnownNetwork* network = nullptr;
  std::size_t picture = 0;
  bool fits = true;  ///< false: `bad_input` is the one right answer
  std::optional<int> force_exit;
  bool device_only = false;
  bool may_be_dropped = false;
  std::shared_ptr<const std::atomic<bool>> stopping;  ///< whether its engine's end was asked for
  TimePoint asked, deadline;
  bool cancelled = false;
};

/// What is wrong with a result, all but its logits; empty when nothing is.
std::string fault_of(const AskedRequest& asked, const Result& result);

/// Every request and what it was told, each exactly once. Safe from any thread.
class EngineLedger {
 public:
  /// @returns its number, from 1, ascending; Request::frame is to carry it
  std::uint64_t ask(AskedRequest asked);
  void cancel(std::uint64_t id);  ///< before Ticket::cancel
  void tell(std::uint64_t id, const Result& result);
  void let_go(std::uint64_t id);  ///< its ticket is thrown away
  void fault(const std::string& what);

  std::uint64_t asked() const { return asked_; }
  std::uint64_t answered() const { return answered_; }
  std::size_t waiting() const;
  /// Requests whose deadline is over by more than this, for people; empty: none.
  std::string overdue(Duration by) const;

  std::uint64_t faults() const { return faults_; }
  std::vector<std::string> first_faults() const;  ///< some of them

  Tally& happened() { return happened_; }
  void print() const;

 private:
  void judge(std::uint64_t id, const AskedRequest& asked, const Result& result);
  void note(const Result& result, double error);

  std::atomic<std::uint64_t> asked_{0}, answered_{0}, faults_{0};
  Tally happened_;
  mutable std::mutex mutex_;  // guards all below
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, AskedRequest> waiting_;
  std::map<std::string, double> largest_error_;  ///< by codecs
  std::vector<std::string> first_faults_;
};

}  // namespace branchline::soak
