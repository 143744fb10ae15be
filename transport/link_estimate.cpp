#include "transport/link_estimate.h"

#include <algorithm>
#include <cmath>

namespace branchline::transport {
namespace {

/// How far one sample moves the mean at full weight.
constexpr double kGain = 0.4;
/// Log goodput: what lies further off than this and three deviations is a step or an outlier.
constexpr double kLeastFar = 0.3;
/// What is assumed of the spread before there are samples to tell.
constexpr double kFreshVariance = 0.01;
constexpr double kOutlierStep = 0.03;
constexpr Duration kMemory = std::chrono::seconds(1);
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

double seconds_of(Duration duration) {
  return std::chrono::duration<double>(std::max(duration, Duration{0})).count();
}

}  // namespace

void GoodputEstimate::add(double bytes_per_s, double weight, TimePoint begun, TimePoint now) {
  const double sample = std::log(bytes_per_s);
  const bool old = begun - told_ > kMemory;
  told_ = now;
  if (!any_) {
    any_ = true;
    mean_ = sample;
    variance_ = kFreshVariance;
    return;
  }
  const double off = sample - mean_;
  const double far = std::max(kLeastFar, 3.0 * std::sqrt(variance_));
  if (std::abs(off) > far) {
    const int side = off > 0 ? 1 : -1;
    if (old || far_ == side) {
      mean_ = old ? sample : (far_log_ + sample) / 2;
      variance_ = kFreshVariance;
      far_ = 0;
    } else {
      far_ = side;
      far_log_ = sample;
      mean_ += std::copysign(kOutlierStep, off);
    }
    return;
  }
  far_ = 0;
  const double gain = kGain * weight;
  mean_ += gain * off;
  variance_ = (1 - gain) * (variance_ + gain * off * off);
}

double GoodputEstimate::bytes_per_s() const noexcept { return any_ ? std::exp(mean_) : 0; }

double GoodputEstimate::log_deviation() const noexcept { return any_ ? std::sqrt(variance_) : 0; }

/// Time the bytes alone should take; the uplink stands in for a downlink never measured.
double LinkEstimate::expected_seconds(std::uint64_t up_bytes, std::uint64_t down_bytes) const {
  const double up = up_.bytes_per_s();
  const double down = down_.any() ? down_.bytes_per_s() : up;
  return (up > 0 ? static_cast<double>(up_bytes) / up : 0) +
         (down > 0 ? static_cast<double>(down_bytes) / down : 0);
}

void LinkEstimate::add_exchange(std::uint64_t up_bytes, std::uint64_t down_bytes, Duration total,
                                Duration remote, TimePoint now) {
  any_ = true;
  measured_ = now;
  const double transfer = std::max(seconds_of(total) - seconds_of(remote), kLeastSeconds / 10);
  const bool first_small = !up_.any() && !round_trip_known_ && up_bytes + down_bytes <= kSmallBytes;
  if (up_bytes <= kTinyBytes || first_small) {
    if (!up_.any()) round_trip_bytes_ = static_cast<double>(up_bytes + down_bytes);
    const double round_trip = transfer - expected_seconds(up_bytes, down_bytes);
    if (round_trip >= kLeastRoundTripShare * transfer) add_round_trip(round_trip);
    return;
  }
  const double downlink = down_.any() ? expected_seconds(0, down_bytes) : 0;
  const double bytes = static_cast<double>(up_bytes + (down_.any() ? 0 : down_bytes));
  const bool first = !up_.any() && round_trip_known_;
  const double serial = transfer - round_trip_s_ - downlink;
  const double share = serial / transfer;
  if (share >= 0.3 && serial >= kLeastSeconds) {
    up_.add((first ? std::max(bytes - round_trip_bytes_, 1.0) : bytes) / serial,
            std::min(1.0, share), now - total, now);
    // Until now the round trip had to hold the time of the small frames' own bytes.
    if (first) round_trip_s_ = std::max(0.0, round_trip_s_ - round_trip_bytes_ / up_.bytes_per_s());
    return;
  }
  // The round trip hides the bytes: the goodput is at least this, and the rest is round trip.
  const double bound = bytes / std::max({serial, 0.3 * transfer, kLeastSeconds});
  if (bound > up_.bytes_per_s()) up_.add(bound, 1.0, now - total, now);
  add_round_trip(transfer - expected_seconds(up_bytes, down_bytes));
}

/// Falls quickly and rises slowly: queueing only ever adds. Three slow ones in a row are a new
/// path.
void LinkEstimate::add_round_trip(double seconds) {
  const double sample = std::max(seconds, 0.0);
  if (!round_trip_known_) {
    round_trip_known_ = true;
    round_trip_s_ = sample;
    return;
  }
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
  const auto timed = static_cast<double>(bytes - kSegmentBytes);
  down_.add(timed / seconds, timed / (timed + kSegmentBytes), now - took, now);
}

void LinkEstimate::add_timeout(std::uint64_t bytes, Duration waited, TimePoint now) {
  const double seconds = std::max(seconds_of(waited) - round_trip_s_, kLeastSeconds);
  const double most = static_cast<double>(std::max<std::uint64_t>(bytes, 1)) / seconds;
  any_ = true;
  measured_ = now;
  if (!up_.any() || most < up_.bytes_per_s()) up_.add(most, 1.0, now - waited, now);
}

std::optional<LinkEstimate::Values> LinkEstimate::values() const {
  if (!any_) return std::nullopt;
  Values values;
  values.uplink_bytes_per_s = up_.bytes_per_s();
  values.downlink_bytes_per_s = down_.bytes_per_s();
  values.round_trip =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(round_trip_s_));
  values.uplink_log_deviation = up_.log_deviation();
  values.measured = measured_;
  return values;
}

}  // namespace branchline::transport
