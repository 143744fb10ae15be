#include "apps/lab/experiments/live_link.h"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "apps/lab/experiments/goodput_followers.h"
#include "framework/base/error.h"
#include "transport/link_emulator.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;
using transport::Arrival;
using transport::Message;

constexpr double kFirstSegmentBytes = 1448;  // there when the clock starts
constexpr std::size_t kLiveAnswerBytes = 2000;
constexpr int kLiveFramesPerPing = 5;
constexpr Duration kLivePatience = 120s;

std::vector<transport::WireTensor> filler(std::size_t bytes) {
  const std::shared_ptr<std::byte[]> data(new std::byte[bytes]());
  const Tensor tensor{data, DType::u8, {static_cast<std::int64_t>(bytes)}};
  return {{{0, 0}, transport::encode(tensor, transport::Codec::raw)}};
}

/// How the edge saw each request arrive.
class EdgeArrivals {
 public:
  void add(std::uint64_t id, const Arrival& arrival) {
    const std::lock_guard lock(mutex_);
    arrivals_[id] = arrival;
  }
  /// Of the frames [first, last).
  double bytes_per_s(std::uint64_t first, std::uint64_t last) const {
    const std::lock_guard lock(mutex_);
    double bytes = 0, seconds = 0;
    for (auto it = arrivals_.lower_bound(first); it != arrivals_.lower_bound(last); ++it) {
      bytes += static_cast<double>(it->second.frame_bytes) - kFirstSegmentBytes;
      seconds += std::chrono::duration<double>(it->second.complete - it->second.first_byte).count();
    }
    return seconds > 0 ? bytes / seconds : 0;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Arrival> arrivals_;
};

/// Welcomes, and answers each request and ping at once.
class EchoEdge final : public transport::ChannelListener {
 public:
  EchoEdge(std::weak_ptr<transport::Channel> channel, EdgeArrivals& arrivals)
      : channel_(std::move(channel)), arrivals_(arrivals) {}

  void on_message(Message message, const Arrival& arrival) override {
    const auto channel = channel_.lock();
    if (!channel) return;
    if (std::holds_alternative<transport::Ping>(message.body)) {
      channel->send({message.id, transport::Pong{}});
    } else if (std::holds_alternative<transport::Request>(message.body)) {
      arrivals_.add(message.id, arrival);
      transport::Answer answer;
      answer.tensors = filler(kLiveAnswerBytes);
      channel->send({message.id, std::move(answer)});
    }
  }
  void on_closed(const std::string&) override {}

 private:
  const std::weak_ptr<transport::Channel> channel_;
  EdgeArrivals& arrivals_;
};

/// One exchange at a time, timed on the device's clock as the engine times it.
class LiveDevice final : public transport::ChannelListener {
 public:
  void on_message(Message message, const Arrival& arrival) override {
    const std::lock_guard lock(mutex_);
    heard_[message.id] = arrival;
    changed_.notify_all();
  }
  void on_sent(std::uint64_t id, std::uint64_t frame_bytes, TimePoint begun) override {
    const std::lock_guard lock(mutex_);
    sent_[id] = {frame_bytes, begun};
  }
  void on_closed(const std::string& reason) override {
    const std::lock_guard lock(mutex_);
    lost_ = reason;
    changed_.notify_all();
  }

  LinkExchange wait_for(std::uint64_t id) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kLivePatience, [&] { return lost_ || heard_.contains(id); });
    if (!heard_.contains(id)) throw RunError("the link was lost: " + lost_.value_or("no answer"));
    const Arrival& arrival = heard_[id];
    const auto& [bytes, begun] = sent_[id];
    LinkExchange exchange;
    exchange.up_bytes = bytes;
    exchange.down_bytes = arrival.frame_bytes;
    exchange.total = arrival.complete - begun;
    exchange.download = arrival.complete - arrival.first_byte;
    exchange.end = arrival.complete;
    return exchange;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Arrival> heard_;
  std::map<std::uint64_t, std::pair<std::uint64_t, TimePoint>> sent_;
  std::optional<std::string> lost_;
};

/// Edge, emulator and device of one case.
class LiveSetting {
 public:
  explicit LiveSetting(const LinkCase& link)
      : server_(io_, {"127.0.0.1", 0},
                [this](std::shared_ptr<transport::Channel> channel) {
                  transport::Welcome welcome;
                  welcome.software = "experiment";
                  welcome.max_in_flight = 8;
                  channel->send({0, std::move(welcome)});
                  return std::make_shared<EchoEdge>(channel, arrivals_);
                }),
        emulator_(io_, {"127.0.0.1", 0}, {"127.0.0.1", server_.port()}, link.profile),
        channel_(transport::connect(device_io_, {"127.0.0.1", emulator_.port()}, {}, kLivePatience,
                                    device_)) {
    device_->wait_for(0);
  }
  ~LiveSetting() { channel_->close("done"); }
  LiveSetting(const LiveSetting&) = delete;
  LiveSetting& operator=(const LiveSetting&) = delete;

  LinkExchange ask(transport::Body body) {
    const std::uint64_t id = ++last_id_;
    if (!channel_->send({id, std::move(body)})) throw RunError("the link takes no more frames");
    return device_->wait_for(id);
  }

  transport::LinkEmulator& emulator() { return emulator_; }
  const EdgeArrivals& arrivals() const { return arrivals_; }
  std::uint64_t next_id() const { return last_id_ + 1; }

 private:
  EdgeArrivals arrivals_;
  std::shared_ptr<LiveDevice> device_ = std::make_shared<LiveDevice>();
  transport::IoThread io_, device_io_;
  transport::Server server_;
  transport::LinkEmulator emulator_;
  std::shared_ptr<transport::Channel> channel_;
  std::uint64_t last_id_ = 0;
};

/// Frames of one phase; the goodput measured is known only at its end.
void follow_phase(LiveSetting& setting, const LinkCase& link, int phase, int frames,
                  const std::vector<std::unique_ptr<GoodputFollower>>& followers,
                  std::mt19937_64& random, std::vector<FollowedFrame>& followed) {
  const std::uint64_t first_id = setting.next_id();
  const std::size_t first = followed.size();
  for (int i = 0; i < frames; ++i) {
    if (i % kLiveFramesPerPing == 0) {
      LinkExchange ping = setting.ask(transport::Ping{});
      ping.ping = true;
      for (const auto& follower : followers) follower->add(ping);
    }
    std::this_thread::sleep_for(link.pause);
    transport::Request request;
    const std::uint64_t bytes = link.frame_bytes[random() % link.frame_bytes.size()];
    request.tensors = filler(bytes);
    const LinkExchange exchange = setting.ask(std::move(request));
    FollowedFrame frame{phase, bytes, 0, {}};
    for (const auto& follower : followers) {
      follower->add(exchange);
      frame.estimates.push_back(follower->uplink_bytes_per_s());
    }
    followed.push_back(std::move(frame));
  }
  const double measured = setting.arrivals().bytes_per_s(first_id, setting.next_id());
  for (std::size_t i = first; i < followed.size(); ++i) followed[i].measured_bytes_per_s = measured;
}

}  // namespace

LinkRow follow_live_link(const LinkCase& link) {
  LiveSetting setting(link);
  const auto followers = goodput_followers();
  std::mt19937_64 random(link.profile.seed);
  std::vector<FollowedFrame> followed;
  const double rate = link.profile.uplink.steps.front().bytes_per_s;
  for (int phase = 0; phase < 3; ++phase) {
    if (phase > 0) {
      setting.emulator().set_uplink(transport::steady_rate(phase == 1 ? kLinkStep * rate : rate));
    }
    follow_phase(setting, link, phase, link.frames / 3, followers, random, followed);
  }
  std::vector<std::string> names;
  for (const auto& follower : followers) names.push_back(follower->name());
  return scored(link.name, followed, names);
}

std::vector<LinkRow> follow_live_links(const std::vector<LinkCase>& links) {
  std::vector<std::future<LinkRow>> running;
  for (const LinkCase& link : links) {
    running.push_back(std::async(std::launch::async, [&link] { return follow_live_link(link); }));
  }
  std::vector<LinkRow> rows;
  for (auto& run : running) rows.push_back(run.get());
  return rows;
}

}  // namespace branchline::lab
