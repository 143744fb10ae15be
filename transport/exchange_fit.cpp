#include "transport/exchange_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace branchline::transport {
namespace {

constexpr std::size_t kMostFrames = 40;
constexpr double kLeastWander = 0.01, kMostWander = 0.3;
constexpr double kWanderGain = 0.15;
/// What a frame's time scatters by itself, of its bytes' time.
constexpr double kOwnScatter = 0.03;
/// How much of what looks like wandering is taken for scatter about a mean.
constexpr double kScatterShare = 0.5;
/// Frames too small for the link's speed show only that it is at least so fast: the slope is not
/// believed to be less than this share of its deviation.
constexpr double kSlopeShare = 0.25;
constexpr double kFarDeviations = 3.5;
constexpr double kLeastFar = 0.25, kMostFar = 0.6;
constexpr double kLongIdleSeconds = 1e6;
constexpr Duration kMemory = std::chrono::seconds(1);
/// A line with another burst must fit so much better, in squared deviations.
constexpr double kBurstEvidence = 8;
constexpr double kLeastBurst = 1500, kMostBurst = 256 * 1024, kBurstRatio = 1.12;
constexpr double kGoodMisfit = 2;
/// A frame so many times as large as the burst known pays in any case.
constexpr double kSurelyPaid = 2;
/// Whether a frame fits into a bucket is judged at this share of it, among so many frames.
constexpr double kSureShare = 0.7;
/// … and it paid if it took this share of its time at the rate.
constexpr double kPaidShare = 0.2;
constexpr double kLeastLeft = 0.5;
constexpr std::size_t kRecentFrames = 12;

double square(double x) { return x * x; }

}  // namespace

/// The bytes that had to wait for the rate: a bucket fills while the link is idle.
double ExchangeFit::paid_bytes(const Frame& frame, double burst_bytes) const {
  const double refilled =
      any() ? frame.idle_s / line_.seconds_per_byte : std::numeric_limits<double>::max();
  return std::max(0.0, frame.bytes - std::min(burst_bytes, refilled));
}

double ExchangeFit::expected_s(const Frame& frame, const Line& line) const {
  return line.fixed_s + paid_bytes(frame, line.burst_bytes) * line.seconds_per_byte;
}

double ExchangeFit::bytes_per_s() const noexcept {
  if (!any()) return 0;
  return 1 / std::max(line_.seconds_per_byte, kSlopeShare * line_.slope_deviation);
}

double ExchangeFit::log_deviation() const noexcept {
  if (!any()) return 0;
  return std::min(std::hypot(wander_, line_.slope_deviation / line_.seconds_per_byte), 1.0);
}

void ExchangeFit::add(double bytes, double seconds, const FixedPart& fixed, double noise_s,
                      TimePoint begun, TimePoint end) {
  // Round trip and answer leave the uplink idle too.
  const double since_last = std::max(std::chrono::duration<double>(begun - told_).count(), 0.0);
  const Frame frame{bytes, seconds, noise_s, any() ? since_last + fixed.seconds : kLongIdleSeconds};
  const bool old = begun - told_ > kMemory;
  told_ = end;
  const bool free = went_free(frame, fixed);
  take_from_bucket(frame, free);
  if (free) return;
  const int side = any() ? side_of(frame) : 0;
  if (any()) learn_wander(frame);
  if (side != 0 && old) return start_over({frame}, fixed);
  if (side != 0 && side != far_side_) {
    far_side_ = side;
    far_ = frame;
    return;
  }
  if (side != 0) {
    std::vector<Frame> all = frames_;
    all.push_back(far_);
    all.push_back(frame);
    const double burst = likely_burst(all, fixed);
    if (burst == line_.burst_bytes) return start_over({far_, frame}, fixed);
    frames_.assign(all.end() - static_cast<std::ptrdiff_t>(std::min(all.size(), kMostFrames)),
                   all.end());
    far_side_ = 0;
    draw_line(burst, fixed);
    return;
  }
  // One that says nothing of the far one's size does not acquit it.
  if (far_side_ != 0 && bytes >= 0.5 * far_.bytes) far_side_ = 0;
  frames_.push_back(frame);
  if (frames_.size() > kMostFrames) frames_.erase(frames_.begin());
  draw_line(likely_burst(frames_, fixed), fixed);
}

/// A known bucket let it through at once, or one that is a little larger than known: it says
/// nothing of the rate. But what passes at once after the bucket was emptied shows that there is
/// none.
bool ExchangeFit::went_free(const Frame& frame, const FixedPart& fixed) const {
  if (!any() || frame.bytes >= kSurelyPaid * line_.burst_bytes) return false;
  const double left = line_.burst_bytes - used_bytes_ + frame.idle_s / line_.seconds_per_byte;
  const bool there = left >= kLeastLeft * std::min(frame.bytes, line_.burst_bytes);
  return there && frame.seconds - fixed.seconds < 2 * (fixed.deviation_s + frame.noise_s);
}

/// What waited leaves the bucket empty. What did not may have taken a little more than is known to
/// be there, and the debt is kept: a bucket that stays in debt is none.
void ExchangeFit::take_from_bucket(const Frame& frame, bool free) {
  if (!any()) return;
  const double refilled = frame.idle_s / line_.seconds_per_byte;
  used_bytes_ = std::max(0.0, used_bytes_ - refilled) + frame.bytes;
  if (!free) used_bytes_ = std::min(used_bytes_, line_.burst_bytes);
}

double ExchangeFit::free_bytes() const noexcept {
  return std::max(0.0, line_.burst_bytes - used_bytes_);
}

void ExchangeFit::learn_wander(const Frame& frame) {
  const double serial = std::max(expected_s(frame, line_) - line_.fixed_s, 1e-9);
  const double off = std::min((frame.seconds - expected_s(frame, line_)) / serial, kMostWander);
  const double seen =
      std::max(square(off) - square(frame.noise_s / serial) - square(kOwnScatter), 0.0);
  const double share = serial / (serial + frame.noise_s);
  wander_ = std::sqrt(square(wander_) + share * kWanderGain * (seen - square(wander_)));
  wander_ = std::clamp(wander_, kLeastWander, kMostWander);
}

void ExchangeFit::start_over(std::vector<Frame> frames, const FixedPart& fixed) {
  frames_ = std::move(frames);
  far_side_ = 0;
  double paid = 0;
  for (const Frame& kept : frames_) paid += paid_bytes(kept, line_.burst_bytes);
  line_ = line_through(frames_, paid > 0 ? line_.burst_bytes : 0, fixed, wander_);
}

/// -1 or +1 when it took far less or far more than the line says, else 0.
int ExchangeFit::side_of(const Frame& frame) const {
  const double expected = expected_s(frame, line_);
  const double serial = expected - line_.fixed_s;
  const double off = frame.seconds - expected;
  const double seen = std::max(frame.seconds - line_.fixed_s, 0.1 * serial);
  const double scatter =
      std::clamp(kFarDeviations * std::hypot(wander_, kOwnScatter), kLeastFar, kMostFar);
  const double most =
      std::hypot(kFarDeviations * frame.noise_s, scatter * std::sqrt(serial * seen));
  if (std::abs(off) <= most || (off < 0 && serial <= 0)) return 0;
  return off > 0 ? 1 : -1;
}

ExchangeFit::Line ExchangeFit::line_through(const std::vector<Frame>& frames, double burst_bytes,
                                            const FixedPart& fixed, double wander) const {
  const double prior = 1 / square(fixed.deviation_s);
  double w0 = prior, w1 = 0, w2 = 0, y0 = prior * fixed.seconds, y1 = 0;
  std::size_t age = frames.size();
  std::array<double, kMostFrames + 2> weights;
  for (const Frame& frame : frames) {
    --age;
    const double x = paid_bytes(frame, burst_bytes);
    const double serial = std::max(frame.seconds - fixed.seconds, 0.0);
    const double scatter =
        square(kOwnScatter) + square(wander) * (kScatterShare + static_cast<double>(age));
    const double weight = 1 / (square(frame.noise_s) + scatter * square(serial));
    weights[frames.size() - 1 - age] = weight;
    w0 += weight;
    w1 += weight * x;
    w2 += weight * x * x;
    y0 += weight * frame.seconds;
    y1 += weight * x * frame.seconds;
  }
  Line line;
  line.burst_bytes = burst_bytes;
  line.misfit = std::numeric_limits<double>::max();
  const double determinant = w0 * w2 - w1 * w1;
  if (!(determinant > 0)) return line;
  line.seconds_per_byte = std::max((w0 * y1 - w1 * y0) / determinant, 1e-12);
  line.fixed_s = (y0 - w1 * line.seconds_per_byte) / w0;
  line.fixed_deviation_s = std::sqrt(w2 / determinant);
  line.slope_deviation = std::sqrt(w0 / determinant);
  double misfit = square((line.fixed_s - fixed.seconds) / fixed.deviation_s);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    misfit += weights[i] * square(frames[i].seconds - expected_s(frames[i], line));
  }
  line.misfit = misfit / static_cast<double>(frames.size());
  return line;
}

/// Frames that a bucket of that size would have let through at once, and did not.
bool ExchangeFit::contradicted(const std::vector<Frame>& frames, double burst_bytes,
                               const FixedPart& fixed, double paid_share) const {
  int paid = 0;
  const std::size_t first = frames.size() > kRecentFrames ? frames.size() - kRecentFrames : 0;
  for (std::size_t i = first; i < frames.size(); ++i) {
    const Frame& frame = frames[i];
    if (paid_bytes(frame, kSureShare * burst_bytes) > 0) continue;
    const double waited = frame.seconds - fixed.seconds - 2 * (fixed.deviation_s + frame.noise_s);
    paid += waited > paid_share * frame.bytes * line_.seconds_per_byte ? 1 : 0;
  }
  return paid >= 2;
}

/// The burst that explains all frames at a steady goodput where none, or the one so far, does not.
double ExchangeFit::likely_burst(const std::vector<Frame>& frames, const FixedPart& fixed) const {
  double likely =
      contradicted(frames, line_.burst_bytes, fixed, kPaidShare) ? 0 : line_.burst_bytes;
  const double evidence = kBurstEvidence / static_cast<double>(frames.size());
  double least = line_through(frames, likely, fixed, kLeastWander).misfit - evidence;
  const auto consider = [&](double burst_bytes) {
    const double misfit = line_through(frames, burst_bytes, fixed, kLeastWander).misfit;
    if (misfit >= std::min(least, kGoodMisfit) || contradicted(frames, burst_bytes, fixed, 0))
      return;
    least = misfit;
    likely = burst_bytes;
  };
  if (least <= 0) return likely;
  if (likely > 0) consider(0);
  for (double burst = kLeastBurst; burst < kMostBurst; burst *= kBurstRatio) consider(burst);
  return likely;
}

void ExchangeFit::draw_line(double burst_bytes, const FixedPart& fixed) {
  // What a burst explains was no wandering.
  if (burst_bytes != line_.burst_bytes) wander_ = kLeastWander;
  line_ = line_through(frames_, burst_bytes, fixed, wander_);
}

}  // namespace branchline::transport
