#include "apps/lab/experiments/link_experiment.h"

#include <fmt/format.h>

#include <filesystem>
#include <random>

#include "apps/lab/experiments/goodput_followers.h"
#include "apps/lab/experiments/virtual_link.h"
#include "transport/link_trace.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

constexpr int kFramesPerPing = 5;
constexpr std::uint64_t kPingBytes = 64;
constexpr std::uint64_t kAnswerBytes = 2000;
constexpr double kBytesPerMbit = 1e6 / 8;

LinkCase steady_case(double mbit, Duration delay, Duration jitter, std::uint64_t burst_bytes) {
  const double rate = mbit * kBytesPerMbit;
  LinkCase link;
  link.name = fmt::format("{} Mbit/s, {} ms", mbit, delay.count() / 1'000'000);
  if (jitter > Duration{0}) link.name += fmt::format(" + {} ms", jitter.count() / 1'000'000);
  if (burst_bytes > 0) link.name += fmt::format(", bucket {} KiB", burst_bytes / 1024);
  link.profile = transport::steady_link(rate, 2 * rate, delay);
  link.profile.jitter = jitter;
  link.burst_bytes = burst_bytes;
  link.frame_bytes = cut_tensor_sizes(rate * (burst_bytes > 0 ? 1 : kLinkStep));
  link.pause = 50ms;
  link.steps = true;
  return link;
}

}  // namespace

std::vector<std::uint64_t> cut_tensor_sizes(double bytes_per_s) {
  std::vector<std::uint64_t> sizes;
  for (const std::uint64_t kib : {4, 8, 16, 32, 64, 100, 200}) {
    const double seconds = static_cast<double>(kib << 10) / bytes_per_s;
    if (seconds <= 2 || sizes.size() < 2) sizes.push_back(kib << 10);
  }
  return sizes;
}

std::vector<LinkCase> steady_link_cases() {
  std::vector<LinkCase> cases;
  for (const double mbit : {0.13, 0.5, 1.1, 2.0, 5.85, 18.88, 50.0, 100.0}) {
    cases.push_back(steady_case(mbit, 5ms, 0ms, 0));
    cases.push_back(steady_case(mbit, 50ms, 0ms, 0));
    cases.push_back(steady_case(mbit, 20ms, 5ms, 0));
  }
  for (const double mbit : {0.5, 2.0, 18.88}) {
    for (const std::uint64_t kib : {5, 16, 32}) {
      cases.push_back(steady_case(mbit, 20ms, 0ms, kib << 10));
    }
  }
  return cases;
}

std::vector<LinkCase> live_link_cases() {
  std::vector<LinkCase> cases;
  for (const auto& [mbit, delay] : std::vector<std::pair<double, Duration>>{{0.13, 5ms},
                                                                            {0.5, 20ms},
                                                                            {1.1, 50ms},
                                                                            {2.0, 5ms},
                                                                            {5.85, 20ms},
                                                                            {18.88, 5ms},
                                                                            {50.0, 5ms},
                                                                            {100.0, 5ms}}) {
    LinkCase link = steady_case(mbit, delay, 0ms, 0);
    link.frames = 45;
    std::erase_if(link.frame_bytes, [&](std::uint64_t bytes) {
      return bytes > (4 << 10) && static_cast<double>(bytes) > kLinkStep * mbit * kBytesPerMbit;
    });
    cases.push_back(link);
  }
  return cases;
}

LinkCase trace_case(const std::string& file) {
  LinkCase link;
  link.name = std::filesystem::path(file).stem().string();
  link.profile = transport::read_link_trace(file);
  link.profile.delay = 20ms;
  link.frame_bytes = {4 << 10, 16 << 10, 32 << 10};
  link.pause = 50ms;
  link.frames = 1000;
  return link;
}

LinkRow follow_virtual_link(const LinkCase& link) {
  VirtualLink wire(link.profile, link.burst_bytes);
  const auto followers = goodput_followers();
  const auto tell = [&](const LinkExchange& exchange) {
    for (const auto& follower : followers) follower->add(exchange);
  };
  std::mt19937_64 random(link.profile.seed);
  std::vector<FollowedFrame> frames;
  const double rate = link.profile.uplink.steps.front().bytes_per_s;
  for (int i = 0; i < link.frames; ++i) {
    const int phase = link.steps ? 3 * i / link.frames : 0;
    if (phase > 0 && phase != frames.back().phase) {
      wire.change_uplink(phase == 1 ? kLinkStep * rate : rate);
    }
    if (i % kFramesPerPing == 0) {
      auto ping = wire.exchange(kPingBytes, kPingBytes, Duration{0});
      if (!ping) break;
      ping->ping = true;
      tell(*ping);
    }
    wire.wait(link.pause);
    const std::uint64_t bytes = link.frame_bytes[random() % link.frame_bytes.size()];
    const auto exchange = wire.exchange(bytes, kAnswerBytes, 5ms);
    if (!exchange) break;
    tell(*exchange);
    FollowedFrame frame{phase, bytes, wire.measured_bytes_per_s(), {}};
    for (const auto& follower : followers)
      frame.estimates.push_back(follower->uplink_bytes_per_s());
    frames.push_back(std::move(frame));
  }
  std::vector<std::string> names;
  for (const auto& follower : followers) names.push_back(follower->name());
  return scored(link.name, frames, names);
}

}  // namespace branchline::lab
