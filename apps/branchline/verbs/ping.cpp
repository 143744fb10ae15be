#include <CLI/CLI.hpp>
#include <algorithm>
#include <condition_variable>
#include <iostream>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "apps/branchline/flags.h"
#include "apps/branchline/security_flags.h"
#include "apps/branchline/verbs/verbs.h"
#include "framework/base/error.h"
#include "framework/runtime/load_security.h"
#include "transport/channel.h"

namespace branchline::apps {
namespace {

using namespace std::chrono_literals;

struct PingFlags {
  std::string edge;
  EdgeAccess access;
  int count = 5;
  std::chrono::nanoseconds timeout{2s};
  bool json = false;
};

/// Takes what the channel's thread hears to the thread that waits for it.
class PingListener final : public transport::ChannelListener {
 public:
  void on_message(transport::Message message, const transport::Arrival& arrival) override {
    const std::lock_guard lock(mutex_);
    newest_ = std::move(message);
    arrived_ = arrival.complete;
    changed_.notify_all();
  }

  void on_closed(const std::string& reason) override {
    const std::lock_guard lock(mutex_);
    closed_ = reason;
    changed_.notify_all();
  }

  struct Heard {
    transport::Message message;
    TimePoint at;
  };

  /// nullopt when the channel closed or `timeout` passed first.
  std::optional<Heard> wait_for(std::uint64_t id, Duration timeout) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [&] { return closed_ || (newest_ && newest_->id == id); });
    if (!newest_ || newest_->id != id) return std::nullopt;
    Heard heard{std::move(*newest_), arrived_};
    newest_.reset();
    return heard;
  }

  std::optional<std::string> closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<transport::Message> newest_;
  TimePoint arrived_;
  std::optional<std::string> closed_;
};

struct PingReport {
  transport::Welcome welcome;
  Duration handshake{0};
  std::vector<Duration> round_trips;
  Duration queue{0};
  std::string failure;  ///< empty: the edge answered everything
};

PingReport ping_edge(const PingFlags& flags) {
  const auto endpoint = transport::parse_endpoint(flags.edge, "the edge");
  PingReport report;
  auto listener = std::make_shared<PingListener>();
  transport::IoThread io;
  const TimePoint start = Clock::now();
  const auto channel = transport::connect(io, endpoint, {"branchline ping", {}}, flags.timeout,
                                          listener, {}, runtime::load_security(flags.access));
  const auto fail = [&](const std::string& otherwise) {
    report.failure = listener->closed().value_or(otherwise);
    return report;
  };
  auto first = listener->wait_for(0, flags.timeout + 1s);
  if (!first) return fail(flags.edge + " did not answer");
  if (auto* refused = std::get_if<transport::Refused>(&first->message.body)) {
    return fail(flags.edge + " refused: " + refused->sentence);
  }
  if (!std::holds_alternative<transport::Welcome>(first->message.body)) {
    return fail(flags.edge + " answered something else than a Welcome");
  }
  report.welcome = std::get<transport::Welcome>(first->message.body);
  report.handshake = first->at - start;
  report.queue = report.welcome.queue;
  for (int i = 1; i <= flags.count; ++i) {
    const TimePoint sent = Clock::now();
    channel->send({static_cast<std::uint64_t>(i), transport::Ping{}});
    const auto heard = listener->wait_for(static_cast<std::uint64_t>(i), flags.timeout);
    if (!heard) return fail(flags.edge + " did not answer ping " + std::to_string(i));
    const auto* pong = std::get_if<transport::Pong>(&heard->message.body);
    if (!pong) return fail(flags.edge + " answered a ping with something else");
    report.round_trips.push_back(heard->at - sent);
    report.queue = pong->queue;
  }
  return report;
}

Duration median_of(std::vector<Duration> times) {
  if (times.empty()) return Duration{0};
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>((times.size() - 1) / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

void print_text(const PingFlags& flags, const PingReport& report) {
  if (report.handshake > Duration{0}) {
    std::cout << flags.edge << ": " << report.welcome.software << ", handshake in "
              << show_duration(report.handshake) << '\n';
    if (report.welcome.names.empty()) std::cout << "  no models\n";
    for (std::size_t i = 0; i < report.welcome.names.size(); ++i) {
      std::cout << "  model " << report.welcome.names[i] << "  " << report.welcome.digests[i]
                << '\n';
    }
  }
  for (std::size_t i = 0; i < report.round_trips.size(); ++i) {
    std::cout << "  ping " << i + 1 << ": " << show_duration(report.round_trips[i]) << '\n';
  }
  if (report.failure.empty()) {
    std::cout << "  median " << show_duration(median_of(report.round_trips))
              << ", a request would wait " << show_duration(report.queue) << " now\n";
  }
}

void print_json(const PingFlags& flags, const PingReport& report) {
  nlohmann::ordered_json json;
  json["schema"] = "branchline.ping/1";
  json["edge"] = flags.edge;
  json["ok"] = report.failure.empty();
  if (!report.failure.empty()) json["error"] = report.failure;
  if (report.handshake > Duration{0}) {
    json["software"] = report.welcome.software;
    json["handshake_ns"] = report.handshake.count();
    json["models"] = nlohmann::json::array();
    for (std::size_t i = 0; i < report.welcome.names.size(); ++i) {
      json["models"].push_back(
          {{"name", report.welcome.names[i]}, {"digest", report.welcome.digests[i]}});
    }
    json["queue_ns"] = report.queue.count();
    json["max_frame_bytes"] = report.welcome.max_frame_bytes;
    json["max_in_flight"] = report.welcome.max_in_flight;
  }
  json["round_trip_ns"] = nlohmann::json::array();
  for (const Duration time : report.round_trips) json["round_trip_ns"].push_back(time.count());
  std::cout << json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

int run_ping(const PingFlags& flags) {
  const PingReport report = ping_edge(flags);
  if (flags.json) {
    print_json(flags, report);
  } else {
    print_text(flags, report);
  }
  if (report.failure.empty()) return kDone;
  std::cerr << "branchline ping: " << report.failure << '\n';
  return kNoEdge;
}

}  // namespace

Verb add_ping(CLI::App& app) {
  auto flags = std::make_shared<PingFlags>();
  CLI::App* command = app.add_subcommand(
      "ping", "Greet an edge: its models, round trips and how long a request would wait");
  command->add_option("edge", flags->edge, "Where branchlined listens")
      ->type_name("HOST:PORT")
      ->required();
  command->add_option("-n,--count", flags->count, "How many round trips")
      ->capture_default_str()
      ->type_name("N")
      ->check(CLI::Range(0, 1'000'000));
  add_edge_access(*command, flags->access);
  add_duration(*command, "--timeout", flags->timeout, "For the handshake and each answer");
  command->add_flag("--json", flags->json, "Print branchline.ping/1");
  command->footer("Example:\n  branchline ping 127.0.0.1:7400 -n 3");
  return {command, [flags] { return run_ping(*flags); }};
}

}  // namespace branchline::apps
