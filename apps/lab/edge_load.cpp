#include "apps/lab/edge_load.h"

#include "framework/base/error.h"
#include "framework/model/model.h"
#include "framework/runtime/link_probe.h"
#include "framework/runtime/runnable_plan.h"

namespace branchline::lab {
namespace {

constexpr Duration kEdgeLoadPatience = std::chrono::seconds(20);
constexpr Duration kAfterRefusal = std::chrono::milliseconds(5);

}  // namespace

struct EdgeLoad::Device {
  explicit Device(std::unique_ptr<runtime::LinkMonitor> monitor) : link(std::move(monitor)) {}

  std::unique_ptr<runtime::LinkMonitor> link;
  std::atomic<bool> prepared{false}, waiting{false}, refused{false};
  TimePoint not_before{};
};

EdgeLoad::EdgeLoad(const std::string& file, std::uint16_t port, int devices, Duration budget)
    : io_(std::make_unique<transport::IoThread>()) {
  const auto model = model::Model::load(file);
  graph::LayerGraph graph = model->layers();
  graph.tiers = {Tier::device, Tier::edge};
  for (graph::Unit& unit : graph.units) unit.time = {Duration{0}, Duration{0}};
  runtime::StepTimes times(graph);
  const auto plan = runtime::runnable_plan(
      graph, model->digest(), runtime::all_on(graph, graph.exit_count() - 1, Tier::edge), times);
  const runtime::WireCosts wire(graph, model->manifest(), 1);
  const auto request = runtime::measuring_request(*model, *plan, wire, false);
  if (!request) throw InputError("it has no picture input", file, "take another model");
  request_ = *request;
  request_.budget = budget;
  for (int i = 0; i < devices; ++i) {
    devices_.push_back(std::make_unique<Device>(std::make_unique<runtime::LinkMonitor>(
        std::vector<transport::Endpoint>{{"127.0.0.1", port}}, model->digest(),
        [this](const auto& endpoint, const auto& hello, auto listener) {
          return transport::connect(*io_, endpoint, hello, std::chrono::seconds(1),
                                    std::move(listener));
        },
        time_, [this] { bell_.ring(); }, static_cast<std::uint64_t>(i) + 1)));
  }
  thread_ = std::thread([this] { run(); });
  const TimePoint end = Clock::now() + kEdgeLoadPatience;
  while (!all_prepared() && Clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  if (all_prepared()) return;
  stopping_ = true;
  thread_.join();
  throw RunError("the edge did not prepare the load's plan");
}

EdgeLoad::~EdgeLoad() {
  stopping_ = true;
  bell_.ring();
  if (thread_.joinable()) thread_.join();
  for (const auto& device : devices_) device->link->shut_down("the load is over");
  io_.reset();
}

bool EdgeLoad::all_prepared() const {
  for (const auto& device : devices_) {
    if (!device->prepared) return false;
  }
  return true;
}

void EdgeLoad::run() {
  while (!stopping_) {
    const std::uint64_t rings = bell_.rings();
    for (const auto& device : devices_) {
      device->link->tick();
      ask(*device);
    }
    bell_.wait_until(rings, Clock::now() + kAfterRefusal);
  }
}

void EdgeLoad::ask(Device& device) {
  if (!device.link->view().up || device.waiting) return;
  if (!device.prepared) {
    device.waiting = true;
    const auto hear = [&device](runtime::LinkReply reply) {
      device.prepared = reply.body && std::holds_alternative<transport::Ready>(*reply.body);
      device.waiting = false;
    };
    if (!device.link->ask(transport::Prepare{request_.plan}, 0, hear)) device.waiting = false;
    return;
  }
  if (device.refused.exchange(false)) device.not_before = Clock::now() + kAfterRefusal;
  if (!asking_ || Clock::now() < device.not_before) return;
  device.waiting = true;
  const auto hear = [this, &device](runtime::LinkReply reply) {
    const bool answered = reply.body && std::holds_alternative<transport::Answer>(*reply.body);
    ++(answered ? answered_ : refused_);
    device.refused = !answered;
    device.waiting = false;
    bell_.ring();
  };
  transport::Request request = request_;
  const std::uint64_t bytes = transport::payload_bytes(request.tensors);
  if (!device.link->ask(std::move(request), bytes, hear)) device.waiting = false;
}

}  // namespace branchline::lab
