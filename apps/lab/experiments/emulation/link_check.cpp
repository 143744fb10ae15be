#include "apps/lab/experiments/emulation/link_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/lab/experiments/emulation/shaped_path.h"

namespace branchline::lab {
namespace {

constexpr double kMegabit = 1e6 / 8;
constexpr double kLongestFrame_s = 3;

/// One long frame to begin with, from which tbf's goodput is measured, then every size in turn.
std::vector<std::size_t> frames_to_send(double rate_mbps, int repeats) {
  const auto second = static_cast<std::size_t>(rate_mbps * kMegabit);
  std::vector<std::size_t> frames = {std::max<std::size_t>(second, 20 * kBurstBytes)};
  const std::vector<std::size_t> sizes = frame_sizes(rate_mbps);
  for (int i = 0; i < repeats; ++i) frames.insert(frames.end(), sizes.begin(), sizes.end());
  return frames;
}

/// Of the size at this index, in ms.
Estimate time_of(const std::vector<double>& seconds, std::size_t size, std::size_t sizes) {
  std::vector<double> times;
  for (std::size_t i = 1 + size; i < seconds.size(); i += sizes) times.push_back(1e3 * seconds[i]);
  return median_of(std::move(times));
}

/// What is missing says itself the first time.
std::vector<double> through_bucket(double rate_mbps, const FrameSeries& series,
                                   std::string& unavailable) {
  if (!unavailable.empty()) return {};
  BucketTimes times = time_frames_through({rate_mbps * kMegabit, kBurstBytes}, series);
  unavailable = times.unavailable;
  return times.seconds;
}

void check_rate(double rate, int repeats, const StopFlag& stop, LinkCheck& check) {
  const FrameSeries series{frames_to_send(rate, repeats), 1.2 * kBurstBytes / (rate * kMegabit),
                           [&] { return stop.raised(); }};
  const std::vector<double> bucket = through_bucket(rate, series, check.unavailable);
  LinkCell cell;
  cell.rate_mbps = rate;
  if (!bucket.empty()) {
    cell.bucket_goodput_mbps =
        static_cast<double>(series.frame_bytes.front() - kBurstBytes) / bucket.front() / kMegabit;
  }
  const auto emulated = time_frames_emulated(cell.set_mbps() * kMegabit, series);
  if (stop.raised()) return;
  const std::vector<std::size_t> sizes = frame_sizes(rate);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    cell.frame_bytes = sizes[i];
    cell.emulator_ms = time_of(emulated, i, sizes.size());
    if (!bucket.empty()) cell.bucket_ms = time_of(bucket, i, sizes.size());
    check.cells.push_back(cell);
  }
}

}  // namespace

double LinkCell::ideal_ms() const {
  return 1e3 * static_cast<double>(frame_bytes) / (set_mbps() * kMegabit);
}

std::optional<double> LinkCell::ratio() const {
  if (!bucket_ms) return std::nullopt;
  return bucket_ms->value / emulator_ms.value;
}

std::vector<std::size_t> frame_sizes(double rate_mbps) {
  std::vector<std::size_t> sizes;
  for (std::size_t bytes = 1024; bytes <= 1024 * 1024; bytes *= 4) {
    if (static_cast<double>(bytes) / (rate_mbps * kMegabit) > kLongestFrame_s) break;
    sizes.push_back(bytes);
  }
  return sizes;
}

LinkCheck check_links(const std::vector<double>& rates_mbps, int repeats, const StopFlag& stop,
                      const std::function<void(const std::string&)>& progress) {
  LinkCheck check;
  for (const double rate : rates_mbps) {
    if (stop.raised()) break;
    progress(fmt::format("frames at {:g} Mbit/s", rate));
    check_rate(rate, repeats, stop, check);
  }
  return check;
}

}  // namespace branchline::lab
