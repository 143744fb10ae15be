#include "apps/lab/experiments/virtual_link.h"

#include <algorithm>

namespace branchline::lab {
namespace {

constexpr TimePoint kVirtualStart = TimePoint{} + std::chrono::hours(1);
constexpr double kFirstSegmentBytes = 1448;

}  // namespace

VirtualLink::VirtualLink(const transport::LinkProfile& profile, std::uint64_t burst_bytes)
    : uplink_(profile.uplink, kVirtualStart),
      downlink_(profile.downlink, kVirtualStart),
      delay_(profile.delay),
      jitter_(profile.jitter),
      burst_bytes_(static_cast<double>(burst_bytes)),
      tokens_(burst_bytes_),
      random_(profile.seed),
      now_(kVirtualStart) {}

std::optional<LinkExchange> VirtualLink::exchange(std::uint64_t up_bytes, std::uint64_t down_bytes,
                                                  Duration remote) {
  LinkExchange exchange;
  exchange.up_bytes = up_bytes;
  exchange.down_bytes = down_bytes;
  exchange.remote = remote;
  const auto bytes = static_cast<double>(up_bytes);
  const double at_once = std::min(tokens_, bytes);
  const auto all = uplink_.through_at(bytes, now_);
  const auto left = uplink_.through_at(bytes - at_once, now_);
  if (!all || !left) return std::nullopt;
  measured_ = bytes / std::chrono::duration<double>(*all - now_).count();
  tokens_ -= at_once;
  const TimePoint answered = *left + delay_ + jitter() + remote;
  const auto first =
      downlink_.through_at(std::min(kFirstSegmentBytes, static_cast<double>(down_bytes)), answered);
  const auto last = downlink_.through_at(static_cast<double>(down_bytes), answered);
  if (!first || !last) return std::nullopt;
  exchange.end = *last + delay_ + jitter();
  exchange.download = *last - *first;
  exchange.total = exchange.end - now_;
  refill(exchange.end - (*left - now_));  // while its own bytes wait no credit builds up
  now_ = exchange.end;
  return exchange;
}

void VirtualLink::wait(Duration duration) {
  refill(now_ + duration);
  now_ += duration;
}

void VirtualLink::change_uplink(double bytes_per_s) {
  uplink_ = transport::RateSchedule(transport::steady_rate(bytes_per_s), now_);
}

void VirtualLink::refill(TimePoint until) {
  tokens_ = std::min(burst_bytes_, tokens_ + uplink_.bytes_between(now_, std::max(now_, until)));
}

Duration VirtualLink::jitter() {
  if (jitter_ <= Duration{0}) return Duration{0};
  return Duration{std::uniform_int_distribution<std::int64_t>(0, jitter_.count())(random_)};
}

}  // namespace branchline::lab
