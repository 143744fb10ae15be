#include "tests/soak/soak_record.h"

#include <algorithm>

namespace branchline::soak {
namespace {

/// What queued up during a fault must still be worked off.
constexpr Duration kAftermath = std::chrono::milliseconds(750);

double soak_ms(Duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

}  // namespace

const char* name_of(Fault fault) noexcept {
  constexpr std::array<const char*, kFaults> kNames{"killed", "drained", "frozen", "cut", "reset"};
  return kNames.at(static_cast<std::size_t>(fault));
}

void SoakRecord::count_failure(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  ++failures_[reason];
}

std::map<std::string, std::uint64_t> SoakRecord::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

std::uint64_t SoakRecord::failed() const {
  std::uint64_t sum = 0;
  for (const auto& [reason, count] : failures()) sum += count;
  return sum;
}

void SoakRecord::note_starvation() {
  const std::lock_guard lock(mutex_);
  starved_until_ = Clock::now() + kAftermath;
}

void SoakRecord::begin_fault(std::uint16_t way, Fault fault) {
  const std::lock_guard lock(mutex_);
  troubles_[way].push_back({fault, Clock::now(), TimePoint::max()});
}

void SoakRecord::end_fault(std::uint16_t way) {
  const std::lock_guard lock(mutex_);
  for (Trouble& trouble : troubles_[way]) {
    if (trouble.over == TimePoint::max()) trouble.over = Clock::now() + kAftermath;
  }
}

std::uint64_t SoakRecord::faults(Fault fault) const {
  const std::lock_guard lock(mutex_);
  std::uint64_t count = 0;
  for (const auto& [way, troubles] : troubles_) {
    count += static_cast<std::uint64_t>(
        std::count_if(troubles.begin(), troubles.end(),
                      [fault](const Trouble& trouble) { return trouble.fault == fault; }));
  }
  return count;
}

void SoakRecord::count_loss(std::uint16_t way, bool held_dead, bool idle, bool in_use) {
  const TimePoint now = Clock::now();
  const std::lock_guard lock(mutex_);
  const auto& troubles = troubles_[way];
  const auto found = std::find_if(
      troubles.rbegin(), troubles.rend(),
      [now](const Trouble& trouble) { return trouble.begun <= now && now <= trouble.over; });
  if (found == troubles.rend()) {
    if (!held_dead) return;
    if (now < starved_until_) {
      ++starved_deaths;
      return;
    }
    std::string text = "port " + std::to_string(way) + (in_use ? ", in use" : ", spare") +
                       (idle ? ", idle" : ", busy");
    if (!troubles.empty()) {
      text += "; last " + std::string(name_of(troubles.back().fault)) + " until " +
              std::to_string(static_cast<int>(soak_ms(now - troubles.back().over))) + " ms before";
    }
    false_deaths_.push_back(std::move(text));
  } else if (in_use) {
    detected_ms_[{found->fault, idle}].push_back(soak_ms(now - found->begun));
  }
}

std::vector<std::string> SoakRecord::false_deaths() const {
  const std::lock_guard lock(mutex_);
  return false_deaths_;
}

std::vector<SoakRecord::Detection> SoakRecord::detections() const {
  const std::lock_guard lock(mutex_);
  std::vector<Detection> all;
  for (const auto& [key, times] : detected_ms_) {
    all.push_back({key.first, key.second, times});
    std::sort(all.back().milliseconds.begin(), all.back().milliseconds.end());
  }
  return all;
}

}  // namespace branchline::soak
