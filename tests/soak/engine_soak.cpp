// Engines of several networks with ever other options, each used by several threads in every way,
// against edges that are restarted behind links that change, stall and break. Every request must be
// told of exactly once, with the right answer. Exit code 0: passed; 1: not; 2: wrong flags.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "framework/slice/compute_threads.h"
#include "tests/framework/runtime/tiny_network.h"
#include "tests/soak/edge_scene.h"
#include "tests/soak/engine_inspection.h"
#include "tests/soak/engine_ledger.h"
#include "tests/soak/engine_seat.h"
#include "tests/soak/engine_user.h"
#include "tests/soak/footprint.h"
#include "tests/soak/known_network.h"
#include "tests/soak/soak_flags.h"
#include "tests/soak/watchdog.h"

namespace branchline::soak {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kToldWithin = seconds(120);  // after the deadline
constexpr auto kEngineReadsWithin = seconds(60);
constexpr std::size_t kUsersPerEngine = 2;

/// A folder of this process's own, gone at the end.
class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(std::filesystem::temp_directory_path() /
              ("engine_soak_" + std::to_string(std::random_device()()))) {
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path() const { return path_.string(); }

 private:
  const std::filesystem::path path_;
};

using Networks = std::vector<std::unique_ptr<KnownNetwork>>;

Networks load_networks(const std::string& folder, std::uint64_t seed) {
  const std::string shipped = BRANCHLINE_SOURCE_DIR "/branchy_models/pretrained/";
  Networks networks;
  for (const std::string& file : {testing::write_tiny_network(folder),
                                  shipped + "b_lenet-fashion.pt", shipped + "b_camera.pt"}) {
    networks.push_back(std::make_unique<KnownNetwork>(file, folder, seed));
    std::printf("%s: answers of exits and pictures are %.2f apart or more\n",
                networks.back()->name().c_str(), networks.back()->closest());
  }
  return networks;
}

std::vector<std::string> files_of(const Networks& networks) {
  std::vector<std::string> files;
  for (const auto& network : networks) files.push_back(network->file());
  return files;
}

/// Edges and engines, used for a while by threads of their own, then ended.
class EnginePhase {
 public:
  EnginePhase(const Networks& networks, const std::string& folder, std::uint64_t seed,
              Watchdog& dog, EngineLedger& ledger)
      : folder_(folder),
        dice_(seed),
        dog_(dog),
        ledger_(ledger),
        edges_(files_of(networks), seed, dog, ledger) {
    open_all({networks[0].get(), networks[0].get(), networks[1].get(), networks[1].get(),
              networks[2].get()});
  }

  void run(Duration time) {
    end_ = Clock::now() + time;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kUsersPerEngine * seats_.size(); ++i) {
      threads.emplace_back([this, i, seed = dice_()] { use(i, seed); });
    }
    threads.emplace_back([this, seed = dice_()] { reopen(seed); });
    threads.emplace_back([this] { break_edges(); });
    threads.emplace_back([this, seed = dice_()] { look_on(seed); });
    for (std::thread& thread : threads) thread.join();
    seats_.clear();
    const std::string left = edges_.left_over();
    if (!left.empty()) ledger_.fault("left at the edges:" + left);
  }

 private:
  /// At once: an engine waits seconds for its edges.
  void open_all(const std::vector<const KnownNetwork*>& networks) {
    seats_.resize(networks.size());
    std::vector<std::thread> openers;
    for (std::size_t i = 0; i < networks.size(); ++i) {
      openers.emplace_back([this, i, &network = *networks[i], seed = dice_()] {
        seats_[i] = std::make_unique<EngineSeat>(network, edges_, seed, dog_, ledger_);
      });
    }
    for (std::thread& opener : openers) opener.join();
  }

  bool over() const { return Clock::now() >= end_; }

  void use(std::size_t number, std::uint64_t seed) {
    EngineUser user(*seats_[number % seats_.size()],
                    folder_ + "/trace" + std::to_string(number) + ".json", seed, dog_, ledger_);
    while (!over()) user.step();
    user.finish();
  }

  void reopen(std::uint64_t seed) {
    std::mt19937_64 dice(seed);
    while (!over()) {
      std::this_thread::sleep_for(milliseconds(200 + dice() % 2500));
      if (!over()) seats_[dice() % seats_.size()]->reopen();
    }
  }

  void break_edges() {
    while (!over()) {
      edges_.make_fault();
      std::this_thread::sleep_for(milliseconds(200));
    }
  }

  void look_on(std::uint64_t seed) {
    std::mt19937_64 dice(seed);
    while (!over()) {
      const std::shared_ptr<EngineLife> life = seats_[dice() % seats_.size()]->life();
      const Watchdog::Watch watch(dog_, "looking at " + life->name, kEngineReadsWithin);
      inspect(*life, dice, ledger_);
      if (dice() % 4 == 0) edges_.look();
      if (dice() % 8 == 0) edges_.attack_some_edge(dice);
      std::this_thread::sleep_for(milliseconds(10));
    }
  }

  const std::string folder_;
  std::mt19937_64 dice_;
  Watchdog& dog_;
  EngineLedger& ledger_;
  EdgeScene edges_;
  std::vector<std::unique_ptr<EngineSeat>> seats_;
  TimePoint end_;
};

/// A connection says farewell for a second.
constexpr auto kFarewells = seconds(2), kHalfOpen = seconds(20);
/// Every thread that ends leaves malloc an arena of its own, full of gaps.
constexpr std::size_t kEngineUnrest = 64 << 20;

int verdict(const EngineLedger& ledger, Tally& happened, const Footprint& before,
            const Footprint& after) {
  std::vector<std::string> faults = ledger.first_faults();
  if (ledger.faults() > faults.size()) {
    faults.push_back("faults: " + std::to_string(ledger.faults()) + " in all");
  }
  if (ledger.waiting() > 0) {
    faults.push_back(std::to_string(ledger.waiting()) + " requests never told of");
  }
  if (happened.of("answered from device") == 0) faults.push_back("no device answered");
  if (happened.of("answered from edge") + happened.of("answered from split") == 0) {
    faults.push_back("no edge answered");
  }
  if (after.descriptors > before.descriptors) faults.push_back("descriptors leaked");
  if (after.threads > before.threads) faults.push_back("threads leaked");
  if (!kSanitized && memory_grew(before, after, kEngineUnrest)) faults.push_back("memory grew");
  print_footprints(before, after);
  for (const std::string& fault : faults) std::printf("FAILED: %s\n", fault.c_str());
  std::printf("%s\n", faults.empty() ? "passed" : "failed");
  std::fflush(stdout);  // a sanitizer that finds a leak ends the process without it
  return faults.empty() ? 0 : 1;
}

int soak(const SoakFlags& flags) {
  const auto seed = static_cast<std::uint64_t>(flags.at("--seed"));
  const auto time = seconds(flags.at("--seconds"));
  slice::set_compute_threads(1);  // as every engine and edge does
  const TemporaryFolder folder;
  const Networks networks = load_networks(folder.path(), seed);
  EngineLedger ledger;
  Watchdog dog([&ledger] { return ledger.overdue(kToldWithin); });
  const auto live = [&](Duration duration, std::uint64_t phase_seed, std::size_t enough) {
    EnginePhase(networks, folder.path(), phase_seed, dog, ledger).run(duration);
    return settled_footprint(enough, kFarewells, kHalfOpen);
  };
  const Footprint before = live(std::max<Duration>(time / 5, seconds(2)), seed, SIZE_MAX);
  const Footprint after = live(time, seed + 1, before.descriptors);
  ledger.print();
  return verdict(ledger, ledger.happened(), before, after);
}

}  // namespace
}  // namespace branchline::soak

int main(int count, char** words) {
  using namespace branchline::soak;
  SoakFlags flags{{"--seconds", 10}, {"--seed", 1}};
  if (!read_flags(count, words, flags) || flags.at("--seconds") < 1) {
    std::fprintf(stderr, "usage: engine_soak [--seconds N] [--seed N]\n");
    return 2;
  }
  return soak(flags);
}
