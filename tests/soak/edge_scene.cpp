#include "tests/soak/edge_scene.h"

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "framework/base/error.h"
#include "tests/support/eventually.h"

namespace branchline::soak {
namespace {

using std::chrono::milliseconds;

constexpr auto kEdgeOpensWithin = std::chrono::minutes(10);
constexpr auto kEdgeStopsWithin = std::chrono::seconds(120);
constexpr auto kEdgeReadsWithin = std::chrono::seconds(30);

std::string local(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

}  // namespace

EdgeScene::EdgeScene(std::vector<std::string> model_files, std::uint64_t seed, Watchdog& dog,
                     EngineLedger& ledger)
    : model_files_(std::move(model_files)),
      dog_(dog),
      ledger_(ledger),
      happened_(ledger.happened()),
      dice_(seed),
      false_edge_(seed, hostile_) {
  constexpr std::array<int, 3> kRooms{64, 64, 1};
  for (const int room : kRooms) {
    edges_.push_back(std::make_unique<Edge>());
    edges_.back()->max_queue = room;
    open(*edges_.back());
    links_.push_back(std::make_unique<transport::LinkEmulator>(
        io_, transport::Endpoint{"127.0.0.1", 0},
        transport::Endpoint{"127.0.0.1", edges_.back()->port},
        transport::steady_link(10e6, 10e6, milliseconds(1))));
  }
}

EdgeScene::~EdgeScene() {
  for (const auto& edge : edges_) close(*edge, Duration::zero());
}

std::vector<std::string> EdgeScene::some_ways(std::mt19937_64& dice) const {
  std::vector<std::string> ways;
  for (std::size_t i = 0; i < edges_.size(); ++i) {
    ways.push_back(local(dice() % 4 == 0 ? edges_[i]->port : links_[i]->port()));
  }
  std::shuffle(ways.begin(), ways.end(), dice);
  ways.resize(1 + dice() % ways.size());
  if (dice() % 8 == 0) ways.insert(ways.begin(), local(false_edge_.port()));
  return ways;
}

std::shared_ptr<EdgeService> EdgeScene::service_of(const Edge& edge) const {
  const std::lock_guard lock(edge.mutex);
  return edge.service;
}

/// On the port it had before, if any; now and then with other models than before.
void EdgeScene::open(Edge& edge) {
  EdgeOptions options;
  options.model_files = model_files_;
  if (edge.port != 0 && dice_() % 5 == 0) {
    options.model_files.erase(options.model_files.begin() +
                              static_cast<std::ptrdiff_t>(dice_() % model_files_.size()));
    happened_.add("edges opened without one network");
  }
  options.listen = local(edge.port);
  options.workers = 1 + static_cast<int>(dice_() % 2);
  options.max_queue = edge.max_queue;
  options.max_batch = dice_() % 3 == 0 ? 1 : 8;
  options.piece = some_time(1, 8);
  if (dice_() % 4 == 0) options.slice_cache_bytes = 4 << 20;
  if (dice_() % 5 == 0) options.scheduling = EdgeScheduling::first_come;
  options.log = [this](int level, const std::string& text) {
    if (level == 0) ledger_.fault("an edge logged: " + text);
  };
  const Watchdog::Watch watch(dog_, "opening an edge", kEdgeOpensWithin);
  std::shared_ptr<EdgeService> service;
  while (!service) service = try_to_open(options);
  const std::lock_guard lock(edge.mutex);
  if (edge.port == 0) edge.port = service->port();  // others read it from the first opening on
  edge.service = std::move(service);
}

/// An outgoing connection may have got the port meanwhile; it will end.
std::shared_ptr<EdgeService> EdgeScene::try_to_open(const EdgeOptions& options) {
  try {
    return std::make_shared<EdgeService>(EdgeService::open(options));
  } catch (const InputError& error) {
    happened_.add(std::string("edges not opened: ") + error.what());
    std::this_thread::sleep_for(milliseconds(100));
    return nullptr;
  }
}

void EdgeScene::close(Edge& edge, Duration grace) {
  const Watchdog::Watch watch(dog_, "stopping an edge", kEdgeStopsWithin);
  service_of(edge)->stop(grace);
  std::shared_ptr<EdgeService> last;
  const std::lock_guard lock(edge.mutex);
  last = std::exchange(edge.service, nullptr);
}

void EdgeScene::restart(Edge& edge) {
  const bool drains = dice_() % 2 == 0;
  happened_.add(drains ? "edges drained" : "edges stopped at once");
  close(edge, drains ? some_time(20, 300) : Duration::zero());
  std::this_thread::sleep_for(some_time(0, 400));
  open(edge);
}

void EdgeScene::trouble(transport::LinkEmulator& link) {
  const auto kind = dice_() % 3;
  if (kind == 0) {
    happened_.add("links reset");
    return link.reset_all();
  }
  happened_.add(kind == 1 ? "links cut" : "links stalled");
  kind == 1 ? link.cut() : link.stall(some_time(20, 600));
  std::this_thread::sleep_for(some_time(20, 1500));
  link.restore();
}

/// From a 3G uplink to a good wire.
void EdgeScene::change(transport::LinkEmulator& link) {
  constexpr std::array<double, 5> kBytesPerS{60e3, 400e3, 2e6, 10e6, 50e6};
  happened_.add("links changed");
  link.set_uplink(transport::steady_rate(kBytesPerS.at(dice_() % kBytesPerS.size())));
  link.set_downlink(transport::steady_rate(kBytesPerS.at(dice_() % kBytesPerS.size())));
  link.set_delay(some_time(0, 30), some_time(0, 8));
}

void EdgeScene::make_fault() {
  const auto chance = dice_() % 10;
  const auto which = dice_() % edges_.size();
  if (chance < 2) return restart(*edges_[which]);
  chance < 6 ? trouble(*links_[which]) : change(*links_[which]);
}

void EdgeScene::attack_some_edge(std::mt19937_64& dice) {
  happened_.add("hostile connections");
  attack(edges_[dice() % edges_.size()]->port, dice(), hostile_);
}

void EdgeScene::look() const {
  const Watchdog::Watch watch(dog_, "reading an edge's status", kEdgeReadsWithin);
  for (const auto& edge : edges_) {
    const auto service = service_of(*edge);
    if (!service) continue;
    service->status();
    service->metrics();
    service->networks();
  }
}

std::string EdgeScene::left_over() const {
  std::string left;
  for (const auto& edge : edges_) {
    const auto service = service_of(*edge);
    const bool empty = testing::eventually(std::chrono::seconds(30), [&service] {
      const EdgeMetrics metrics = service->metrics();
      return metrics.in_flight == 0 && metrics.connections == 0 && service->status().waiting == 0;
    });
    if (empty) continue;
    const EdgeMetrics metrics = service->metrics();
    left += " " + std::to_string(metrics.in_flight) + " requests in flight, " +
            std::to_string(metrics.connections) + " clients, " +
            std::to_string(service->status().waiting) + " waiting;";
  }
  return left;
}

Duration EdgeScene::some_time(int least_ms, int most_ms) {
  return milliseconds(std::uniform_int_distribution<int>(least_ms, most_ms)(dice_));
}

}  // namespace branchline::soak
