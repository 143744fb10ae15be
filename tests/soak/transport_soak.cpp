// Many clients against several edges, some over emulated links, while everything that can go wrong
// does: kills, restarts, freezes, blackholes, resets, hostile peers. Every request must be told of
// exactly once. Exit code 0: passed; 1: not; 2: wrong flags.

#include <signal.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "tests/soak/fault_maker.h"
#include "tests/soak/footprint.h"
#include "tests/soak/hostile_peers.h"
#include "tests/soak/soak_client.h"
#include "tests/soak/soak_edge.h"
#include "tests/soak/soak_flags.h"
#include "transport/io_thread.h"

namespace branchline::soak {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Servers, links, and the ways that clients may take.
struct Scene {
  Scene(const std::string& program, std::uint64_t seed, SoakRecord& record)
      : edge(0, seed), false_edge(seed, record), faults(program, 3, seed, record) {
    fast_link = faults.add_link(0, 0, 50e6, milliseconds(1));
    middle_link = faults.add_link(1, 0, 2e6, milliseconds(5));
    slow_link = faults.add_link(-1, edge.port(), 125e3, milliseconds(20));
  }

  /// The first client lives on the slow link, the next two on the middle one.
  std::vector<transport::Endpoint> ways_of(std::size_t client, std::mt19937_64& random) const {
    std::vector<std::uint16_t> ports{faults.server_port(0), faults.server_port(1),
                                     faults.server_port(2), edge.port(), fast_link};
    std::shuffle(ports.begin(), ports.end(), random);
    ports.resize(3);
    if (client == 0) ports = {slow_link};
    if (client == 1 || client == 2) ports.insert(ports.begin(), middle_link);
    if (client % 8 == 7) ports.insert(ports.begin(), false_edge.port());
    std::vector<transport::Endpoint> ways;
    for (const std::uint16_t port : ports) ways.push_back({"127.0.0.1", port});
    return ways;
  }

  SoakEdge edge;
  FalseEdge false_edge;
  FaultMaker faults;
  std::uint16_t fast_link = 0, middle_link = 0, slow_link = 0;
};

/// Lets the clients live for `time`, then ends them. @returns what is left
class Phase {
 public:
  Phase(Scene& scene, SoakRecord& record, const SoakFlags& flags, std::uint64_t seed)
      : scene_(scene), record_(record), random_(seed) {
    for (int i = 0; i < 4; ++i) ios_.push_back(std::make_unique<transport::IoThread>());
    const auto count = static_cast<std::size_t>(flags.at("--clients"));
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t largest = i == 0 ? 16 << 10 : i < 3 ? 128 << 10 : 1 << 20;
      clients_.push_back(std::make_unique<SoakClient>(
          *ios_[i % ios_.size()], scene.ways_of(i, random_), largest, random_(), record));
    }
  }

  void run(Duration time) {
    const TimePoint end = Clock::now() + time;
    std::vector<std::thread> threads;
    for (std::size_t half = 0; half < 2; ++half) {
      threads.emplace_back([this, half, end] { drive(half, end); });
    }
    threads.emplace_back([this, end] {
      while (Clock::now() < end) {
        scene_.faults.make_one();
        std::this_thread::sleep_for(milliseconds(400));
      }
    });
    threads.emplace_back([this, end, seed = random_()] {
      std::mt19937_64 dice(seed);
      while (Clock::now() < end) {
        const auto server = static_cast<int>(dice() % 4);
        attack(server == 3 ? scene_.edge.port() : scene_.faults.server_port(server), dice(),
               record_);
        std::this_thread::sleep_for(milliseconds(20));
      }
    });
    threads.emplace_back([this, end] { watch_the_machine(end); });
    for (std::thread& thread : threads) thread.join();
  }

 private:
  /// Whether this machine gives its threads their turn: if not, silence is nobody's fault.
  void watch_the_machine(TimePoint end) {
    constexpr Duration kLate = milliseconds(60);
    while (Clock::now() < end) {
      const TimePoint due = Clock::now() + milliseconds(5);
      std::this_thread::sleep_until(due);
      if (Clock::now() - due > kLate) record_.note_starvation();
    }
  }

  /// Half of the clients each; then waits until each has heard of what it asked.
  void drive(std::size_t half, TimePoint end) {
    const TimePoint give_up = end + seconds(60);
    bool open = true;
    while (open && Clock::now() < give_up) {
      const bool over = Clock::now() >= end;
      open = !over;
      for (std::size_t i = half; i < clients_.size(); i += 2) {
        if (over) clients_[i]->pause_for_good();
        clients_[i]->step();
        open = open || clients_[i]->waiting() > 0;
      }
      std::this_thread::sleep_for(milliseconds(5));
    }
  }

  Scene& scene_;
  SoakRecord& record_;
  std::mt19937_64 random_;
  std::vector<std::unique_ptr<transport::IoThread>> ios_;
  std::vector<std::unique_ptr<SoakClient>> clients_;
};

void print_requests(const SoakRecord& record) {
  std::printf("requests: %llu asked, %llu answered rightly, %llu failed with a reason\n",
              static_cast<unsigned long long>(record.asked),
              static_cast<unsigned long long>(record.answered),
              static_cast<unsigned long long>(record.failed()));
  for (const auto& [reason, count] : record.failures()) {
    std::printf("  %8llu %s\n", static_cast<unsigned long long>(count), reason.c_str());
  }
}

void print_survived(const SoakRecord& record) {
  std::printf("survived:");
  for (std::size_t i = 0; i < kFaults; ++i) {
    const auto fault = static_cast<Fault>(i);
    std::printf(" %llu ways %s,", static_cast<unsigned long long>(record.faults(fault)),
                name_of(fault));
  }
  std::printf(" %llu times frozen ourselves, %llu clients killed, %llu cancels\n",
              static_cast<unsigned long long>(record.self_freezes),
              static_cast<unsigned long long>(record.client_kills),
              static_cast<unsigned long long>(record.cancels));
  std::printf("bad input: %llu hostile connections, %llu hostile frames\n",
              static_cast<unsigned long long>(record.hostile_connections),
              static_cast<unsigned long long>(record.hostile_frames));
  std::printf("connections: %llu came into use, %llu of them took over from a lost one\n",
              static_cast<unsigned long long>(record.ups),
              static_cast<unsigned long long>(record.takeovers));
  std::printf("held dead while this machine was starved: %llu (not counted as false)\n",
              static_cast<unsigned long long>(record.starved_deaths));
  for (const auto& [fault, idle, times] : record.detections()) {
    std::printf("noticed %s, %s: median %.0f ms, p95 %.0f, most %.0f (%zu times)\n", name_of(fault),
                idle ? "idle" : "busy", times[times.size() / 2], times[times.size() * 95 / 100],
                times.back(), times.size());
  }
}

/// Connections say farewell for a second, and a server drops half-open ones after fifteen.
constexpr auto kFarewells = seconds(2), kHalfOpen = seconds(20);
/// A connection whose other side froze in the middle of a write may linger in the link emulator.
constexpr std::size_t kLingering = 8;
constexpr std::size_t kUnrest = 8 << 20;

int verdict(const SoakRecord& record, const Scene& scene, const Footprint& before,
            const Footprint& after) {
  std::vector<std::string> faults;
  const auto none = [&faults](std::uint64_t count, const std::string& what) {
    if (count != 0) faults.push_back(std::to_string(count) + " " + what);
  };
  none(record.wrong, "wrong answers");
  none(record.doubled, "requests told of twice");
  none(record.unknown, "replies to nothing asked");
  none(record.missing, "requests never told of");
  none(record.asked - record.answered - record.wrong - record.failed(),
       "requests not accounted for");
  none(static_cast<std::uint64_t>(scene.faults.server_failures()), "servers that failed");
  none(scene.edge.clients(), "clients left at the edge");
  none(scene.edge.buffers().in_use_bytes, "bytes of buffers still in use");
  const auto false_deaths = record.false_deaths();
  // Only told of: an edge of a tenth of the speed pings late beside a busy neighbour.
  if (!kThreadSanitized) none(false_deaths.size(), "false deaths");
  for (const std::string& death : false_deaths) std::printf("false death: %s\n", death.c_str());
  if (after.descriptors > before.descriptors + kLingering) faults.push_back("descriptors leaked");
  if (!kSanitized && memory_grew(before, after, kUnrest)) faults.push_back("memory grew");
  if (record.answered == 0) faults.push_back("nothing was answered");
  std::printf("half-open clients that the edge here dropped: %llu\n",
              static_cast<unsigned long long>(scene.edge.clients_held_dead()));
  print_footprints(before, after);
  for (const std::string& fault : faults) std::printf("FAILED: %s\n", fault.c_str());
  std::printf("%s\n", faults.empty() ? "passed" : "failed");
  return faults.empty() ? 0 : 1;
}

/// The edge learns of its clients' end from the network.
void wait_until_alone(const SoakEdge& edge) {
  for (int i = 0; i < 1000 && (edge.clients() > 0 || edge.buffers().in_use_bytes > 0); ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
}

int soak(const std::string& program, const SoakFlags& flags) {
  const auto seed = static_cast<std::uint64_t>(flags.at("--seed"));
  const auto time = seconds(flags.at("--seconds"));
  SoakRecord record;
  Scene scene(program, seed, record);
  const auto live = [&](Duration duration, std::uint64_t phase_seed, std::size_t enough) {
    Phase(scene, record, flags, phase_seed).run(duration);
    wait_until_alone(scene.edge);
    return settled_footprint(enough, kFarewells, kHalfOpen);
  };
  const Footprint before = live(std::max<Duration>(time / 5, seconds(2)), seed, SIZE_MAX);
  const Footprint after = live(time, seed + 1, before.descriptors + kLingering);
  print_requests(record);
  print_survived(record);
  return verdict(record, scene, before, after);
}

int freeze(pid_t process, Duration time) {
  if (kill(process, SIGSTOP) != 0) return 1;
  std::this_thread::sleep_for(time);
  return kill(process, SIGCONT) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace branchline::soak

int main(int count, char** words) {
  using namespace branchline::soak;
  SoakFlags flags{{"--seconds", 10}, {"--clients", 64}, {"--seed", 1},
                  {"--serve", -1},   {"--freeze", -1},  {"--milliseconds", -1}};
  const bool readable = read_flags(count, words, flags);
  if (!readable || flags.at("--seconds") < 1 || flags.at("--clients") < 1) {
    std::fprintf(stderr, "usage: transport_soak [--seconds N] [--clients N] [--seed N]\n");
    return 2;
  }
  const auto seed = static_cast<std::uint64_t>(flags.at("--seed"));
  if (flags.at("--serve") >= 0) {
    return serve_as_process(static_cast<std::uint16_t>(flags.at("--serve")), seed);
  }
  if (flags.at("--freeze") > 0) {
    return freeze(static_cast<pid_t>(flags.at("--freeze")),
                  std::chrono::milliseconds(flags.at("--milliseconds")));
  }
  return soak("/proc/self/exe", flags);
}
