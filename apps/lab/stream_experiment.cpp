#include "apps/lab/stream_experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <nlohmann/json.hpp>
#include <thread>

#include "branchline/engine.h"
#include "framework/base/error.h"
#include "transport/link_emulator.h"

namespace branchline::lab {
namespace {

constexpr Duration kStreamPatience = std::chrono::seconds(20);
constexpr int kQueueDepth = 4;
constexpr std::int64_t kPictureSide = 96;
constexpr std::size_t kWarmUpFrames = 5;

/// A picture that does not change; requests view it.
class StillPicture {
 public:
  StillPicture() : pixels_(static_cast<std::size_t>(kPictureSide * kPictureSide * 3)) {
    for (std::size_t i = 0; i < pixels_.size(); ++i) {
      pixels_[i] = static_cast<std::uint8_t>((i / 7 + i * i / 1009) % 251);
    }
  }
  Request split_request(std::uint64_t frame, int exit) const {
    Request request;
    request.inputs = {{pixels_.data(), DType::u8, {kPictureSide, kPictureSide, 3}}};
    request.frame = frame;
    request.force_place = Place::split;
    request.force_exit = exit;
    return request;
  }

 private:
  std::vector<std::uint8_t> pixels_;
};

/// What rounds of one way add up to.
struct Tally {
  std::size_t answers = 0;
  Duration spent{0}, latency{0};
  Timing sum;

  void add(const Result& result) {
    if (result.plan.place != Place::split) return;
    ++answers;
    latency += result.latency;
    sum.device += result.timing.device - result.timing.fallback + result.timing.encode;
    sum.fallback += result.timing.fallback;
    sum.uplink += result.timing.uplink;
    sum.edge += result.timing.edge + result.timing.edge_queued;
  }

  StreamRow row(double uplink, const std::string& way) const {
    const auto mean = [this](Duration total) {
      return answers > 0 ? total / static_cast<std::int64_t>(answers) : Duration{0};
    };
    StreamRow row{uplink, way, answers};
    row.device = mean(sum.device);
    row.insurance = mean(sum.fallback);
    row.uplink = mean(sum.uplink);
    row.edge = mean(sum.edge);
    row.latency = mean(latency);
    row.frames_per_s = static_cast<double>(answers) / std::chrono::duration<double>(spent).count();
    return row;
  }
};

void play_one_at_a_time(Engine& engine, const StillPicture& picture, std::size_t frames,
                        Tally& tally) {
  const TimePoint begun = Clock::now();
  for (std::size_t frame = 0; frame < frames; ++frame) {
    tally.add(engine.infer(picture.split_request(frame, engine.exits())));
  }
  tally.spent += Clock::now() - begun;
}

void play_pipelined(Engine& engine, const StillPicture& picture, std::size_t frames, Tally& tally) {
  const TimePoint begun = Clock::now();
  std::promise<void> done;
  std::size_t heard = 0;  // of the engine's thread
  for (std::size_t frame = 0; frame < frames; ++frame) {
    engine.submit(picture.split_request(frame, engine.exits()), [&](const Result& result) {
      tally.add(result);
      if (++heard == frames) done.set_value();
    });
  }
  done.get_future().wait();
  tally.spent += Clock::now() - begun;
}

Engine open_engine(const StreamSettings& settings, std::uint16_t port) {
  Options options;
  options.edges = {"127.0.0.1:" + std::to_string(port)};
  options.deadline = std::chrono::seconds(10);
  options.queue_depth = kQueueDepth;
  options.when_full = WhenFull::wait;
  options.device_slowdown = settings.device_slowdown;
  Engine engine = Engine::open(settings.model, options);
  const TimePoint give_up = Clock::now() + kStreamPatience;
  while (!engine.status().link.up || !engine.status().ready) {
    if (Clock::now() > give_up) throw RunError("no plan was ready on the edge in time");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return engine;
}

/// A frame alone tells how long each stage takes; no pipeline is faster than its longest one.
void rate_by_bound(StreamRow& alone, StreamRow& pipelined, Duration delay) {
  const Duration longest = std::max({alone.device, alone.uplink - delay, alone.edge});
  const double seconds = std::chrono::duration<double>(longest).count();
  alone.of_bound = alone.frames_per_s * seconds;
  pipelined.of_bound = pipelined.frames_per_s * seconds;
}

void play_link(const StreamSettings& settings, double uplink, std::vector<StreamRow>& rows) {
  transport::IoThread io;
  transport::LinkEmulator link(io, {"127.0.0.1", 0}, {"127.0.0.1", settings.edge_port},
                               transport::steady_link(uplink, uplink, settings.delay));
  Engine engine = open_engine(settings, link.port());
  const StillPicture picture;
  Tally warm_up, alone, pipelined;
  play_one_at_a_time(engine, picture, kWarmUpFrames, warm_up);
  for (std::size_t round = 0; round < settings.rounds; ++round) {
    play_one_at_a_time(engine, picture, settings.frames, alone);
    play_pipelined(engine, picture, settings.frames, pipelined);
  }
  rows.push_back(alone.row(uplink, "one at a time"));
  rows.push_back(pipelined.row(uplink, "pipelined"));
  rate_by_bound(rows[rows.size() - 2], rows.back(), settings.delay);
}

double stream_milliseconds(Duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

double megabits(const StreamRow& row) { return row.uplink_bytes_per_s * 8 / 1e6; }

}  // namespace

std::vector<StreamRow> run_stream_experiment(const StreamSettings& settings,
                                             const std::function<void(const std::string&)>& tell) {
  std::vector<StreamRow> rows;
  for (const double uplink : settings.uplinks_bytes_per_s) {
    play_link(settings, uplink, rows);
    tell(fmt::format("played {:.3g} Mbit/s", megabits(rows.back())));
  }
  return rows;
}

std::string stream_table(const std::vector<StreamRow>& rows) {
  std::string text = fmt::format("{:>10}  {:<14}{:>8}{:>10}{:>10}{:>11}{:>9}{:>9}{:>10}{:>10}\n",
                                 "Mbit/s", "frames", "count", "frames/s", "device", "insurance",
                                 "uplink", "edge", "latency", "of bound");
  for (const StreamRow& row : rows) {
    text += fmt::format(
        "{:>10.3g}  {:<14}{:>8}{:>10.1f}{:>10.1f}{:>11.1f}{:>9.1f}{:>9.1f}{:>10.1f}{:>10.2f}\n",
        megabits(row), row.way, row.answers, row.frames_per_s, stream_milliseconds(row.device),
        stream_milliseconds(row.insurance), stream_milliseconds(row.uplink),
        stream_milliseconds(row.edge), stream_milliseconds(row.latency), row.of_bound);
  }
  return text;
}

std::string stream_csv(const std::vector<StreamRow>& rows) {
  std::string text =
      "schema,uplink_bps,way,answers,frames_per_s,device_ns,insurance_ns,uplink_ns,edge_ns,"
      "latency_ns,of_bound\n";
  for (const StreamRow& row : rows) {
    text += fmt::format("branchline.streams/1,{:.0f},{},{},{},{},{},{},{},{},{}\n",
                        row.uplink_bytes_per_s * 8, row.way, row.answers, row.frames_per_s,
                        row.device.count(), row.insurance.count(), row.uplink.count(),
                        row.edge.count(), row.latency.count(), row.of_bound);
  }
  return text;
}

std::string stream_json(const std::vector<StreamRow>& rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const StreamRow& row : rows) {
    list.push_back({{"uplink_bps", row.uplink_bytes_per_s * 8},
                    {"way", row.way},
                    {"answers", row.answers},
                    {"frames_per_s", row.frames_per_s},
                    {"device_ns", row.device.count()},
                    {"insurance_ns", row.insurance.count()},
                    {"uplink_ns", row.uplink.count()},
                    {"edge_ns", row.edge.count()},
                    {"latency_ns", row.latency.count()},
                    {"of_bound", row.of_bound}});
  }
  return nlohmann::ordered_json{{"schema", "branchline.streams/1"}, {"rows", list}}.dump(2) + "\n";
}

}  // namespace branchline::lab
