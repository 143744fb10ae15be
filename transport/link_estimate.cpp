#include "transport/link_estimate.h"

#include <algorithm>
#include <cmath>

namespace branchline::transport {
namespace {

/// A round trip that is less of an exchange than this cannot be told from the bytes' time.
constexpr double kLeastRoundTripShare = 0.1;
/// Below this the frame is as good as empty, whatever the link.
constexpr std::uint64_t kTinyBytes = 512;
/// A first exchange up to here may stand for the round trip.
constexpr std::uint64_t kSmallBytes = 4096;
/// The first segment of a frame is there when the clock starts.
constexpr std::uint64_t kSegmentBytes = 1448;
/// Times below this say more about clock and scheduler than about the link.
constexpr double kLeastSeconds = 20e-6;
constexpr double kFirstNoise = 0.05;  // of a round trip, until several were seen
constexpr double kLeastNoise = 200e-6;
/// An upper bound that says no more than the estimate must not stand as a frame that confirms it.
constexpr double kBoundIsNews = 0.95;
constexpr double kLeastFixedDeviation = 0.5e-3;

double seconds_of(Duration duration) {
  return std::chrono::duration<double>(std::max(duration, Duration{0})).count();
}

/// A link wanders: a second may change log goodput by 0.1, four seconds by 0.2.
double aged(double log_deviation, Duration age) {
  constexpr double kWanderPerRootSecond = 0.1;
  return std::hypot(log_deviation, kWanderPerRootSecond * std::sqrt(seconds_of(age)));
}

double within_a_quarter(double log_deviation) {
  return std::erf(std::log(1.25) / (std::max(log_deviation, 1e-6) * std::sqrt(2.0)));
}

}  // namespace

/// Time an answer should take. While no answer was long enough to time, what the exchanges' fixed
/// part holds beside the round trip, or the uplink, stands in.
double LinkEstimate::answer_seconds(std::uint64_t down_bytes) const {
  const auto bytes = static_cast<double>(down_bytes);
  if (down_.any()) return bytes / down_.value();
  if (answer_known_) return bytes * answer_s_per_byte_;
  return up_.any() ? bytes / up_.bytes_per_s() : 0;
}

ExchangeFit::FixedPart LinkEstimate::fixed_part(std::uint64_t down_bytes, double transfer) const {
  const double answer = answer_seconds(down_bytes);
  if (!round_trip_known_) {
    return {up_.any() ? std::max(up_.fixed_s(), 0.0) : 0.1 * transfer, 0.3 * transfer};
  }
  const double unsure = down_.any() || answer_known_ ? 0.2 : 1.0;
  return {round_trip_s_ + answer,
          kLeastFixedDeviation + 0.1 * round_trip_s_ + round_trip_noise_s_ + unsure * answer};
}

/// From a line through frames of many sizes, which knows the fixed part better than we did.
void LinkEstimate::learn_fixed_part(std::uint64_t down_bytes, double deviation_s) {
  if (up_.fixed_deviation_s() > 0.5 * deviation_s || up_.burst_bytes() > 0) return;
  const double fixed = up_.fixed_s();
  if (round_trip_known_ && fixed < round_trip_s_) return;  // a bucket's work
  if (!down_.any() && round_trip_known_ && down_bytes > 0) {
    const double sample = (fixed - round_trip_s_) / static_cast<double>(down_bytes);
    answer_s_per_byte_ += (answer_known_ ? 0.3 : 1.0) * (sample - answer_s_per_byte_);
    answer_known_ = true;
  }
  if (down_.any() || !round_trip_known_) add_round_trip(fixed - answer_seconds(down_bytes));
}

void LinkEstimate::add_exchange(std::uint64_t up_bytes, std::uint64_t down_bytes, Duration total,
                                Duration remote, TimePoint now) {
  any_ = true;
  measured_ = now;
  const double transfer = std::max(seconds_of(total) - seconds_of(remote), kLeastSeconds / 10);
  const bool first_small = !up_.any() && !round_trip_known_ && up_bytes + down_bytes <= kSmallBytes;
  if (up_bytes <= kTinyBytes || first_small) {
    if (!up_.any()) round_trip_bytes_ = static_cast<double>(up_bytes + down_bytes);
    const double bytes = up_.any() ? static_cast<double>(up_bytes) / up_.bytes_per_s() : 0;
    const double round_trip = transfer - bytes - answer_seconds(down_bytes);
    if (round_trip >= kLeastRoundTripShare * transfer) add_round_trip(round_trip);
    return;
  }
  const ExchangeFit::FixedPart fixed = fixed_part(down_bytes, transfer);
  // Until now the round trip had to hold the time of the small frames' own bytes.
  const double held =
      up_.any() ? 0 : std::min(round_trip_bytes_, 0.5 * static_cast<double>(up_bytes));
  up_.add(static_cast<double>(up_bytes) - held, transfer, fixed, kLeastNoise + round_trip_noise_s_,
          now - total, now);
  round_trip_s_ = std::max(0.0, round_trip_s_ - held / up_.bytes_per_s());
  uplink_measured_ = now;
  learn_fixed_part(down_bytes, fixed.deviation_s);
}

/// Falls quickly and rises slowly: queueing only ever adds. Three slow ones in a row are a new
/// path.
void LinkEstimate::add_round_trip(double seconds) {
  const double sample = std::max(seconds, 0.0);
  if (!round_trip_known_) {
    round_trip_known_ = true;
    round_trip_s_ = sample;
    round_trip_noise_s_ = kFirstNoise * sample;
    return;
  }
  round_trip_noise_s_ += 0.15 * (std::abs(sample - round_trip_s_) - round_trip_noise_s_);
  const bool slow = sample > 2 * round_trip_s_ + 1e-3;
  slow_floor_s_ = slow_round_trips_ > 0 ? std::min(slow_floor_s_, sample) : sample;
  slow_round_trips_ = slow ? slow_round_trips_ + 1 : 0;
  if (slow_round_trips_ == 3) {
    round_trip_s_ = slow_floor_s_;
    slow_round_trips_ = 0;
  } else if (!slow) {
    round_trip_s_ += (sample < round_trip_s_ ? 0.5 : 0.15) * (sample - round_trip_s_);
  }
}

void LinkEstimate::add_download(std::uint64_t bytes, Duration took, TimePoint now) {
  const double seconds = seconds_of(took);
  if (bytes < 2 * kSegmentBytes || seconds < kLeastSeconds) return;
  any_ = true;
  measured_ = now;
  downlink_measured_ = now;
  const auto timed = static_cast<double>(bytes - kSegmentBytes);
  down_.add(timed / seconds, timed / (timed + kSegmentBytes), now - took, now);
}

void LinkEstimate::add_timeout(std::uint64_t bytes, Duration waited, TimePoint now) {
  const double seconds = std::max(seconds_of(waited) - round_trip_s_, kLeastSeconds);
  const double most = static_cast<double>(std::max<std::uint64_t>(bytes, 1)) / seconds;
  any_ = true;
  measured_ = now;
  if (up_.any() && most >= kBoundIsNews * up_.bytes_per_s()) return;
  up_.add(static_cast<double>(std::max<std::uint64_t>(bytes, 1)), seconds + round_trip_s_,
          fixed_part(0, seconds), kLeastNoise + round_trip_noise_s_, now - waited, now);
  uplink_measured_ = now;
}

double LinkEstimate::Values::uplink_log_deviation_at(TimePoint now) const {
  return aged(uplink_log_deviation, now - uplink_measured);
}

double LinkEstimate::Values::uplink_free_bytes_after(Duration idle) const {
  return std::min(uplink_burst_bytes, uplink_free_bytes + seconds_of(idle) * uplink_bytes_per_s);
}

double LinkEstimate::Values::downlink_log_deviation_at(TimePoint now) const {
  return aged(downlink_log_deviation, now - downlink_measured);
}

double LinkEstimate::Values::uplink_confidence(TimePoint now) const {
  return uplink_bytes_per_s > 0 ? within_a_quarter(uplink_log_deviation_at(now)) : 0;
}

double LinkEstimate::Values::downlink_confidence(TimePoint now) const {
  return downlink_bytes_per_s > 0 ? within_a_quarter(downlink_log_deviation_at(now)) : 0;
}

std::optional<LinkEstimate::Values> LinkEstimate::values() const {
  if (!any_) return std::nullopt;
  Values values;
  values.uplink_bytes_per_s = up_.bytes_per_s();
  values.downlink_bytes_per_s = down_.value();
  values.round_trip =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(round_trip_s_));
  values.uplink_log_deviation = up_.log_deviation();
  values.downlink_log_deviation = down_.log_deviation();
  values.uplink_burst_bytes = up_.burst_bytes();
  values.uplink_free_bytes = up_.free_bytes();
  values.measured = measured_;
  values.uplink_measured = uplink_measured_;
  values.downlink_measured = downlink_measured_;
  return values;
}

}  // namespace branchline::transport
