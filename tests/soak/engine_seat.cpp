#include "tests/soak/engine_seat.h"

#include <array>
#include <thread>
#include <utility>

namespace branchline::soak {
namespace {

using std::chrono::milliseconds;

constexpr auto kEngineOpensWithin = std::chrono::minutes(10);
constexpr auto kEngineStopsWithin = std::chrono::seconds(120);

constexpr std::array kPlanners{"neurosurgeon", "edgent", "dads",      "qdmp",
                               "exact2",       "hpa",    "edge-only", "device-only"};

std::string life_name(const KnownNetwork& network, const Options& options) {
  constexpr std::array kFull{"drop_oldest", "reject", "wait"};
  std::string name = network.name() + ", " + options.planner + ", " +
                     std::to_string(options.edges.size()) + " edges, queue of " +
                     std::to_string(options.queue_depth) + " " +
                     kFull.at(static_cast<std::size_t>(options.when_full));
  if (options.hedge) name += ", hedges";
  if (options.leave_early) name += ", leaves early";
  if (!options.codec_file.empty()) name += ", any codec";
  if (options.device_slowdown > 1) name += ", slowed";
  return name;
}

}  // namespace

EngineLife::EngineLife(const KnownNetwork& of, const Options& options)
    : network(of),
      name(life_name(of, options)),
      when_full(options.when_full),
      engine(Engine::open(of.file(), options)) {}

EngineSeat::EngineSeat(const KnownNetwork& network, const EdgeScene& edges, std::uint64_t seed,
                       Watchdog& dog, EngineLedger& ledger)
    : network_(network), edges_(edges), dice_(seed), dog_(dog), ledger_(ledger), life_(open()) {}

EngineSeat::~EngineSeat() {
  stop(*life_, Duration::zero());
  end(std::exchange(life_, nullptr));
}

std::shared_ptr<EngineLife> EngineSeat::life() const {
  const std::lock_guard lock(mutex_);
  return life_;
}

Options EngineSeat::some_options() {
  const auto one_in = [this](unsigned many) { return dice_() % many == 0; };
  Options options;
  if (!one_in(8)) options.edges = edges_.some_ways(dice_);
  options.hedge = one_in(2);
  options.leave_early = network_.can_leave_early() && one_in(3);
  options.deadline = milliseconds(50 + dice_() % 300);
  if (one_in(4)) options.reserve = milliseconds(2 + dice_() % 10);
  options.queue_depth = one_in(2) ? 1 : 2 + static_cast<int>(dice_() % 6);
  options.when_full = static_cast<WhenFull>(dice_() % 3);
  options.warmup_runs = 2;
  if (one_in(2)) options.codec_file = network_.codec_file();
  if (one_in(2)) options.planner = kPlanners.at(dice_() % kPlanners.size());
  if (one_in(4)) options.device_slowdown = 1.5 + static_cast<double>(dice_() % 4);
  if (one_in(4)) options.slice_cache_bytes = 1 << 20;
  options.log = [this](int level, const std::string& text) {
    if (level > 0) return;
    const bool ours = text.find(kThrown) != std::string::npos;
    ours ? ledger_.happened().add(text) : ledger_.fault("an engine logged: " + text);
  };
  return options;
}

std::shared_ptr<EngineLife> EngineSeat::open() {
  const Options options = some_options();
  const Watchdog::Watch watch(dog_, "opening " + life_name(network_, options), kEngineOpensWithin);
  ledger_.happened().add("engines opened");
  return std::make_shared<EngineLife>(network_, options);
}

void EngineSeat::reopen() {
  std::shared_ptr<EngineLife> last = life();
  stop(*last, milliseconds(dice_() % 3 == 0 ? 0 : dice_() % 400));
  {
    std::shared_ptr<EngineLife> next = open();
    const std::lock_guard lock(mutex_);
    life_ = std::move(next);
  }
  end(std::move(last));
}

void EngineSeat::stop(EngineLife& life, Duration grace) {
  const Watchdog::Watch watch(dog_, "stopping " + life.name, kEngineStopsWithin);
  *life.stopping = true;
  life.engine.stop(grace);
}

/// A stopped one, when nobody uses it any more.
void EngineSeat::end(std::shared_ptr<EngineLife> life) {
  const Watchdog::Watch watch(dog_, "ending " + life->name, kEngineStopsWithin);
  while (life.use_count() > 1) std::this_thread::sleep_for(milliseconds(2));
  check_counts(*life);
}

void EngineSeat::check_counts(const EngineLife& life) {
  const Status status = life.engine.status();
  const std::uint64_t told = status.done + status.dropped + status.failed;
  std::uint64_t whys = 0;
  for (const auto& [result, count] : status.results) whys += count;
  if (told == life.asked && whys == told) return;
  ledger_.fault(life.name + ": counted " + std::to_string(told) + " results and " +
                std::to_string(whys) + " reasons for " + std::to_string(life.asked) + " requests");
}

}  // namespace branchline::soak
