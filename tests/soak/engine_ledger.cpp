#include "tests/soak/engine_ledger.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace branchline::soak {
namespace {

constexpr std::size_t kFaultsKept = 20;

/// What a result without an answer may say.
std::string fault_of_none(const AskedRequest& asked, Outcome outcome) {
  switch (outcome) {
    case Outcome::bad_input:
      return asked.fits ? "it is no bad input" : "";
    case Outcome::dropped:
      return asked.may_be_dropped ? "" : "it was dropped";
    case Outcome::cancelled:
      return asked.cancelled ? "" : "it was not cancelled";
    case Outcome::stopped:
      return *asked.stopping ? "" : "the engine was not stopped";
    default:
      return "there is no answer";
  }
}

std::string fault_of_answer(const AskedRequest& asked, const Result& result) {
  const bool late = result.latency > result.deadline;
  if (!asked.fits) return "a bad input was answered";
  if (result.outcome == Outcome::ok && late) return "'ok' came late";
  if (result.outcome == Outcome::late && !late) return "'late' came in time";
  if (asked.force_exit && !result.fell_back() && result.plan.exit != *asked.force_exit) {
    return "exit " + std::to_string(*asked.force_exit) + " was forced, not " +
           std::to_string(result.plan.exit);
  }
  const bool left = result.plan.place != Place::device || result.timing.bytes_up > 0;
  if (asked.device_only && left) return "it left the device";
  return {};
}

}  // namespace

std::string fault_of(const AskedRequest& asked, const Result& result) {
  if (result.explain().size() < 3) return "it explains nothing";
  return result ? fault_of_answer(asked, result) : fault_of_none(asked, result.outcome);
}

std::uint64_t EngineLedger::ask(AskedRequest asked) {
  ++asked_;
  const std::lock_guard lock(mutex_);
  const std::uint64_t id = next_++;
  waiting_.emplace(id, std::move(asked));
  return id;
}

void EngineLedger::cancel(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(id);
  if (found != waiting_.end()) found->second.cancelled = true;
}

void EngineLedger::let_go(std::uint64_t id) {
  happened_.add("tickets thrown away");
  const std::lock_guard lock(mutex_);
  waiting_.erase(id);
}

void EngineLedger::tell(std::uint64_t id, const Result& result) {
  AskedRequest asked;
  {
    const std::lock_guard lock(mutex_);
    auto node = waiting_.extract(id);
    if (!node.empty()) asked = std::move(node.mapped());
  }
  if (asked.network == nullptr)
    return fault("request " + std::to_string(id) + " was told of twice");
  judge(id, asked, result);
}

void EngineLedger::judge(std::uint64_t id, const AskedRequest& asked, const Result& result) {
  std::string fault_found = fault_of(asked, result);
  double error = 0;
  if (fault_found.empty() && result.frame != id) fault_found = "it is another frame's result";
  if (fault_found.empty() && result) {
    fault_found = asked.network->fault(result, asked.picture, error);
  }
  note(result, error);
  if (fault_found.empty()) return;
  fault("request " + std::to_string(id) + " (" + asked.what + "): " + fault_found + ": " +
        result.explain());
}

void EngineLedger::note(const Result& result, double error) {
  happened_.add(std::string("told ") + name_of(result.outcome) + ", " + name_of(result.why));
  if (!result) return;
  ++answered_;
  happened_.add(std::string("answered from ") + name_of(result.plan.place));
  if (result.fell_back()) happened_.add("fell back");
  if (result.sent_again != SentAgain::no) {
    happened_.add(std::string("sent again: ") + name_of(result.sent_again));
  }
  const std::lock_guard lock(mutex_);
  double& largest = largest_error_[codecs_of(result)];
  largest = std::max(largest, error);
}

void EngineLedger::fault(const std::string& what) {
  ++faults_;
  const std::lock_guard lock(mutex_);
  if (first_faults_.size() < kFaultsKept) first_faults_.push_back(what);
}

std::size_t EngineLedger::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

std::string EngineLedger::overdue(Duration by) const {
  std::string text;
  const TimePoint now = Clock::now();
  const std::lock_guard lock(mutex_);
  for (const auto& [id, asked] : waiting_) {
    if (now < std::max(asked.asked, asked.deadline) + by) continue;
    text += "  request " + std::to_string(id) + " (" + asked.what + ") was told of nothing\n";
  }
  return text;
}

std::vector<std::string> EngineLedger::first_faults() const {
  const std::lock_guard lock(mutex_);
  return first_faults_;
}

void EngineLedger::print() const {
  std::printf("requests: %llu asked, %llu answered\n", static_cast<unsigned long long>(asked()),
              static_cast<unsigned long long>(answered()));
  for (const auto& [what, count] : happened_.counts()) {
    std::printf("  %8llu %s\n", static_cast<unsigned long long>(count), what.c_str());
  }
  const std::lock_guard lock(mutex_);
  for (const auto& [codecs, error] : largest_error_) {
    std::printf("largest error, sent as '%s': %.2g\n", codecs.c_str(), error);
  }
}

}  // namespace branchline::soak
